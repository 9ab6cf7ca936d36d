import { type AnalysedHeap, edgeKind, edgeTo, nearestHolder } from './describeNode.ts';
import { edgeText, nodeText, ROOT } from './heapGraph.ts';

/** Longest way that is followed; real ones have some ten steps, a linked list millions. */
export const MAX_PATH = 200;
const SHOWN_STEPS = 8;
const IDENTIFIER = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** From the node up to the root, the node itself not among them; shortened at {@link MAX_PATH}. */
export function holdersUp(heap: AnalysedHeap, node: number): number[] {
	const path: number[] = [];
	let at = nearestHolder(heap, node);
	// Distances fall with each step, so it ends.
	while (at !== undefined && path.length < MAX_PATH) {
		path.push(at);
		if (at === ROOT) break;
		at = nearestHolder(heap, at);
	}
	return path;
}

/** The way to a node as source code would write it: `global.images.…[]`. V8's own steps are left out. */
export function pathText(heap: AnalysedHeap, node: number): string {
	const { graph } = heap;
	const holders = holdersUp(heap, node);
	const parts: string[] = [];
	let held = node;
	for (const holder of holders) {
		const edge = edgeTo(heap, holder, held);
		if (edge !== undefined) {
			const text = edgeText(graph, edge);
			const kind = edgeKind(graph, edge);
			if (holder === ROOT) parts.push(nodeText(graph, held));
			else if (kind === 'property') parts.push(IDENTIFIER.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`);
			else if (kind === 'variable') parts.push(` ${text}`);
			else if (kind === 'element') parts.push('[]');
			else if (kind === 'internal' && isEntryOf(graph.nodeTypes[graph.nodeType[holder] as number], text))
				parts.push('[]');
		}
		held = holder;
	}
	parts.reverse();
	const shown = parts.length > SHOWN_STEPS ? [...parts.slice(0, 2), ' … ', ...parts.slice(-SHOWN_STEPS + 2)] : parts;
	return shown
		.join('')
		.replace(/(\[\])+/g, '[]')
		.trim();
}

/** The contents of a Map, Set or array lie in a table whose entries have numbers for names. */
const isEntryOf = (type: string | undefined, name: string): boolean => type === 'array' && /^\d+$/.test(name);
