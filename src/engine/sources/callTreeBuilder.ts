import type { Protocol } from 'devtools-protocol';
import { UNNAMED } from '../../analysis/allocations.ts';
import type { CallTreeEntry, Frame } from '../../protocol/entries.ts';
import type { OffHeapReport, RawFrame } from '../../protocol/runtimeLink.ts';
import type { HeapSample } from '../collectors/liveSamples.ts';
import { frameKind } from './frameKind.ts';
import { type Position, pathOf, type SourceMaps } from './sourceMaps.ts';

type ProfileNode = Protocol.HeapProfiler.SamplingHeapProfileNode;

export interface TreeUpdate {
	/** What is new; `undefined` when nothing is. To be told at once: the next update may refer to it. */
	callTree?: CallTreeEntry;
	/** Live bytes of nodes that hold something, by own node id. */
	selfBytes: Map<number, number>;
	/** V8's samples on own node ids. */
	samples: HeapSample[];
}

export interface StacksUpdate {
	callTree?: CallTreeEntry;
	/** Own node id by the runtime's id of a stack. */
	nodeOf: Map<number, number>;
}

interface Added {
	frames: Frame[];
	nodes: [number, number, number][];
}

interface Place {
	scriptId?: string;
	/** 0-based. */
	lineNumber: number;
	columnNumber: number;
}

/** As V8 names it. */
const ROOT = { functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 };

/**
 * Turns V8's profiles into frames and nodes that are told once and referred to by id. The ids are ours: V8 drops nodes that hold
 * nothing any more and numbers them anew when they come back, so that its ids grow for ever while the stacks stay the same.
 */
export class CallTreeBuilder {
	readonly #frames = new Map<string, Frame>();
	/** Own parent id → frame id → own id. */
	readonly #nodes = new Map<number, Map<number, number>>();
	/** By script and function name, where a function begins. */
	readonly #places = new Map<string, Position | 'several'>();
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

	/** Stacks as the runtime tells them, innermost frame first, each with its id; gives the own node of each. */
	addStacks(stacks: OffHeapReport['stacks'], t: number): Promise<StacksUpdate> {
		return this.#inOrder(() => this.#addStacks(stacks, t));
	}

	async #addStacks(stacks: OffHeapReport['stacks'], t: number): Promise<StacksUpdate> {
		const added: Added = { frames: [], nodes: [] };
		const nodeOf = new Map<number, number>();
		// Every tree begins with V8's own root: both kinds of stacks hang under the same.
		const root = this.#id(0, await this.#frame(ROOT, added), added);
		for (const [id, frames] of stacks) {
			let node = root;
			for (const frame of frames.toReversed()) node = this.#id(node, await this.#callFrame(frame, added), added);
			nodeOf.set(id, node);
		}
		return { nodeOf, ...entryOf(added, t) };
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
		const added: Added = { frames: [], nodes: [] };
		const selfBytes = new Map<number, number>();
		const ownIds = new Map<number, number>();
		// By hand, not by recursion: a script's stack may be deeper than ours.
		const open: { node: ProfileNode; parent: number }[] = [{ node: profile.head, parent: 0 }];
		for (let next = open.pop(); next; next = open.pop()) {
			const { node, parent } = next;
			const id = this.#id(parent, await this.#frame(node.callFrame, added), added);
			ownIds.set(node.id, id);
			if (node.selfSize > 0) selfBytes.set(id, (selfBytes.get(id) ?? 0) + node.selfSize);
			for (const child of node.children) open.push({ node: child, parent: id });
		}
		const samples: HeapSample[] = [];
		for (const { nodeId, size, ordinal } of profile.samples) {
			const node = ownIds.get(nodeId);
			if (node !== undefined) samples.push({ node, ordinal, bytes: size });
		}
		return { selfBytes, samples, ...entryOf(added, t) };
	}

	#id(parent: number, frame: number, added: Added): number {
		let siblings = this.#nodes.get(parent);
		if (!siblings) {
			siblings = new Map();
			this.#nodes.set(parent, siblings);
		}
		let id = siblings.get(frame);
		if (id === undefined) {
			id = ++this.#lastId;
			siblings.set(frame, id);
			added.nodes.push([id, parent, frame]);
		}
		return id;
	}

	/** Of the heap: V8 names where the function begins. */
	async #frame(
		callFrame: Pick<Protocol.Runtime.CallFrame, 'functionName' | 'url'> & Place,
		added: Added,
	): Promise<number> {
		const { url, scriptId, lineNumber, columnNumber } = callFrame;
		const hasPlace = url !== '' && lineNumber >= 0;
		const place = hasPlace
			? await this.#original(url, lineNumber + 1, columnNumber + 1, scriptId)
			: (this.#forgotten(callFrame.functionName, scriptId) ?? {
					file: pathOf(url),
					line: Math.max(0, lineNumber + 1),
					column: Math.max(0, columnNumber + 1),
				});
		if (hasPlace && scriptId !== undefined) this.#remember(callFrame.functionName, scriptId, place);
		return this.#frameId(callFrame.functionName || (hasPlace ? '(anonymous)' : UNNAMED), place, undefined, added);
	}

	/** Two functions of one name in one script cannot be told apart by it. */
	#remember(functionName: string, scriptId: string, place: Position): void {
		const key = `${scriptId}\0${functionName}`;
		const known = this.#places.get(key);
		if (known === undefined) this.#places.set(key, place);
		else if (known !== 'several' && (known.line !== place.line || known.column !== place.column))
			this.#places.set(key, 'several');
	}

	/**
	 * V8 to 11 (Node 20) forgets a script once none of its functions can be called any more, and the places of its frames with it: then
	 * what an earlier profile said of that function counts, or else the script alone is known.
	 */
	#forgotten(functionName: string, scriptId: string | undefined): Position | undefined {
		// Without a name it may be V8's own entry into the script.
		if (scriptId === undefined || functionName === '') return undefined;
		const known = this.#places.get(`${scriptId}\0${functionName}`);
		if (known !== undefined && known !== 'several') return known;
		const file = this.#maps.fileOf(scriptId);
		return file === undefined ? undefined : { file, line: 0, column: 0 };
	}

	/** Outside the heap: the place is that of the call, which is the exact line. */
	async #callFrame(frame: RawFrame, added: Added): Promise<number> {
		const [functionName, url, line, column, functionLine, functionColumn] = frame;
		const hasPlace = url !== '' && line > 0;
		const place = hasPlace ? await this.#original(url, line, column) : { file: pathOf(url), line: 0, column: 0 };
		const begins =
			hasPlace && functionLine !== undefined && functionLine > 0
				? await this.#original(url, functionLine, functionColumn ?? 1)
				: undefined;
		// A function that a build put together from several files begins in one and calls in another.
		const begin = begins?.file === place.file ? begins.line : undefined;
		return this.#frameId(functionName || (hasPlace ? '(anonymous)' : UNNAMED), place, begin, added);
	}

	/** Our own bundle has a source map, too, and its sources would look like the user's. */
	#original(url: string, line: number, column: number, scriptId?: string): Promise<Position> | Position {
		const file = pathOf(url);
		if (frameKind(file, this.#runtimeDir) === 'profiler') return { file, line, column };
		return this.#maps.original(url, line, column, scriptId);
	}

	#frameId(functionName: string, place: Position, functionLine: number | undefined, added: Added): number {
		const { file, line, column } = place;
		const key = `${functionName}\0${file}\0${line}\0${column}\0${functionLine ?? ''}`;
		let frame = this.#frames.get(key);
		if (!frame) {
			const kind = frameKind(file, this.#runtimeDir);
			frame = {
				id: this.#frames.size + 1,
				functionName,
				file,
				line,
				column,
				...(functionLine !== undefined && { functionLine }),
				kind,
			};
			this.#frames.set(key, frame);
			added.frames.push(frame);
		}
		return frame.id;
	}
}

const entryOf = ({ frames, nodes }: Added, t: number): { callTree?: CallTreeEntry } =>
	nodes.length > 0 ? { callTree: { type: 'callTree', t, frames, nodes } } : {};
