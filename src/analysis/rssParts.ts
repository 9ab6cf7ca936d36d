import type { SampleEntry } from '../protocol/entries.ts';

/**
 * `heapFree`: committed by V8 and empty; `otherExternal`: what V8 knows of outside the heap besides array buffers; `native`: malloc and all
 * else, shared memory too; `workers`: heaps and buffers of worker threads, which live in the same process.
 */
export const RSS_PART_KINDS = [
	'heapUsed',
	'heapFree',
	'codeAndStacks',
	'arrayBuffers',
	'otherExternal',
	'workers',
	'native',
	'fileMapped',
] as const;
export type RssPartKind = (typeof RSS_PART_KINDS)[number];

export const RSS_PART_NAMES: Record<RssPartKind, string> = {
	heapUsed: 'heap used',
	heapFree: 'heap free',
	codeAndStacks: 'code and stacks',
	arrayBuffers: 'array buffers',
	otherExternal: 'other external',
	workers: 'worker threads',
	native: 'native',
	fileMapped: 'mapped files',
};

/** One slice of RSS. It holds more than one kind where they cannot be told apart. */
export interface RssPart {
	kinds: readonly RssPartKind[];
	bytes: number;
}

export interface RssParts {
	rssBytes: number;
	/** In the order of {@link RSS_PART_KINDS}; their bytes sum to `rssBytes`, always. */
	parts: RssPart[];
	/** Of these, what the runtime's containers hold by their own account; it lies within heap used and array buffers. */
	managedBytes?: number;
	/** What the process counts as its own and is not resident: untouched pages of fresh buffers, swapped ones. */
	notResidentBytes: number;
}

/** The figures of a moment; `managedBytes` from `managed.ts`. */
export type PartsSample = Partial<Omit<SampleEntry, 'type' | 't'>> & { managedBytes?: number };

/** `native, mapped files`: what a slice is called. */
export const partName = ({ kinds }: RssPart): string => kinds.map(kind => RSS_PART_NAMES[kind]).join(', ');

/**
 * Splits RSS. Files that are mapped are what the system says; the heap is resident but for what V8 says is not; then comes what V8 counts
 * outside of it; what remains is native. Array buffers come before the other external memory: that is a difference of two accounts, and after
 * buffers were freed one of them lags behind (121 MB too much with 160 MB of buffers, all of them resident). Fresh buffers that nobody has
 * touched are not there, but beside them the other external memory is a few MB in most scripts. `undefined` without RSS.
 */
export function rssParts(sample: PartsSample, workers: readonly PartsSample[] = []): RssParts | undefined {
	const { rssBytes, rssFileBytes, heapUsedBytes, heapTotalBytes, stackBytes } = sample;
	if (rssBytes === undefined) return undefined;
	const parts = new Map<RssPartKind, number>();
	let left = rssBytes;
	let notResidentBytes = 0;
	const take = (kind: RssPartKind, wanted: number, keep = 0): void => {
		const bytes = Math.max(0, Math.min(wanted, left - keep));
		parts.set(kind, (parts.get(kind) ?? 0) + bytes);
		left -= bytes;
		notResidentBytes += Math.max(0, wanted) - bytes;
	};
	/** Kinds in what is left at the end, besides native. */
	const mixed: RssPartKind[] = ['native'];
	if (rssFileBytes === undefined) mixed.push('fileMapped');
	// These pages are there: what is too much of them is a reading at another moment.
	else parts.set('fileMapped', Math.min(rssFileBytes, rssBytes));
	left -= parts.get('fileMapped') ?? 0;

	if (heapUsedBytes === undefined || heapTotalBytes === undefined) {
		mixed.push('heapUsed', 'heapFree', 'codeAndStacks', 'arrayBuffers', 'otherExternal');
		if (workers.length > 0) mixed.push('workers');
	} else {
		const codeBytes = Math.min(sample.heapCodeBytes ?? 0, heapUsedBytes);
		take('heapUsed', heapUsedBytes - codeBytes);
		// Without the system's word for the stack, compiled code goes where the stack is: to the rest.
		if (stackBytes !== undefined) take('codeAndStacks', codeBytes + stackBytes);
		else mixed.push('codeAndStacks');
		const resident = Math.min(sample.heapPhysicalBytes ?? heapTotalBytes, heapTotalBytes);
		take('heapFree', Math.max(0, resident - heapUsedBytes));
		for (const worker of workers) take('workers', ownBytes(worker));
		// V8's own malloc is native for sure.
		const malloced = Math.min(sample.mallocedBytes ?? 0, left);
		const { externalBytes, arrayBuffersBytes } = sample;
		if (externalBytes === undefined || arrayBuffersBytes === undefined) mixed.push('arrayBuffers', 'otherExternal');
		else {
			take('arrayBuffers', arrayBuffersBytes, malloced);
			// Shared array buffers count as array buffers and not as external.
			take('otherExternal', Math.max(0, externalBytes - arrayBuffersBytes), malloced);
		}
	}
	const list: RssPart[] = [];
	for (const kind of RSS_PART_KINDS) {
		const bytes = parts.get(kind);
		if (kind === 'native') list.push({ kinds: RSS_PART_KINDS.filter(each => mixed.includes(each)), bytes: left });
		else if (bytes !== undefined) list.push({ kinds: [kind], bytes });
	}
	const holds = (parts.get('heapUsed') ?? left) + (parts.get('arrayBuffers') ?? 0) + (parts.get('otherExternal') ?? 0);
	const { managedBytes } = sample;
	return {
		rssBytes,
		parts: list,
		...(managedBytes !== undefined && { managedBytes: Math.min(managedBytes, holds) }),
		notResidentBytes,
	};
}

/** Memory of a worker thread; its buffers that it shares with others are counted there. */
function ownBytes({ heapTotalBytes, heapPhysicalBytes, externalBytes }: PartsSample): number {
	return Math.min(heapPhysicalBytes ?? Number.POSITIVE_INFINITY, heapTotalBytes ?? 0) + (externalBytes ?? 0);
}

/** Bytes of the part that is this kind alone; `undefined` where it cannot be told. */
export function partBytes({ parts }: RssParts, kind: RssPartKind): number | undefined {
	return parts.find(({ kinds }) => kinds.length === 1 && kinds[0] === kind)?.bytes;
}
