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

let collect: (() => void) | undefined;

/** Runs a full garbage collection now, with or without `--expose-gc`. Throws `collectionUnavailable` where V8 offers none. */
export function forceCollection(): CollectionResult {
	collect ??= findCollect();
	const before = readMemory();
	const began = monotonicMs();
	collect();
	const ms = monotonicMs() - began;
	const after = readMemory();
	return { freedBytes: occupied(before) - occupied(after), before, after, ms };
}

const occupied = ({ heapUsedBytes, externalBytes }: MemoryReading): number => heapUsedBytes + externalBytes;

function findCollect(): () => void {
	const own = (globalThis as { gc?: unknown }).gc;
	if (typeof own === 'function') return own as () => void;
	try {
		setFlagsFromString('--expose-gc');
		try {
			const found: unknown = runInNewContext('gc');
			if (typeof found === 'function') return found as () => void;
		} finally {
			// Contexts that the script makes later must not find a `gc` they did not ask for.
			setFlagsFromString('--no-expose-gc');
		}
	} catch (error) {
		throw runtimeErrors.collectionUnavailable(error);
	}
	throw runtimeErrors.collectionUnavailable(undefined);
}
