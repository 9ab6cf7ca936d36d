import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MemoryReading } from '../../protocol/entries.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { readMemory } from '../reporting/memoryReading.ts';
import { runtimeErrors } from '../runtimeError.ts';

/** What a forced collection did. */
export interface CollectionResult {
	/** Heap used plus array buffers and other external memory, before minus after: can be negative when others allocate. */
	freedBytes: number;
	before: MemoryReading;
	after: MemoryReading;
	/** How long the script stood still, ms. */
	ms: number;
}

/** `minor`: only the young generation. `shrinking`: full, and the young generation gives its pages back; Node 22 and newer. */
export type CollectionKind = 'full' | 'minor' | 'shrinking';

type Collect = (options?: { type: 'major' | 'minor'; execution?: 'sync'; flavor?: 'last-resort' }) => void;

let collect: Collect | undefined;

/** Runs a full garbage collection now, with or without `--expose-gc`. Throws `collectionUnavailable` where V8 offers none. */
export function forceCollection(kind: CollectionKind = 'full'): CollectionResult {
	collect ??= findCollect();
	const before = readMemory();
	const began = monotonicMs();
	// Node 20 takes any argument for `minor`, so only that may be given there. Seen with v8.GCProfiler on 20, 22, 24 and 26.
	if (kind === 'minor') collect({ type: 'minor' });
	else if (kind === 'shrinking' && canShrink()) collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
	else collect();
	// V8 lets dead array buffers go on another thread, up to 15 ms later, and waits for that at the next collection: without one, `after`
	// would still hold some of them. Tried on Node 20, 22, 24 and 26; the young generation is empty now, so it takes about 0.3 ms.
	if (kind !== 'minor') collect({ type: 'minor' });
	const ms = monotonicMs() - began;
	const after = readMemory();
	return { freedBytes: occupied(before) - occupied(after), before, after, ms };
}

/** Whether a collection can take back a young generation that has grown. */
export const canShrink = (): boolean => Number(process.versions.node.split('.')[0]) >= 22;

/** Heap used plus array buffers and other external memory. */
export const occupied = ({ heapUsedBytes, externalBytes }: MemoryReading): number => heapUsedBytes + externalBytes;

function findCollect(): Collect {
	const own = (globalThis as { gc?: unknown }).gc;
	if (typeof own === 'function') return own as Collect;
	try {
		setFlagsFromString('--expose-gc');
		try {
			const found: unknown = runInNewContext('gc');
			if (typeof found === 'function') return found as Collect;
		} finally {
			// Contexts that the script makes later must not find a `gc` they did not ask for.
			setFlagsFromString('--no-expose-gc');
		}
	} catch (error) {
		throw runtimeErrors.collectionUnavailable(error);
	}
	throw runtimeErrors.collectionUnavailable(undefined);
}
