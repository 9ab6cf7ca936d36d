import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchProcessor, messageOf } from '../../internals.ts';
import { placeFile } from './placeFile.ts';
import type { RecordFile } from './recordFile.ts';
import type { JournalRecord, PlanRecord } from './records.ts';
import type { RunContext } from './runContext.ts';

/** Entries of the journal that may be lost with the machine's power; those of a killed process are not. */
const SYNC_EVERY = 256;

type Place = Extract<PlanRecord, { action: 'place' }> & { at: number };
type Outcome = { place: Place; entry: JournalRecord };

export interface PlaceTotals {
	places: number;
	placeBytes: number;
}

/**
 * Gives files their places as the plan says, several at a time, and writes down what became of each in the plan's order. The journal spares a
 * continued run what is done; it is not needed to find out whether something is: that, the files themselves tell.
 */
export async function placeAll(
	context: RunContext,
	plan: RecordFile<PlanRecord>,
	journal: RecordFile<JournalRecord>,
	{ places, placeBytes }: PlaceTotals,
	resumed: boolean,
): Promise<void> {
	const { settings, run, folder, buffers, signal, progress } = context;
	const parts = join(folder, 'parts');
	await mkdir(parts, { recursive: true });
	const root = await realpath(settings.target);
	const { mode, verify } = settings;
	const done = { files: 0, bytes: 0 };
	const last = await lastPlace(journal);
	const placing = new BatchProcessor<Place, Outcome>({
		name: `${settings.name}: ${mode}`,
		concurrency: settings.concurrency,
		bytesOf: () => buffers.bufferBytes,
		processItem: place =>
			buffers.use(async buffer => {
				const { at, source, size, modifiedMs, target } = place;
				const file = { source, size, modifiedMs, target, id: `${run}-${at}` };
				try {
					const placed = await placeFile(file, { root, parts, mode, verify, resumed, buffer, signal });
					return { place, entry: { at, ...placed } };
				} catch (error) {
					if (signal?.aborted) throw error;
					return { place, entry: { at, outcome: 'failed', reason: messageOf(error) } };
				}
			}),
	});
	try {
		const open = placesAfter(plan, last, ({ size }) => {
			done.files++;
			done.bytes += size;
		});
		for await (const { place, entry } of placing.process(open, signal ? { signal } : {})) {
			await journal.append(entry);
			done.files++;
			done.bytes += place.size;
			// Into the file at once, so that a killed run has it; to the disk from time to time.
			await (done.files % SYNC_EVERY === 0 ? journal.sync() : journal.flush());
			progress.tell({ phase: 'place', ...done, totalFiles: places, totalBytes: placeBytes });
		}
		await journal.append({ end: true });
	} finally {
		placing.dispose();
		await journal.sync();
	}
	progress.tell({ phase: 'place', ...done, totalFiles: places, totalBytes: placeBytes }, true);
}

/** Offset in the plan of the last file that is written down. */
async function lastPlace(journal: RecordFile<JournalRecord>): Promise<number> {
	let last = -1;
	for await (const { record } of journal.records()) if ('at' in record) last = record.at;
	return last;
}

async function* placesAfter(
	plan: RecordFile<PlanRecord>,
	last: number,
	onDone: (place: Place) => void,
): AsyncGenerator<Place, void, undefined> {
	for await (const { offset, record } of plan.records()) {
		if (record.action !== 'place') continue;
		const place = { ...record, at: offset };
		if (offset <= last) onDone(place);
		else yield place;
	}
}
