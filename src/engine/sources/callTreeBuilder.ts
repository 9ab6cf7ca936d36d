import type { Protocol } from 'devtools-protocol';
import { UNNAMED } from '../../analysis/allocations.ts';
import type { CallTreeEntry, Frame } from '../../protocol/entries.ts';
import type { HeapSample } from '../collectors/liveSamples.ts';
import { frameKind } from './frameKind.ts';
import { pathOf, type SourceMaps } from './sourceMaps.ts';

type ProfileNode = Protocol.HeapProfiler.SamplingHeapProfileNode;

export interface TreeUpdate {
	/** What is new; `undefined` when nothing is. To be told at once: the next update may refer to it. */
	callTree?: CallTreeEntry;
	/** Live bytes of nodes that hold something, by own node id. */
	selfBytes: Map<number, number>;
	/** V8's samples on own node ids. */
	samples: HeapSample[];
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
	/** One update after the other: a later one may refer to nodes of an earlier one. */
	#order: Promise<void> = Promise.resolve();

	constructor(maps: SourceMaps, runtimeDir: string | undefined) {
		this.#maps = maps;
		this.#runtimeDir = runtimeDir;
	}

	add(profile: Protocol.HeapProfiler.SamplingHeapProfile, t: number): Promise<TreeUpdate> {
		return this.#inOrder(() => this.#addProfile(profile, t));
	}

	/** Its promise is that of the work itself, so that who waits for it goes on before the next update begins. */
	#inOrder<T>(work: () => Promise<T>): Promise<T> {
		const done = this.#order.then(work);
		this.#order = done.then(
			() => {},
			() => {},
		);
		return done;
	}

	async #addProfile(profile: Protocol.HeapProfiler.SamplingHeapProfile, t: number): Promise<TreeUpdate> {
		const frames: Frame[] = [];
		const nodes: [number, number, number][] = [];
		const selfBytes = new Map<number, number>();
		const ownIds = new Map<number, number>();
		// By hand, not by recursion: a script's stack may be deeper than ours.
		const open: { node: ProfileNode; parent: number }[] = [{ node: profile.head, parent: 0 }];
		for (let next = open.pop(); next; next = open.pop()) {
			const { node, parent } = next;
			const id = this.#id(parent, await this.#frame(node.callFrame, frames), nodes);
			ownIds.set(node.id, id);
			if (node.selfSize > 0) selfBytes.set(id, (selfBytes.get(id) ?? 0) + node.selfSize);
			for (const child of node.children) open.push({ node: child, parent: id });
		}
		const samples: HeapSample[] = [];
		for (const { nodeId, size, ordinal } of profile.samples) {
			const node = ownIds.get(nodeId);
			if (node !== undefined) samples.push({ node, ordinal, bytes: size });
		}
		return { selfBytes, samples, ...(nodes.length > 0 && { callTree: { type: 'callTree', t, frames, nodes } }) };
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
