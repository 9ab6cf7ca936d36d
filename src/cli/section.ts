import { formatCount } from '../protocol/units.ts';
import { type Column, table } from './table.ts';

const MAX_ROWS = 20;

/** A title with a table under it; nothing where there is neither a row nor a remark. */
export function section<Row>(
	title: string,
	rows: readonly Row[],
	columns: readonly Column<Row>[],
	remark?: string,
): string[] {
	if (rows.length === 0 && remark === undefined) return [];
	const more = rows.length - MAX_ROWS;
	return [
		title,
		...table(rows.slice(0, MAX_ROWS), columns),
		...(more > 0 ? [`and ${formatCount(more)} more`] : []),
		...(remark === undefined ? [] : [remark]),
	];
}
