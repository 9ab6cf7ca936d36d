import { runtimeErrors } from '../runtimeError.ts';
import { type AllocationSite, allocationSites } from './allocationSites.ts';
import { holdSampler, type SamplerHold } from './sampler.ts';
import { traceErrors } from './traceErrors.ts';

export interface AllocationTraceOptions {
	/**
	 * Bytes between two samples on average, 1024 or more; 32 KB by default. Half of it doubles the cost (some 2 µs a sample) and
	 * sees smaller things. Without effect under the profiler, whose sampler is read.
	 */
	intervalBytes?: number;
	/** Frames of a stack that are given, 1 to 128; 16 by default. */
	depth?: number;
}

export interface AllocationTrace {
	/** `undefined` when the sampler is another one's: the profiler's. */
	intervalBytes: number | undefined;
	/** Whether somebody else had started the sampler. */
	shared: boolean;
	/** Full collections that reading forced. */
	collections: number;
}

const DEFAULT_INTERVAL_BYTES = 32 * 1024;
const DEFAULT_DEPTH = 16;

interface Running {
	readonly hold: SamplerHold;
	readonly depth: number;
	collections: number;
}

let running: Running | undefined;

/**
 * Begins to sample allocations in this process, by V8's own sampler: from here on `topAllocations` knows which function
 * allocated what is live. A second call changes nothing. Throws a `MemoryManagerError`: `traceUnavailable` where the inspector may
 * not be used, `invalidOption`.
 *
 * @example
 * startAllocationTrace();
 * const table = load();
 * for (const { functionName, file, line, bytes } of topAllocations(5)) console.log(functionName, file, line, bytes);
 * stopAllocationTrace();
 */
export function startAllocationTrace(options: AllocationTraceOptions = {}): AllocationTrace {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('startAllocationTrace', 'options', 'an object', options);
	}
	const { intervalBytes = DEFAULT_INTERVAL_BYTES, depth = DEFAULT_DEPTH } = options;
	checkInterval('startAllocationTrace', intervalBytes);
	if (!Number.isInteger(depth) || depth < 1 || depth > 128) {
		throw runtimeErrors.invalidOption('startAllocationTrace', 'depth', 'a whole number from 1 to 128', depth);
	}
	running ??= { hold: holdSampler(intervalBytes), depth, collections: 0 };
	return traceOf(running);
}

/**
 * The functions that allocated most of what is live now and was allocated since the trace began, largest first. V8 knows
 * functions, not lines: `line` is where the function begins, and what an inlined function allocates counts for the one around
 * it. Memory outside the heap (the contents of Buffers and typed arrays) is not sampled.
 * Each call forces a full collection, 0.4 to 0.9 ms for each live MB; where V8 was in the middle of one, that one is ended, and garbage
 * that came meanwhile still counts. Throws `traceUnavailable` when no trace runs.
 *
 * @example
 * const [most] = topAllocations(1);
 */
export function topAllocations(limit = 10): AllocationSite[] {
	checkLimit('topAllocations', limit);
	if (!running) throw traceErrors.notStarted();
	const trace = running;
	let sites: AllocationSite[];
	try {
		sites = allocationSites(trace.hold.read(), trace.depth);
	} catch (error) {
		forget(trace);
		throw error;
	}
	trace.collections++;
	return sites.slice(0, limit);
}

/**
 * Ends the trace and gives the last list, like `topAllocations(limit)`. A sampler that the profiler runs goes on. Throws
 * `traceUnavailable` when no trace runs.
 *
 * @example
 * const held = stopAllocationTrace(20);
 */
export function stopAllocationTrace(limit = 10): AllocationSite[] {
	const sites = topAllocations(limit);
	if (running) forget(running);
	return sites;
}

/** What runs now. */
export function allocationTrace(): AllocationTrace | undefined {
	return running && traceOf(running);
}

export function checkInterval(owner: string, value: unknown): void {
	if (!Number.isInteger(value) || (value as number) < 1024) {
		throw runtimeErrors.invalidOption(owner, 'intervalBytes', 'a whole number of bytes, 1024 or more', value);
	}
}

function checkLimit(owner: string, value: unknown): void {
	if (value !== Number.POSITIVE_INFINITY && (!Number.isInteger(value) || (value as number) < 1)) {
		throw runtimeErrors.invalidOption(owner, 'limit', 'a whole number from 1 on', value);
	}
}

function forget(trace: Running): void {
	trace.hold.release();
	if (running === trace) running = undefined;
}

const traceOf = ({ hold: { intervalBytes }, collections }: Running): AllocationTrace => ({
	intervalBytes,
	shared: intervalBytes === undefined,
	collections,
});
