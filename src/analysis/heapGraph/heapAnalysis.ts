import type {
	ChangeRow,
	ClassRow,
	ListQuery,
	ObjectRow,
	OwnerRow,
	Page,
	Range,
	RetainerRow,
	SnapshotQueries,
	SnapshotSummary,
} from '../../protocol/snapshotView.ts';
import { bufferNodes, findBufferOwners } from './bufferOwners.ts';
import { type AnalysedHeap, describeHolder, describeNode } from './describeNode.ts';
import { findDominators } from './dominators.ts';
import { groupClasses, retainedByClass } from './heapClasses.ts';
import { compareHeaps, type HeapChange, type HeapContents } from './heapDiff.ts';
import { type HeapGraph, IgnoredEdges, typeIndex } from './heapGraph.ts';
import { holdersUp } from './pathText.ts';
import { findRetainers } from './retainers.ts';

/** Objects of a class and holders of an object that can be listed: the largest, the nearest. */
const LISTED = 10_000;

type Answers = { [K in keyof SnapshotQueries]: (query: SnapshotQueries[K][0]) => SnapshotQueries[K][1] };

/** A snapshot that has been looked through, and what can be asked of it. Every list is given in pages. */
export class HeapAnalysis implements Answers {
	readonly #heap: AnalysedHeap;
	readonly #classes: readonly ClassRow[];
	readonly #listed = new LastOf<readonly number[]>();
	#owners: readonly OwnerRow[] | undefined;
	#change: HeapChange | undefined;

	/** Takes seconds for a large graph; `onProgress` hears the share that is done, 0 to 1. */
	constructor(graph: HeapGraph, onProgress?: (share: number) => void) {
		const ignored = new IgnoredEdges(graph);
		onProgress?.(0.1);
		const retainers = findRetainers(graph, ignored);
		onProgress?.(0.3);
		const dominators = findDominators(graph, ignored, retainers);
		onProgress?.(0.75);
		const classes = groupClasses(graph);
		onProgress?.(0.9);
		const retained = retainedByClass(classes, dominators);
		this.#heap = { graph, ignored, retainers, dominators, classes, retainedByClass: retained };
		this.#classes = classes.names
			.map((name, id) => ({
				id,
				name,
				count: classes.count[id] as number,
				selfBytes: classes.selfBytes[id] as number,
				retainedBytes: retained[id] as number,
			}))
			.filter(({ count }) => count > 0);
		onProgress?.(1);
	}

	/** Shared with a comparison, in which this snapshot is the other one. */
	get contents(): HeapContents {
		return this.#heap;
	}

	summary(path: string, fileBytes: number): SnapshotSummary {
		const { graph, dominators } = this.#heap;
		const isText = ['string', 'concatenated string', 'sliced string'].map(name => typeIndex(graph.nodeTypes, name));
		let stringBytes = 0;
		let totalBytes = 0;
		for (let node = 0; node < graph.nodeCount; node++) {
			const bytes = graph.selfBytes[node] as number;
			totalBytes += bytes;
			if (isText.includes(graph.nodeType[node] as number)) stringBytes += bytes;
		}
		return {
			path,
			fileBytes,
			objects: graph.nodeCount,
			references: graph.edgeCount,
			totalBytes: Math.max(totalBytes, dominators.retainedBytes[0] as number),
			bufferBytes: bufferNodes(this.#heap).reduce((sum, node) => sum + (graph.selfBytes[node] as number), 0),
			stringBytes,
			classes: this.#classes.length,
		};
	}

	classes(query: SnapshotQueries['classes'][0]): Page<ClassRow> {
		return list(this.#classes, query);
	}

	objects({ classId, ...range }: SnapshotQueries['objects'][0]): Page<ObjectRow> {
		const { classes, dominators } = this.#heap;
		const listed = this.#listed.of(`class ${classId}`, () =>
			largest(classes.classOf, classId, dominators.retainedBytes),
		);
		return page(listed, range, node => describeNode(this.#heap, node));
	}

	retainers({ node, ...range }: SnapshotQueries['retainers'][0]): Page<RetainerRow> {
		this.#check(node);
		const { first, holder, distance } = this.#heap.retainers;
		const listed = this.#listed.of(`node ${node}`, () => {
			const holders = new Set<number>();
			for (let entry = first[node] as number; entry < (first[node + 1] as number) && holders.size < LISTED; entry++) {
				if (holder[entry] !== node) holders.add(holder[entry] as number);
			}
			return [...holders].sort((a, b) => (distance[a] as number) - (distance[b] as number));
		});
		return page(listed, range, other => describeHolder(this.#heap, other, node));
	}

	path({ node }: SnapshotQueries['path'][0]): RetainerRow[] {
		this.#check(node);
		let held = node;
		return holdersUp(this.#heap, node).map(holder => {
			const row = describeHolder(this.#heap, holder, held);
			held = holder;
			return row;
		});
	}

	owners(range: Range): Page<OwnerRow> {
		this.#owners ??= findBufferOwners(this.#heap);
		return page(this.#owners, range, row => row);
	}

	/** From `before` to this snapshot; `changes` lists it until the next comparison. */
	compare(before: HeapContents): HeapChange {
		this.#change = compareHeaps(before, this.#heap);
		return this.#change;
	}

	changes(query: SnapshotQueries['changes'][0]): Page<ChangeRow> {
		return list(this.#change?.rows ?? [], query);
	}

	#check(node: number): void {
		if (node >= this.#heap.graph.nodeCount) throw new Error('The snapshot has no such object.');
	}
}

/** Remembers one answer: pages of one list are asked for one after the other. */
class LastOf<T> {
	#key: string | undefined;
	#value: T | undefined;

	of(key: string, make: () => T): T {
		if (this.#key !== key || this.#value === undefined) {
			this.#value = make();
			this.#key = key;
		}
		return this.#value;
	}
}

function page<T, R>(items: readonly T[], { from, count }: Range, describe: (item: T) => R): Page<R> {
	return { rows: items.slice(from, from + count).map(describe), total: items.length };
}

function list<T extends { name: string }, C extends string & keyof T>(
	rows: readonly T[],
	{ search, sort, descending, ...range }: ListQuery<C>,
): Page<T> {
	const wanted = search.trim().toLowerCase();
	const found = wanted === '' ? [...rows] : rows.filter(({ name }) => name.toLowerCase().includes(wanted));
	const sign = descending ? -1 : 1;
	found.sort((a, b) => sign * order(a[sort], b[sort]) || order(a.name, b.name));
	return page(found, range, row => row);
}

/** What was not measured comes first. */
function order(a: unknown, b: unknown): number {
	if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
	return (typeof a === 'number' ? a : -Infinity) - (typeof b === 'number' ? b : -Infinity) || 0;
}

/** The members of a class that retain most, in order. Only as many are sorted as can be listed. */
function largest(classOf: Uint32Array, classId: number, retainedBytes: Float64Array): number[] {
	let count = 0;
	for (const of of classOf) if (of === classId) count++;
	const all = new Float64Array(count);
	for (let node = 0, at = 0; node < classOf.length; node++) {
		if (classOf[node] === classId) all[at++] = retainedBytes[node] as number;
	}
	all.sort();
	const least = all[Math.max(0, count - LISTED)] ?? 0;
	const found: number[] = [];
	const equal: number[] = [];
	for (let node = 0; node < classOf.length; node++) {
		if (classOf[node] !== classId) continue;
		const bytes = retainedBytes[node] as number;
		if (bytes > least) found.push(node);
		else if (bytes === least && equal.length < LISTED) equal.push(node);
	}
	found.sort((a, b) => (retainedBytes[b] as number) - (retainedBytes[a] as number) || a - b);
	return [...found, ...equal].slice(0, LISTED);
}
