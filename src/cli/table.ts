export interface Column<Row> {
	title: string;
	value: (row: Row) => string;
	align?: 'right';
}

/** Rows as aligned lines with a line of titles; nothing for no rows. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[] {
	if (rows.length === 0) return [];
	const cells = [columns.map(column => column.title), ...rows.map(row => columns.map(column => column.value(row)))];
	const widths = columns.map((_, i) => Math.max(...cells.map(line => width(line[i] ?? ''))));
	return cells.map(line =>
		line
			.map((cell, i) => {
				const fill = ' '.repeat((widths[i] ?? 0) - width(cell));
				return columns[i]?.align === 'right' ? fill + cell : cell + fill;
			})
			.join('  ')
			.trimEnd(),
	);
}

/** Columns in a terminal as far as they can be known: characters, not UTF-16 units. */
const width = (text: string): number => [...text].length;
