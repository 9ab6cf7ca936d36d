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

/**
 * Turns V8's profiles into frames and nodes that are told once and referred to by id. The ids are ours: V8 drops nodes that hold
 * nothing any more and numbers them anew when they come back, so that its ids grow for ever while the stacks stay the same.
 */
export class CallTreeBuilder {
	readonly #frames = new Map<string, Frame>();
	/** Own parent id → frame id → own id. */
	readonly #nodes = new Map<number, Map<number, number>>();
	readonly #maps: SourceMaps;
	readonly #runtimeDir: string | undefined;
	#lastId = 0;

	constructor(maps: SourceMaps, runtimeDir: string | undefined) {
		this.#maps = maps;
		this.#runtimeDir = runtimeDir;
	}

	async add(profile: Protocol.HeapProfiler.SamplingHeapProfile, t: number): Promise<TreeUpdate> {
		const frames: Frame[] = [];
		const nodes: [number, number, number][] = [];
		const live: TreeUpdate['live'] = new Map();
		const ownIds = new Map<number, number>();
		// By hand, not by recursion: a script's stack may be deeper than ours.
		const open: { node: ProfileNode; parent: number }[] = [{ node: profile.head, parent: 0 }];
		for (let next = open.pop(); next; next = open.pop()) {
			const { node, parent } = next;
			const id = this.#id(parent, await this.#frame(node.callFrame, frames), nodes);
			ownIds.set(node.id, id);
			if (node.selfSize > 0) {
				const at = live.get(id);
				if (at) at.bytes += node.selfSize;
				else live.set(id, { bytes: node.selfSize, count: 0 });
			}
			for (const child of node.children) open.push({ node: child, parent: id });
		}
		for (const { nodeId } of profile.samples) {
			const at = live.get(ownIds.get(nodeId) ?? 0);
			if (at) at.count++;
		}
		return { live, ...(nodes.length > 0 && { callTree: { type: 'callTree', t, frames, nodes } }) };
	}

	#id(parent: number, frame: number, added: [number, number, number][]): number {
		let siblings = this.#nodes.get(parent);
		if (!siblings) {
			siblings = new Map();
			this.#nodes.set(parent, siblings);
		}
		let id = siblings.get(frame);
		if (id === undefined) {
			id = ++this.#lastId;
			siblings.set(frame, id);
			added.push([id, parent, frame]);
		}
		return id;
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
