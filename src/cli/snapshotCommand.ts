import { SnapshotFile } from '../engine/snapshots/snapshotFile.ts';
import type { ChangeRow, ClassRow, Comparison, OwnerRow, SnapshotSummary } from '../protocol/snapshotView.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatDelta } from '../protocol/units.ts';
import { table } from './table.ts';

const SHOWN = 30;

export interface SnapshotFlags {
	/** The other snapshot; changes are from it to the first. */
	compare?: string;
	workerPath: string;
}

/** The largest classes of a heap snapshot and who holds its array buffers, or what changed since another one. */
export async function describeSnapshot(path: string, { compare, workerPath }: SnapshotFlags): Promise<string> {
	const file = await SnapshotFile.open(path, { workerPath });
	try {
		const range = { search: '', descending: true, from: 0, count: SHOWN };
		if (compare !== undefined) {
			const comparison = await file.compare(compare);
			const { rows } = await file.ask('changes', { ...range, sort: 'bytesChange' });
			return changesText(comparison, rows);
		}
		const classes = await file.ask('classes', { ...range, sort: 'retainedBytes' });
		const owners = await file.ask('owners', { from: 0, count: 10 });
		return summaryText(file.summary, classes.rows, owners.rows);
	} finally {
		await file.close();
	}
}

function summaryText(
	{ path, objects, totalBytes, bufferBytes, stringBytes }: SnapshotSummary,
	classes: readonly ClassRow[],
	owners: readonly OwnerRow[],
): string {
	return lines([
		visibleText(path, 1_000),
		`${formatCount(objects)} objects, ${formatBytes(totalBytes)}: ${formatBytes(bufferBytes)} in array buffers, ${formatBytes(stringBytes)} in strings`,
		'',
		...table(classes, [
			{ title: 'Class', value: ({ name }) => visibleText(name, 60) },
			{ title: 'Objects', value: ({ count }) => formatCount(count), align: 'right' },
			{ title: 'Own bytes', value: ({ selfBytes }) => formatBytes(selfBytes), align: 'right' },
			{ title: 'Retained', value: ({ retainedBytes }) => formatBytes(retainedBytes), align: 'right' },
		]),
		'',
		...table(owners, [
			{ title: 'Array buffers held by', value: ({ className, edge }) => visibleText(`${className} ${edge}`, 60) },
			{ title: 'Bytes', value: ({ bytes }) => formatBytes(bytes), align: 'right' },
			{ title: 'Buffers', value: ({ buffers }) => formatCount(buffers), align: 'right' },
			{ title: 'Way from the root', value: row => visibleText(row.path, 80) },
		]),
	]);
}

function changesText({ path, by, bytesChange }: Comparison, rows: readonly ChangeRow[]): string {
	const how = by === 'object' ? 'object by object' : 'class by class, since they are of different processes';
	return lines([
		`Since ${visibleText(path, 1_000)}: ${formatDelta(bytesChange)} (${how})`,
		'',
		...table(rows, [
			{ title: 'Class', value: ({ name }) => visibleText(name, 60) },
			{ title: 'Objects', value: ({ countChange }) => signed(countChange), align: 'right' },
			{ title: 'Own bytes', value: ({ bytesChange }) => formatDelta(bytesChange), align: 'right' },
			...(by === 'object'
				? ([
						{ title: 'New', value: ({ newCount }: ChangeRow) => formatCount(newCount), align: 'right' },
						{ title: 'Gone', value: ({ deletedCount }: ChangeRow) => formatCount(deletedCount), align: 'right' },
					] as const)
				: []),
		]),
	]);
}

const signed = (count: number): string => (count > 0 ? `+${formatCount(count)}` : String(count));
const lines = (parts: readonly string[]): string => `${parts.join('\n')}\n`;
