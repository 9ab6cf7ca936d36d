import type { CallTreeNode } from './sessionModel.ts';

/**
 * The call tree as if only the user's own functions existed: what packages, Node and V8 hold counts for the user's function
 * that called them. Bytes under no such function stay at the root, so the sum is the same.
 */
export function onlyUserFrames(nodes: ReadonlyMap<number, CallTreeNode>): ReadonlyMap<number, CallTreeNode> {
	const kept = new Map<number, CallTreeNode>();
	for (const [id, node] of nodes) {
		// Frames of kind "profiler" are what the tree functions already take out and give to the caller.
		const own = node.frame.kind === 'user';
		kept.set(id, own ? node : { ...node, frame: { ...node.frame, kind: 'profiler' } });
	}
	return kept;
}
