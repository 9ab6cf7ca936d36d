import type { ChangeRow } from '../../protocol/snapshotView.ts';
import type { HeapClasses } from './heapClasses.ts';
import { type HeapGraph, nodeText } from './heapGraph.ts';

/** What is kept of the other snapshot: no references, only its objects and what each is. */
export interface HeapContents {
	readonly graph: Pick<HeapGraph, 'nodeCount' | 'nodeId' | 'selfBytes' | 'nodeName' | 'strings'>;
	readonly classes: HeapClasses;
}

export interface HeapChange {
	readonly by: 'object' | 'class';
	readonly rows: ChangeRow[];
}

/** Objects looked at to tell whether two snapshots are of one process. */
const LOOKED_AT = 20_000;
/** Within one process nearly all objects of one number have one name; numbers are given out anew in another. */
const SAME_PROCESS_SHARE = 0.98;

/** From `before` to `after`, class by class; only classes that changed. */
export function compareHeaps(before: HeapContents, after: HeapContents): HeapChange {
	const index = new IdIndex(before.graph.nodeId);
	return isSameProcess(before, after, index)
		? { by: 'object', rows: byObject(before, after, index) }
		: { by: 'class', rows: byClass(before, after) };
}

/** Finds an object's ordinal by its number: open addressing, no object for each. */
class IdIndex {
	readonly #slots: Uint32Array;
	readonly #mask: number;
	readonly #ids: Uint32Array;

	constructor(ids: Uint32Array) {
		let size = 16;
		while (size < ids.length * 2) size *= 2;
		this.#slots = new Uint32Array(size);
		this.#mask = size - 1;
		this.#ids = ids;
		for (let node = 0; node < ids.length; node++) {
			let slot = this.#slot(ids[node] as number);
			while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
			this.#slots[slot] = node + 1;
		}
	}

	find(id: number): number | undefined {
		let slot = this.#slot(id);
		for (;;) {
			const entry = this.#slots[slot] as number;
			if (entry === 0) return undefined;
			if (this.#ids[entry - 1] === id) return entry - 1;
			slot = (slot + 1) & this.#mask;
		}
	}

	#slot(id: number): number {
		return (Math.imul(id, 0x9e3779b1) >>> 4) & this.#mask;
	}
}

function isSameProcess(before: HeapContents, after: HeapContents, index: IdIndex): boolean {
	const { nodeCount, nodeId, nodeName, strings } = after.graph;
	const step = Math.max(1, Math.floor(nodeCount / LOOKED_AT));
	let common = 0;
	let same = 0;
	for (let node = 1; node < nodeCount; node += step) {
		const other = index.find(nodeId[node] as number);
		if (other === undefined) continue;
		common++;
		if (strings.text(nodeName[node] as number) === nodeText(before.graph as HeapGraph, other)) same++;
	}
	return common > 0 && same / common >= SAME_PROCESS_SHARE;
}

interface Sums {
	newCount: number;
	newBytes: number;
	deletedCount: number;
	deletedBytes: number;
	grownBytes: number;
}

/** Objects of Node's own C++ and V8's roots are numbered anew in each snapshot: as many gone as new is no change. */
const UNSTABLE = /^(?:Node \/ |\(synthetic\)$|system \/ )/;

function isChange({ newCount, newBytes, deletedCount, deletedBytes, grownBytes }: Sums, unstable: boolean): boolean {
	if (unstable && newCount === deletedCount && newBytes === deletedBytes && grownBytes === 0) return false;
	return newCount + deletedCount > 0 || grownBytes !== 0;
}

function byObject(before: HeapContents, after: HeapContents, index: IdIndex): ChangeRow[] {
	const sums = new Map<string, Sums>();
	const newSums = (): Sums => ({ newCount: 0, newBytes: 0, deletedCount: 0, deletedBytes: 0, grownBytes: 0 });
	const sumsOf = ({ names }: HeapClasses): Sums[] =>
		names.map(name => {
			const found = sums.get(name) ?? newSums();
			sums.set(name, found);
			return found;
		});
	const afterSums = sumsOf(after.classes);
	const beforeSums = sumsOf(before.classes);
	const kept = new Uint8Array(before.graph.nodeCount);
	for (let node = 0; node < after.graph.nodeCount; node++) {
		const sum = afterSums[after.classes.classOf[node] as number] as Sums;
		const bytes = after.graph.selfBytes[node] as number;
		const other = index.find(after.graph.nodeId[node] as number);
		if (other === undefined) {
			sum.newCount++;
			sum.newBytes += bytes;
		} else {
			kept[other] = 1;
			sum.grownBytes += bytes - (before.graph.selfBytes[other] as number);
		}
	}
	for (let node = 0; node < before.graph.nodeCount; node++) {
		if (kept[node] === 1) continue;
		const sum = beforeSums[before.classes.classOf[node] as number] as Sums;
		sum.deletedCount++;
		sum.deletedBytes += before.graph.selfBytes[node] as number;
	}
	return [...sums]
		.filter(([name, sum]) => isChange(sum, UNSTABLE.test(name)))
		.map(([name, sum]) => ({
			name,
			countChange: sum.newCount - sum.deletedCount,
			bytesChange: sum.newBytes - sum.deletedBytes + sum.grownBytes,
			...sum,
		}));
}

function byClass(before: HeapContents, after: HeapContents): ChangeRow[] {
	const rows = new Map<string, ChangeRow>();
	const add = ({ names, count, selfBytes }: HeapClasses, sign: 1 | -1) => {
		names.forEach((name, at) => {
			const row = rows.get(name) ?? { name, countChange: 0, bytesChange: 0 };
			row.countChange += sign * (count[at] as number);
			row.bytesChange += sign * (selfBytes[at] as number);
			rows.set(name, row);
		});
	};
	add(after.classes, 1);
	add(before.classes, -1);
	return [...rows.values()].filter(({ countChange, bytesChange }) => countChange !== 0 || bytesChange !== 0);
}
