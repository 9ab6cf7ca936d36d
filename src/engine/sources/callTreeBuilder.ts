import type { Protocol } from 'devtools-protocol';
import { UNNAMED } from '../../analysis/allocations.ts';
import type { CallTreeEntry, Frame } from '../../protocol/entries.ts';
import { frameKind } from './frameKind.ts';
import { pathOf, type SourceMaps } from './sourceMaps.ts';

type ProfileNode = Protocol.HeapProfiler.SamplingHeapProfileNode;

export interface TreeUpdate {
	/** What is new; `undefined` when nothing is. */
	callTree?: CallTreeEntry;
	/** `[node id, live bytes]` of nodes that hold something. */
	live: Map<number, { bytes: number; count: number }>;
}

/** Turns V8's profiles into frames and nodes that are told once and referred to by id (V8 keeps its node ids). */
export class CallTreeBuilder {
	readonly #frames = new Map<string, Frame>();
	readonly #nodes = new Set<number>();
	readonly #maps: SourceMaps;
	readonly #runtimeDir: string | undefined;

	constructor(maps: SourceMaps, runtimeDir: string | undefined) {
		this.#maps = maps;
		this.#runtimeDir = runtimeDir;
	}

	async add(profile: Protocol.HeapProfiler.SamplingHeapProfile, t: number): Promise<TreeUpdate> {
		const frames: Frame[] = [];
		const nodes: [number, number, number][] = [];
		const live: TreeUpdate['live'] = new Map();
		// By hand, not by recursion: a script's stack may be deeper than ours.
		const open: { node: ProfileNode; parent: number }[] = [{ node: profile.head, parent: 0 }];
		for (let next = open.pop(); next; next = open.pop()) {
			const { node, parent } = next;
			if (!this.#nodes.has(node.id)) {
				this.#nodes.add(node.id);
				nodes.push([node.id, parent, await this.#frame(node.callFrame, frames)]);
			}
			if (node.selfSize > 0) live.set(node.id, { bytes: node.selfSize, count: 0 });
			for (const child of node.children) open.push({ node: child, parent: node.id });
		}
		for (const { nodeId } of profile.samples) {
			const at = live.get(nodeId);
			if (at) at.count++;
		}
		return { live, ...(nodes.length > 0 && { callTree: { type: 'callTree', t, frames, nodes } }) };
	}

	async #frame(callFrame: Protocol.Runtime.CallFrame, added: Frame[]): Promise<number> {
		const { url, scriptId, lineNumber, columnNumber } = callFrame;
		const hasPlace = url !== '' && lineNumber >= 0;
		// Our own bundle has a source map, too, and its sources would look like the user's.
		const isOurs = frameKind(pathOf(url), this.#runtimeDir) === 'profiler';
		const place =
			hasPlace && !isOurs
				? await this.#maps.original(url, lineNumber + 1, columnNumber + 1, scriptId)
				: { file: pathOf(url), line: Math.max(0, lineNumber + 1), column: Math.max(0, columnNumber + 1) };
		const functionName = callFrame.functionName || (hasPlace ? '(anonymous)' : UNNAMED);
		const key = `${functionName}\0${place.file}\0${place.line}\0${place.column}`;
		let frame = this.#frames.get(key);
		if (!frame) {
			const { file, line, column } = place;
			frame = { id: this.#frames.size + 1, functionName, file, line, column, kind: frameKind(file, this.#runtimeDir) };
			this.#frames.set(key, frame);
			added.push(frame);
		}
		return frame.id;
	}
}
