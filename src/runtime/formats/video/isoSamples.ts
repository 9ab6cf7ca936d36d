import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { IsoTrack } from './isoTrack.ts';
import { RunCursor, TableCursor } from './tableCursor.ts';
import type { FoundFrame } from './videoTypes.ts';

/**
 * The frames of a track that its tables list, each checked against the end of the file. Throws `truncated` and, where the tables contradict
 * each other, `damaged`. Memory: 64 KiB for each of six tables.
 */
export async function* sampleFrames(
	source: ByteSource,
	track: IsoTrack,
	/** Of the track's units, what is added to each time. */
	shiftUnits: number,
): AsyncGenerator<FoundFrame, void, undefined> {
	const { sizes, chunks, chunkRuns, times, shifts, keys, timescale } = track;
	if (!sizes || sizes.count === 0) return;
	const damaged = (problem: string) => formatErrors.damaged(source.path, undefined, problem);
	if (!chunks || !chunkRuns || !times) throw damaged('a table of its frames is missing (stco, stsc or stts)');
	const durations = new RunCursor(source, times.at, times.count, false);
	const reorder = shifts && new RunCursor(source, shifts.at, shifts.count, true);
	const places = new ChunkPlaces(source, chunks, chunkRuns);
	const ofSize = sizes.bytes === undefined ? new TableCursor(source, sizes.at, sizes.count, sizes.width) : undefined;
	const syncs = keys && new TableCursor(source, keys.at, keys.count, 4);
	try {
		let nextKey = syncs?.hasMore ? (await syncs.next()).readUInt32BE(0) : 0;
		let time = 0;
		for (let sample = 1; sample <= sizes.count; sample++) {
			const entry = ofSize && (ofSize.here() ?? (await ofSize.next()));
			const sizeBytes = entry ? entry.readUIntBE(0, sizes.width) : (sizes.bytes ?? 0);
			const offset = places.here(sizeBytes) ?? (await places.next(sizeBytes));
			if (offset === undefined) throw damaged(`it lists ${sizes.count} frames, but places of only ${sample - 1}`);
			if (offset + sizeBytes > source.size) throw source.truncated(offset, sizeBytes, 'a frame');
			const duration = durations.here() ?? (await durations.next());
			if (duration === undefined) throw damaged(`it lists ${sizes.count} frames, but times of only ${sample - 1}`);
			const shift = reorder ? (reorder.here() ?? (await reorder.next()) ?? 0) : 0;
			const key = !syncs || sample === nextKey;
			if (key && syncs?.hasMore) {
				nextKey = (syncs.here() ?? (await syncs.next())).readUInt32BE(0);
				if (nextKey <= sample) throw damaged('its list of key frames is not in order');
			}
			yield {
				timestamp: (time + shift + shiftUnits) / timescale,
				key,
				sizeBytes,
				duration: duration > 0 ? duration / timescale : undefined,
			};
			time += duration;
		}
		if (durations.hasMore) throw damaged(`it lists ${sizes.count} frames, and times of more`);
	} finally {
		for (const cursor of [durations, reorder, places, ofSize, syncs]) cursor?.release();
	}
}

/** Where the samples lie: chunk by chunk, and in each one behind the other. */
class ChunkPlaces {
	readonly #source: ByteSource;
	readonly #chunks: TableCursor;
	readonly #chunkWidth: number;
	readonly #runs: TableCursor;
	#chunk = 0;
	#perChunk = 0;
	/** From which chunk on the next run counts, and how many samples each then has. */
	#nextFirst = 0;
	#nextPer = 0;
	#left = 0;
	#offset = 0;

	constructor(source: ByteSource, chunks: NonNullable<IsoTrack['chunks']>, runs: NonNullable<IsoTrack['chunkRuns']>) {
		this.#source = source;
		this.#chunkWidth = chunks.width;
		this.#chunks = new TableCursor(source, chunks.at, chunks.count, chunks.width);
		this.#runs = new TableCursor(source, runs.at, runs.count, 12);
	}

	/** The place of the next sample, if it lies in the present chunk. */
	here(sizeBytes: number): number | undefined {
		if (this.#left === 0) return undefined;
		this.#left--;
		const offset = this.#offset;
		this.#offset += sizeBytes;
		return offset;
	}

	/** `undefined` behind the last chunk. */
	async next(sizeBytes: number): Promise<number | undefined> {
		while (this.#left === 0) {
			if (!this.#chunks.hasMore) return undefined;
			const entry = this.#chunks.here() ?? (await this.#chunks.next());
			this.#offset = this.#chunkWidth === 8 ? Number(entry.readBigUInt64BE(0)) : entry.readUInt32BE(0);
			this.#chunk++;
			if (this.#nextFirst === 0) await this.#readRun();
			if (this.#chunk === this.#nextFirst) {
				this.#perChunk = this.#nextPer;
				await this.#readRun();
			}
			this.#left = this.#perChunk;
		}
		return this.here(sizeBytes);
	}

	release(): void {
		this.#chunks.release();
		this.#runs.release();
	}

	async #readRun(): Promise<void> {
		const before = this.#nextFirst;
		this.#nextFirst = Number.POSITIVE_INFINITY;
		if (!this.#runs.hasMore) return;
		const entry = this.#runs.here() ?? (await this.#runs.next());
		this.#nextFirst = entry.readUInt32BE(0);
		this.#nextPer = entry.readUInt32BE(4);
		if (before === 0 ? this.#nextFirst === 1 : this.#nextFirst > before) return;
		throw formatErrors.damaged(this.#source.path, undefined, 'its list of chunks (stsc) is not in order');
	}
}
