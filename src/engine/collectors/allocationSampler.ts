import type { Protocol } from 'devtools-protocol';
import type { AllocationsEntry, CallTreeEntry, ProfileCause } from '../../protocol/entries.ts';
import { DEFAULT_PROFILE_SHARE } from '../governor.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { Target } from '../inspector/target.ts';
import type { CallTreeBuilder } from '../sources/callTreeBuilder.ts';
import type { GcCollector } from './gcCollector.ts';
import { type AllocationsChange, LiveSamples } from './liveSamples.ts';
import type { PollConsumer, Polled, PollLoop } from './pollLoop.ts';

/** What V8 takes for one sample, ms: wall time with sampling minus without, by samples (Node 20 to 26, a stack of a few frames). */
const SAMPLE_COST_MS = 0.0018;
/** Lent at the start, so that a first picture comes within a second. */
const ADVANCE_MS = 20;
/** Least time between two readings, and between two because of a new peak. */
const LEAST_MS = 1_000;
const LEAST_PEAK_MS = 250;
/** Least time while the heap hardly moves: an idle script is left in peace. */
const IDLE_MS = 10_000;
const MOVED_BYTES = 1024 * 1024;
const MOVED_SHARE = 0.02;
/** A heap this much above the highest one read so far is a new peak. */
const PEAK_FACTOR = 1.25;
/** What a reading is taken to cost until one was measured: this much, and ms per byte of heap (0.4 to 0.9 ms per live MB). */
const BASE_COST_MS = 5;
const FIRST_COST_PER_BYTE = 0.5 / (1024 * 1024);
/** Below this the base hides what a byte costs. */
const LEAST_TELLING_BYTES = 16 * 1024 * 1024;

export type AllocationOutput = AllocationsEntry | CallTreeEntry;

/**
 * V8's sampling heap profiler, read on an adaptive schedule: each reading forces a full collection whose cost follows the live
 * heap, so the next one waits until all of them together stay within the budget. New peaks go first.
 * Node 26 could read without that collection (`v8.startHeapProfile`), but then what is dead and not yet collected counts as live: a
 * function that keeps nothing would lead the table, and nothing could be told to be freed.
 */
export class AllocationSampler implements PollConsumer {
	readonly #target: Target;
	readonly #clock: SessionClock;
	readonly #tree: CallTreeBuilder;
	readonly #gc: GcCollector;
	#intervalBytes: number;
	/** What the interval is to be from the next reading on. */
	#wantedBytes: number;
	/** `samplingMs` when it was asked for. */
	#wantedAtMs = 0;
	#samples = 0;
	#sampledBytes = 0;
	/** Readings stop the target for a full collection: together they may take this share of wall time. */
	#share = DEFAULT_PROFILE_SHARE;
	#allowedMs = ADVANCE_MS;
	#lastPollAt: number;
	readonly #emit: (entry: AllocationOutput) => void;
	readonly #onError: (error: unknown) => void;
	readonly #repliesAreEvents: boolean;
	#loop: PollLoop | undefined;
	#started = false;
	#isOver = false;
	#reading: Promise<void> | undefined;
	#lastAt: number;
	#costPerByte = FIRST_COST_PER_BYTE;
	#highestHeap = 0;
	#heapAfterReading: number | undefined;
	readonly #live = new LiveSamples();
	/** `allocatedBytes` of the reading before. */
	#allocatedBefore = 0;
	#spentMs = 0;
	#readings = 0;

	constructor(options: {
		target: Target;
		clock: SessionClock;
		tree: CallTreeBuilder;
		gc: GcCollector;
		intervalBytes: number;
		emit: (entry: AllocationOutput) => void;
		onError: (error: unknown) => void;
		/** A worker's: each is delayed, however it is asked for. */
		repliesAreEvents?: boolean;
	}) {
		this.#target = options.target;
		this.#clock = options.clock;
		this.#tree = options.tree;
		this.#gc = options.gc;
		this.#intervalBytes = options.intervalBytes;
		this.#wantedBytes = options.intervalBytes;
		this.#emit = options.emit;
		this.#onError = options.onError;
		this.#repliesAreEvents = options.repliesAreEvents ?? false;
		// A script that has hardly begun has nothing to show, and a short one would wait for the reading at its end.
		this.#lastAt = options.clock.now();
		this.#lastPollAt = this.#lastAt;
	}

	get spentMs(): number {
		return this.#spentMs;
	}

	get readings(): number {
		return this.#readings;
	}

	/** Bytes between two samples that are in force. */
	get intervalBytes(): number {
		return this.#intervalBytes;
	}

	/** An estimate, and rather too much: of objects larger than the interval fewer samples are taken. Absent where allocation is not known. */
	get samplingMs(): number | undefined {
		return this.#gc.allocatedBytes === undefined ? undefined : this.#samples * SAMPLE_COST_MS;
	}

	/** Readings may take this share of wall time from here on. */
	setShare(share: number): void {
		this.#share = share;
	}

	/** V8 begins anew with another interval, at a reading: what is live until then stays in the account, see {@link LiveSamples}. */
	setInterval(bytes: number): void {
		this.#wantedBytes = bytes;
		this.#wantedAtMs = this.samplingMs ?? 0;
	}

	/** Begins sampling in V8; goes out with the other set-up commands. */
	async start(): Promise<void> {
		// On the other connection than the readings: V8 has one sampler, and `poll` stays free for the first sample.
		const started = this.#target.control.send('HeapProfiler.startSampling', { samplingInterval: this.#intervalBytes });
		// Commands are served in their order: a reading that is sent from here on comes after it.
		this.#started = true;
		await started;
	}

	follow(loop: PollLoop): void {
		this.#loop = loop;
	}

	polled({ t, reply }: Polled): void {
		this.#countSamples();
		this.#allowedMs += this.#share * Math.max(0, t - this.#lastPollAt);
		this.#lastPollAt = Math.max(this.#lastPollAt, t);
		if (this.#reading || !this.#started) return;
		const sinceLast = t - this.#lastAt;
		const expectedMs = BASE_COST_MS + reply.heapUsed * this.#costPerByte;
		if (this.#wantedBytes > this.#intervalBytes && sinceLast >= LEAST_PEAK_MS) {
			// Until the next reading is paid for, sampling as finely as now may have cost as much as a reading does.
			if ((this.samplingMs ?? 0) - this.#wantedAtMs >= expectedMs) this.#begin('schedule', reply.heapUsed);
		}
		if (this.#reading || this.#spentMs + expectedMs > this.#allowedMs) return;
		if (reply.heapUsed > PEAK_FACTOR * this.#highestHeap && sinceLast >= LEAST_PEAK_MS)
			this.#begin('peak', reply.heapUsed);
		else if (sinceLast >= (this.#hasMoved(reply.heapUsed) ? LEAST_MS : IDLE_MS))
			this.#begin('schedule', reply.heapUsed);
	}

	#countSamples(): void {
		const bytes = this.#gc.allocatedBytes;
		if (bytes === undefined || !this.#started) return;
		this.#samples += (bytes - this.#sampledBytes) / this.#intervalBytes;
		this.#sampledBytes = bytes;
	}

	/** Whether the heap is another one than after the last reading; our own questions alone move it a little. */
	#hasMoved(heapUsed: number): boolean {
		this.#heapAfterReading ??= heapUsed;
		return Math.abs(heapUsed - this.#heapAfterReading) > Math.max(MOVED_BYTES, MOVED_SHARE * this.#heapAfterReading);
	}

	#begin(cause: ProfileCause, heapUsed: number): void {
		this.#highestHeap = Math.max(this.#highestHeap, heapUsed);
		this.#heapAfterReading = undefined;
		this.read(cause, heapUsed).catch(this.#onError);
	}

	/** Reads now, whatever the budget says; one at a time. */
	async read(cause: ProfileCause, heapUsed?: number): Promise<void> {
		if (!this.#started) return;
		if (cause === 'outOfMemory') {
			this.#isOver = true;
			this.#loop?.forgetQuestion();
		} else while (this.#reading) await this.#reading;
		const reading = this.#read(cause, heapUsed);
		const settled = reading
			.catch(() => {
				// Its caller hears of it; the next reading only waits for the end.
			})
			.finally(() => {
				if (this.#reading === settled) this.#reading = undefined;
			});
		this.#reading = settled;
		await reading;
	}

	async #read(cause: ProfileCause, heapUsed: number | undefined): Promise<void> {
		if (!this.#loop) return;
		let allocatedBytes: number | undefined;
		const intervalBytes = this.#intervalBytes;
		const isLast = cause === 'final' || cause === 'outOfMemory';
		const restarts = !isLast && this.#wantedBytes !== intervalBytes;
		const { result, ms } = await this.#loop
			.around(
				() => (restarts ? this.#restart() : this.#target.poll.send('HeapProfiler.getSamplingProfile')),
				() => {
					allocatedBytes = this.#gc.allocatedBytes;
					this.#gc.expectForced('profile');
				},
				isLast && !this.#repliesAreEvents,
			)
			.finally(() => this.#gc.expectForced(undefined));
		// Asked before the pause at the heap limit, answered in it: the reading of the pause itself is the last.
		if (this.#isOver && cause !== 'outOfMemory' && !restarts) return;
		const t = this.#clock.now();
		this.#lastAt = t;
		this.#readings++;
		this.#spentMs += ms;
		if (heapUsed !== undefined && heapUsed >= LEAST_TELLING_BYTES) {
			this.#costPerByte = (this.#costPerByte + Math.max(0, ms - BASE_COST_MS) / heapUsed) / 2;
		}
		const usedBytes = this.#gc.usedAfterForcedBytes;
		const { samples, selfBytes, callTree } = await this.#tree.add(result.profile, t);
		if (callTree) this.#emit(callTree);
		const change = this.#live.read(t, samples, selfBytes, usedBytes);
		if (restarts) this.#live.carryOver(usedBytes);
		this.#emit({
			type: 'allocations',
			t,
			cause,
			intervalBytes,
			costMs: ms,
			...this.#allocated(allocatedBytes, change),
			...change,
		});
	}

	/** V8 has one sampler, with one interval: the profile that ends it forces the same collection as any other. */
	async #restart(): Promise<Protocol.HeapProfiler.StopSamplingResponse> {
		const samplingInterval = this.#wantedBytes;
		const stopped = this.#target.poll.send('HeapProfiler.stopSampling');
		const started = this.#target.poll.send('HeapProfiler.startSampling', { samplingInterval });
		const [result] = await Promise.all([stopped, started]);
		this.#countSamples();
		this.#intervalBytes = samplingInterval;
		return result;
	}

	/** All that was allocated, and what of it came and went between two readings. */
	#allocated(
		allocatedBytes: number | undefined,
		{ born, live }: AllocationsChange,
	): Pick<AllocationsEntry, 'allocatedBytes' | 'unseenBytes'> {
		// At the very end a process may answer no more: V8 counts on, but we do not hear of it.
		if (allocatedBytes === undefined) return {};
		const seenBytes = (born ?? live).reduce((sum, [, bytes]) => sum + bytes, 0);
		const unseenBytes = Math.max(0, allocatedBytes - this.#allocatedBefore - seenBytes);
		this.#allocatedBefore = allocatedBytes;
		return { allocatedBytes, unseenBytes };
	}
}
