import { formatBytes, formatPercent } from '../protocol/units.ts';
import type { Attribution, Measure } from './attribution.ts';
import { type LineFigure, ownLines } from './attributionLines.ts';
import type { CallTreeNode } from './sessionModel.ts';

/** Below it no line is the one to look at. */
const LEAST_SHARE = 0.1;
const LEAST_BYTES = 1024 * 1024;

/** The user's line with most bytes, where one stands out. */
export function largestLine(
	nodes: ReadonlyMap<number, CallTreeNode>,
	attribution: Attribution,
): LineFigure | undefined {
	const [first] = ownLines(nodes, attribution);
	if (!first || first.share < LEAST_SHARE || first.heapBytes + first.offHeapBytes < LEAST_BYTES) return undefined;
	return first;
}

const OF: Record<Measure, string> = {
	live: 'what was live',
	allocated: 'what was allocated',
	freed: 'what was freed',
	alive: 'what stayed alive',
};

/** `359 MB outside the heap, 99 % of what was live` */
export function lineWords({ heapBytes, offHeapBytes, share }: LineFigure, measure: Measure): string {
	const kinds = [
		...(offHeapBytes > 0 ? [`${formatBytes(offHeapBytes)} outside the heap`] : []),
		...(heapBytes > 0 ? [`${formatBytes(heapBytes)} on the heap`] : []),
	];
	return `${kinds.join(' and ')}, ${formatPercent(share)} of ${OF[measure]}`;
}
