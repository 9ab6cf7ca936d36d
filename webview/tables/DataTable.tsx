import { useSignal } from '@preact/signals';
import { type ComponentChildren, Fragment, type JSX } from 'preact';
import { formatCount } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Icon } from '../icons.tsx';
import type { Sort } from '../state.ts';

export interface Column<T> {
	id: string;
	title: string;
	/** The title is read out, not shown: the cells speak for themselves. */
	quietTitle?: boolean;
	/** Longer than the title: its tooltip. */
	meaning?: string;
	/** Figures are right aligned and sort from large to small first. */
	figure?: boolean;
	sortValue?(row: T): number | string;
	render(row: T): ComponentChildren;
	/** The column's cell of the last line, where sums stand. */
	foot?: ComponentChildren;
}

export interface DataTableProps<T> {
	/** Names the table in the kept view state. */
	id: string;
	caption: string;
	columns: readonly Column<T>[];
	rows: readonly T[];
	keyOf(row: T): string | number;
	initialSort: Sort;
	rowClass?(row: T): string | undefined;
	/** Rows that stand before the others, whatever the order. */
	first?(row: T): boolean;
	/** What stands under a row when it is opened; `undefined` where there is nothing more to say. */
	detail?(row: T): ComponentChildren | undefined;
	/** Names the row for the button that opens it. */
	rowName?(row: T): string;
	/** Rows drawn at once; the others are one press away. */
	shown?: number;
}

const SHOWN = 100;

export function DataTable<T>(props: DataTableProps<T>): JSX.Element {
	const { view } = usePanel();
	const all = useSignal(false);
	const open = useSignal<ReadonlySet<string | number>>(new Set());
	const toggle = (key: string | number) => {
		const next = new Set(open.value);
		if (!next.delete(key)) next.add(key);
		open.value = next;
	};
	const sort = view.sorts.value[props.id] ?? props.initialSort;
	const inOrder = sorted(props.rows, props.columns, sort);
	const { first } = props;
	const rows = first ? [...inOrder.filter(first), ...inOrder.filter(row => !first(row))] : inOrder;
	const limit = props.shown ?? SHOWN;
	const shown = all.value ? rows : rows.slice(0, limit);
	const choose = (column: Column<T>) => {
		const same = sort.column === column.id;
		const descending = same ? !sort.descending : column.figure === true;
		view.sorts.value = { ...view.sorts.value, [props.id]: { column: column.id, descending } };
	};
	return (
		<div class="table-scroll">
			<table class={`data-table table-${props.id}`}>
				<caption class="read-out">{props.caption}</caption>
				<thead>
					<tr>
						{props.columns.map(column => (
							<th key={column.id} scope="col" class={cellClass(column)} aria-sort={ariaSort(column, sort)}>
								<HeadCell column={column} sort={sort} onSort={() => choose(column)} />
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{shown.map(row => {
						const key = props.keyOf(row);
						const detail = props.detail?.(row);
						const isOpen = detail !== undefined && open.value.has(key);
						return (
							<Fragment key={key}>
								<tr class={props.rowClass?.(row)}>
									{props.columns.map((column, i) => (
										<td key={column.id} class={cellClass(column)}>
											{i === 0 && props.detail && (
												<Disclosure
													name={props.rowName?.(row) ?? ''}
													open={isOpen}
													hidden={detail === undefined}
													onToggle={() => toggle(key)}
												/>
											)}
											{column.render(row)}
										</td>
									))}
								</tr>
								{isOpen && (
									<tr class="detail">
										<td colSpan={props.columns.length}>{detail}</td>
									</tr>
								)}
							</Fragment>
						);
					})}
				</tbody>
				{props.columns.some(({ foot }) => foot !== undefined) && (
					<tfoot>
						<tr>
							{props.columns.map(column => (
								<td key={column.id} class={cellClass(column)}>
									{column.foot}
								</td>
							))}
						</tr>
					</tfoot>
				)}
			</table>
			{rows.length > limit && (
				<button
					type="button"
					class="link show-all"
					onClick={() => {
						all.value = !all.value;
					}}
				>
					{all.value ? `Show the first ${limit}` : `Show all ${formatCount(rows.length)}`}
				</button>
			)}
		</div>
	);
}

interface DisclosureProps {
	name: string;
	open: boolean;
	/** Nothing to open: its room stays, so that names line up. */
	hidden: boolean;
	onToggle(): void;
}

function Disclosure({ name, open, hidden, onToggle }: DisclosureProps): JSX.Element {
	if (hidden) return <span class="disclosure" />;
	return (
		<button type="button" class="disclosure" aria-expanded={open} aria-label={`Details of ${name}`} onClick={onToggle}>
			<Icon name={open ? 'collapse' : 'expand'} />
		</button>
	);
}

function HeadCell<T>({ column, sort, onSort }: { column: Column<T>; sort: Sort; onSort(): void }): JSX.Element {
	if (column.quietTitle) return <span class="read-out">{column.title}</span>;
	if (!column.sortValue) return <span title={column.meaning}>{column.title}</span>;
	const mark = sort.column !== column.id ? '' : sort.descending ? '▼' : '▲';
	return (
		<button type="button" title={column.meaning} onClick={onSort}>
			{column.title}
			<span class="sort-mark" aria-hidden="true">
				{mark}
			</span>
		</button>
	);
}

const cellClass = <T,>({ id, figure }: Column<T>): string => `column-${id}${figure ? ' figure-cell' : ''}`;

function ariaSort<T>(column: Column<T>, sort: Sort): 'ascending' | 'descending' | undefined {
	if (!column.sortValue || sort.column !== column.id) return undefined;
	return sort.descending ? 'descending' : 'ascending';
}

function sorted<T>(rows: readonly T[], columns: readonly Column<T>[], sort: Sort): readonly T[] {
	const value = columns.find(({ id }) => id === sort.column)?.sortValue;
	if (!value) return rows;
	const sign = sort.descending ? -1 : 1;
	return rows
		.map(row => ({ row, key: value(row) }))
		.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
		.map(({ row }) => row);
}
