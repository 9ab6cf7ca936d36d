import type { SessionModel } from './sessionModel.ts';

/** A snapshot takes up to this many times the live heap in extra memory (measured on Node 20 to 26: 10 to 14). */
const MEMORY_FACTOR = 16;
/** Bytes of heap that V8 writes down in a second (measured: 13 to 25 MB). */
const BYTES_PER_MS = 20_000;

/** What a heap snapshot would take, judged by the heap that is used now. */
export interface SnapshotCost {
	heapUsedBytes: number;
	/** Memory on top of what the script has. */
	neededBytes: number;
	/** The script stands still for about so long. */
	ms: number;
}

/** Undefined before the first reading. */
export function snapshotCost({ latest }: Pick<SessionModel, 'latest'>): SnapshotCost | undefined {
	const heapUsedBytes = latest?.heapUsedBytes;
	if (heapUsedBytes === undefined) return undefined;
	return { heapUsedBytes, neededBytes: heapUsedBytes * MEMORY_FACTOR, ms: heapUsedBytes / BYTES_PER_MS };
}
