/** Memory outside V8's heap by call site: contents of Buffers, array buffers, typed arrays and WebAssembly memories. */

/** In the order of {@link OffHeapSite}'s index. `received`: made by Node itself and met when it reached the script (files, streams, messages, network). */
export const OFF_HEAP_KINDS = [
	'buffer',
	'arrayBuffer',
	'sharedArrayBuffer',
	'typedArray',
	'wasmMemory',
	'received',
] as const;
export type OffHeapKind = (typeof OFF_HEAP_KINDS)[number];

/**
 * `[call tree node, index into OFF_HEAP_KINDS, context, bytes, samples]`. The bytes are an unbiased estimate from allocations sampled by
 * bytes; large ones are always sampled and exact. The context is 0 outside regions.
 */
export type OffHeapSite = [node: number, kind: number, context: number, bytes: number, samples: number];

/** The same, and session time of the reading that told of the allocation. */
export type OffHeapFreed = [
	node: number,
	kind: number,
	context: number,
	bytes: number,
	samples: number,
	bornAt: number,
];

/** What was allocated and freed outside the heap since the entry before. Live is the sum of all of them. */
export interface OffHeapEntry {
	type: 'offHeap';
	t: number;
	/** Mean bytes between two samples. */
	intervalBytes: number;
	/** New contexts: which regions were open around an allocation, outermost first, followed across `await`. */
	contexts?: [context: number, regions: number[]][];
	allocated: OffHeapSite[];
	freed: OffHeapFreed[];
	/** Sum of what is live by these entries, and what the process itself counts as array buffers at the same moment. */
	liveBytes: number;
	arrayBuffersBytes: number;
}
