import { constants } from 'node:os';
import type { EndReason, OutOfMemoryCause } from '../protocol/entries.ts';
import type { ProcessEnd } from './launch/targetProcess.ts';
import type { MemoryKill } from './memoryKills.ts';

/** What is known of how a process ended, besides its exit. */
export interface EndFacts {
	/** We were asked to stop it. */
	stopped: boolean;
	/** V8 stood at its heap limit and was let go on to its end. */
	atHeapLimit: boolean;
	heapLimitBytes?: number | undefined;
	/** The last that it wrote to stderr, where that goes through us. */
	stderrTail?: string | undefined;
	/** Share of the heap's limit in use when it was last asked. */
	heapShare?: number | undefined;
	memoryKill?: MemoryKill | undefined;
}

/** V8's way to go: abort, which is a trap where the compiler makes one of it. */
const ABORTS: ReadonlySet<string> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL']);
/**
 * With a debugger, anybody's, V8 may crash where the heap limit is reached between microtasks (seen in Node 20, 22 and 24): no words,
 * another signal, and the heap is what it died of. Ours is off before that.
 */
const CRASH = 'SIGSEGV';
/** Above this a heap counts as full where V8's own words are not at hand. */
const FULL = 0.95;

/** Why a process ended. A RangeError such as "Array buffer allocation failed" is none of this: the script may catch it. */
export function endReason(end: ProcessEnd, facts: EndFacts): EndReason {
	const { stopped, atHeapLimit, heapLimitBytes, stderrTail, heapShare, memoryKill } = facts;
	const signal = signalOf(end);
	if (signal !== undefined && ABORTS.has(signal)) {
		const cause = stderrTail === undefined ? undefined : outOfMemoryCause(stderrTail);
		const silent = stderrTail === undefined && heapShare !== undefined && heapShare >= FULL;
		if (cause || atHeapLimit || silent)
			return {
				kind: 'outOfMemory',
				...(heapLimitBytes !== undefined && { limitBytes: heapLimitBytes }),
				...(cause && { cause }),
			};
	}
	if (signal === CRASH && heapShare !== undefined && heapShare >= FULL)
		return { kind: 'outOfMemory', ...(heapLimitBytes !== undefined && { limitBytes: heapLimitBytes }) };
	if (stopped) return { kind: 'stopped' };
	if (signal === 'SIGKILL' && memoryKill) return { kind: 'memoryKill', ...memoryKill };
	return end.signal === null ? { kind: 'exit', code: end.code ?? 0 } : { kind: 'signal', signal: end.signal };
}

/** What V8 wrote last; `undefined` where it did not die of its heap. */
export function outOfMemoryCause(stderr: string): OutOfMemoryCause | undefined {
	const text = [...stderr.matchAll(/^FATAL ERROR: (.*)$/gm)].at(-1)?.[1];
	if (text === undefined || !/\bheap out of memory$/.test(text.trimEnd())) return undefined;
	if (text.startsWith('Reached heap limit')) return 'heapLimit';
	return text.startsWith('Ineffective mark-compacts') ? 'ineffectiveMarkCompacts' : 'allocation';
}

/** A shell ends with 128 and the number of the signal that ended its program. */
function signalOf({ code, signal }: ProcessEnd): string | undefined {
	if (signal !== null) return signal;
	if (code === null || code <= 128) return undefined;
	return Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
}
