import { useSignal } from '@preact/signals';
import { type ComponentChildren, Fragment, type JSX } from 'preact';
import type { Page } from '../../src/protocol/snapshotView.ts';
import { formatCount } from '../../src/protocol/units.ts';
import { Icon } from '../icons.tsx';
import type { ColumnSort } from './context.ts';

export interface PagedColumn<T, C extends string> {
	id: C;
	title: string;
	meaning?: string;
	figure?: boolean;
	/** The other side can sort by it. */
	sortable?: boolean;
	render(row: T): ComponentChildren;
}

export interface PagedTableProps<T, C extends string> {
	id: string;
	caption: string;
	columns: readonly PagedColumn<T, C>[];
	page: Page<T> | undefined;
	keyOf(row: T): string | number;
	onMore(): void;
	sort?: ColumnSort<C>;
	onSort?(sort: ColumnSort<C>): void;
	/** What stands under a row when it is opened. */
	detail?(row: T): ComponentChildren;
	rowName?(row: T): string;
	rowClass?(row: T): string | undefined;
	/** Instead of a table without rows. */
	empty: string;
}

/** Looks like the panel's tables; sorted and cut into pages by who has the rows. */
export function PagedTable<T, C extends string>(props: PagedTableProps<T, C>): JSX.Element {
	const { id, caption, columns, page, keyOf, onMore, sort, detail, rowName, rowClass, empty } = props;
	const open = useSignal<ReadonlySet<string | number>>(new Set());
	if (!page) return <p class="dim loading">Looking it up…</p>;
	if (page.total === 0) return <p class="dim">{empty}</p>;
	const toggle = (key: string | number) => {
		const next = new Set(open.value);
		if (!next.delete(key)) next.add(key);
		open.value = next;
	};
	const left = page.total - page.rows.length;
	return (
		<div class="table-scroll">
			<table class={`data-table table-${id}`}>
				<caption class="read-out">{caption}</caption>
				<thead>
					<tr>
						{columns.map(column => (
							<th key={column.id} scope="col" class={cellClass(column)} aria-sort={ariaSort(column, sort)}>
								<Head {...props} column={column} />
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{page.rows.map(row => {
						const key = keyOf(row);
						const isOpen = detail !== undefined && open.value.has(key);
						return (
							<Fragment key={key}>
								<tr class={rowClass?.(row)}>
									{columns.map((column, i) => (
										<td key={column.id} class={cellClass(column)}>
											{i === 0 && detail && (
												<button
													type="button"
													class="disclosure"
													aria-expanded={isOpen}
													aria-label={`Details of ${rowName?.(row) ?? ''}`}
													onClick={() => toggle(key)}
												>
													<Icon name={isOpen ? 'collapse' : 'expand'} />
												</button>
											)}
											{column.render(row)}
										</td>
									))}
								</tr>
								{isOpen && (
									<tr class="detail">
										<td colSpan={columns.length}>{detail(row)}</td>
									</tr>
								)}
							</Fragment>
						);
					})}
				</tbody>
			</table>
			{left > 0 && (
				<button type="button" class="link show-all" onClick={onMore}>
					Show more ({formatCount(left)} left)
				</button>
			)}
		</div>
	);
}

function Head<T, C extends string>({
	column,
	sort,
	onSort,
}: PagedTableProps<T, C> & { column: PagedColumn<T, C> }): JSX.Element {
	if (!column.sortable || !onSort) return <span title={column.meaning}>{column.title}</span>;
	const same = sort?.column === column.id;
	const mark = !same ? '' : sort?.descending ? '▼' : '▲';
	const press = () => onSort({ column: column.id, descending: same ? !sort?.descending : column.figure === true });
	return (
		<button type="button" title={column.meaning} onClick={press}>
			{column.title}
			<span class="sort-mark" aria-hidden="true">
				{mark}
			</span>
		</button>
	);
}

const cellClass = <T, C extends string>({ id, figure }: PagedColumn<T, C>): string =>
	`column-${id}${figure ? ' figure-cell' : ''}`;

function ariaSort<T, C extends string>(column: PagedColumn<T, C>, sort: ColumnSort<C> | undefined) {
	if (!column.sortable || sort?.column !== column.id) return undefined;
	return sort.descending ? 'descending' : 'ascending';
}
