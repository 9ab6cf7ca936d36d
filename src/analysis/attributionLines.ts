import type { Selection } from '../protocol/panel.ts';
import { type Attribution, attributionOf, figures, type Measure } from './attribution.ts';
import { peakMoment } from './attributionMoments.ts';
import { hasSource } from './places.ts';
import type { CallTreeNode, SessionModel } from './sessionModel.ts';

/** What one source line accounts for. A line has heap bytes when a function begins on it, off-heap bytes when a call stands on it. */
export interface LineFigure {
	file: string;
	/** 1-based. */
	line: number;
	/** Of the function that begins on this line: V8 does not tell the line inside it. */
	heapBytes: number;
	/** Of the calls on this line. */
	offHeapBytes: number;
	/** 0 to 1 of all that was attributed, also to places without a line. */
	share: number;
	/** The function that begins here, or that the call stands in. */
	functionName: string;
}

/**
 * By line of the user's own sources, most bytes first; what packages and Node allocate counts for the line that called them. Without a
 * window what was live at the peak, with one what was allocated in it, unless `measure` says otherwise.
 */
export function lineFigures(model: SessionModel, { process, window }: Selection, measure?: Measure): LineFigure[] {
	const chosen = model.of(process);
	if (!chosen) return [];
	const moment = peakMoment(chosen, 'both');
	const attribution = attributionOf(chosen, {
		memory: 'both',
		measure: measure ?? (window ? 'allocated' : 'live'),
		...(moment && { moment }),
		...(window && { window }),
	});
	return ownLines(chosen.nodes, attribution);
}

/** The same of any attribution. */
export function ownLines(nodes: ReadonlyMap<number, CallTreeNode>, { heap, offHeap }: Attribution): LineFigure[] {
	const lines = new Map<string, LineFigure>();
	let total = 0;
	const add = (node: number, bytes: number, column: 'heapBytes' | 'offHeapBytes') => {
		total += bytes;
		const frame = ownFrame(nodes, node);
		if (!frame) return;
		const key = `${frame.line} ${frame.file}`;
		let figure = lines.get(key);
		if (!figure) {
			const { file, line, functionName } = frame;
			figure = { file, line, heapBytes: 0, offHeapBytes: 0, share: 0, functionName };
			lines.set(key, figure);
		}
		figure[column] += bytes;
	};
	for (const [node, bytes] of figures(heap)?.sites ?? []) add(node, bytes, 'heapBytes');
	for (const [node, , , bytes] of figures(offHeap)?.sites ?? []) add(node, bytes, 'offHeapBytes');
	const sum = ({ heapBytes, offHeapBytes }: LineFigure) => heapBytes + offHeapBytes;
	for (const figure of lines.values()) figure.share = total > 0 ? sum(figure) / total : 0;
	return [...lines.values()].sort((a, b) => sum(b) - sum(a));
}

/** The innermost frame of the user's own that has a place. */
function ownFrame(nodes: ReadonlyMap<number, CallTreeNode>, id: number) {
	for (let node = nodes.get(id); node; node = nodes.get(node.parent))
		if (node.frame.kind === 'user' && hasSource(node.frame)) return node.frame;
	return undefined;
}
