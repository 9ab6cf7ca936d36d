import type { EndReason, ProcessKind } from '../protocol/entries.ts';
import type { Peak } from '../protocol/snapshot.ts';
import { MAIN_PROCESS, type SessionModel } from './sessionModel.ts';

/** One process or worker thread of a session. */
export interface ProcessNode {
	/** See `ProcessEntry`. */
	process: number;
	kind: ProcessKind;
	/** Number of the one that started it, where that one is known. */
	parent?: number;
	/** 0 for the process that was started. */
	depth: number;
	title: string;
	pid?: number;
	threadId?: number;
	/** Session time, ms. */
	from: number;
	/** Absent while it lives, and where the recording breaks off before its end. */
	to?: number;
	end?: EndReason;
	model: SessionModel;
}

/** All processes and workers, each behind the one that started it, those of one parent in the order of their starts. */
export function processTree(root: SessionModel): ProcessNode[] {
	const byParent = new Map<number, ProcessNode[]>();
	for (const [process, model] of root.branches) {
		const node = nodeOf(process, model);
		const known = node.parent !== undefined && node.parent !== process && root.of(node.parent) !== undefined;
		const parent = known ? (node.parent ?? MAIN_PROCESS) : MAIN_PROCESS;
		const siblings = byParent.get(parent);
		if (siblings) siblings.push(node);
		else byParent.set(parent, [node]);
	}
	const tree: ProcessNode[] = [];
	const listed = new Set<number>();
	const add = (node: ProcessNode, depth: number) => {
		// A recording may hold anything, circles too.
		if (listed.has(node.process)) return;
		listed.add(node.process);
		tree.push({ ...node, depth });
		const children = (byParent.get(node.process) ?? []).sort((a, b) => a.from - b.from || a.process - b.process);
		for (const child of children) add(child, depth + 1);
	};
	add(nodeOf(MAIN_PROCESS, root), 0);
	for (const nodes of byParent.values()) for (const node of nodes) add(node, 1);
	return tree;
}

function nodeOf(process: number, model: SessionModel): ProcessNode {
	const { process: entry, state } = model;
	const kind = process === MAIN_PROCESS ? 'main' : (entry?.kind ?? 'child');
	const ended = state?.state === 'ended';
	return {
		process,
		kind,
		...(entry?.parent !== undefined && process !== MAIN_PROCESS && { parent: entry.parent }),
		depth: 0,
		title: titleOf(process, model, kind),
		...(entry && { pid: entry.pid }),
		...(entry?.threadId !== undefined && { threadId: entry.threadId }),
		from: process === MAIN_PROCESS ? 0 : (entry?.t ?? model.series.data.t[0] ?? 0),
		...(ended && { to: state.t, ...(state.reason && { end: state.reason }) }),
		model,
	};
}

function titleOf(process: number, { header, process: entry }: SessionModel, kind: ProcessKind): string {
	if (process === MAIN_PROCESS) return header.title;
	if (entry?.title) return entry.title;
	if (kind === 'worker') return entry?.threadId === undefined ? 'worker' : `worker ${entry.threadId}`;
	return entry ? `process ${entry.pid}` : `process number ${process}`;
}

/** Whether it has a resident set of its own: a worker shares that of its process. */
export const hasOwnRss = ({ kind }: ProcessNode): boolean => kind !== 'worker';

export interface TotalRss {
	/** Ascending; at each time the sum of the newest readings of all processes that lived then. */
	t: number[];
	bytes: number[];
	peak?: Peak;
	/** Processes with a resident set that was read, those that have ended included. */
	processes: number;
}

/** The resident sets of all processes as one line over time, each held from one reading to the next. */
export function totalRss(tree: readonly ProcessNode[]): TotalRss {
	const first = tree[0]?.model;
	if (!first) return summedRss(tree);
	const key = tree
		.map(({ process, to, model: { series } }) => `${process} ${to} ${series.data.t.length} ${series.data.t.at(-1)}`)
		.join();
	const known = totals.get(first);
	if (known?.key === key) return known.total;
	const total = summedRss(tree);
	totals.set(first, { key, total });
	return total;
}

/** The last sum that began with a process: a view that is moved asks for it with every frame. */
const totals = new WeakMap<SessionModel, { key: string; total: TotalRss }>();

function summedRss(tree: readonly ProcessNode[]): TotalRss {
	const changes: [t: number, of: number, bytes: number][] = [];
	let processes = 0;
	tree.forEach((node, of) => {
		if (!hasOwnRss(node)) return;
		const { t, rssBytes } = node.model.series.data;
		const end = node.to ?? Number.POSITIVE_INFINITY;
		let read = false;
		rssBytes.forEach((bytes, i) => {
			const at = t[i] ?? 0;
			if (bytes === null || at > end) return;
			read = true;
			changes.push([at, of, bytes]);
		});
		if (!read) return;
		processes++;
		if (node.to !== undefined) changes.push([node.to, of, 0]);
	});
	changes.sort(([a], [b]) => a - b);
	const total: TotalRss = { t: [], bytes: [], processes };
	const last = new Map<number, number>();
	let sum = 0;
	changes.forEach(([t, of, bytes], i) => {
		sum += bytes - (last.get(of) ?? 0);
		last.set(of, bytes);
		// What is read at the same moment counts together.
		if (changes[i + 1]?.[0] === t) return;
		total.t.push(t);
		total.bytes.push(sum);
		if (sum > (total.peak?.bytes ?? 0)) total.peak = { t, bytes: sum };
	});
	return total;
}

/** What all processes that live now have in RAM together; `bytes` is absent while none was read. */
export function rssNow(root: SessionModel): { bytes?: number; processes: number } {
	let bytes: number | undefined;
	let processes = 0;
	for (const model of [root, ...root.branches.values()]) {
		const rss = model.latest?.rssBytes;
		if (rss === undefined || model.process?.kind === 'worker' || model.state?.state === 'ended') continue;
		bytes = (bytes ?? 0) + rss;
		processes++;
	}
	return { ...(bytes !== undefined && { bytes }), processes };
}

/** Processes of one parent, kind and title side by side, when there are more of them than a view can list. */
export interface ProcessGroup {
	/** Names the group as long as the run is shown. */
	key: string;
	title: string;
	depth: number;
	members: ProcessNode[];
}

/** The tree with groups in place of `from` and more leaves that are alike; what has children of its own stays. */
export function groupedProcesses(tree: readonly ProcessNode[], from = 5): (ProcessNode | ProcessGroup)[] {
	const parents = new Set(tree.map(({ parent }) => parent));
	const keyOf = ({ parent, kind, title }: ProcessNode) => `${parent} ${kind} ${title}`;
	const alike = new Map<string, ProcessNode[]>();
	for (const node of tree) {
		if (node.process === MAIN_PROCESS || parents.has(node.process)) continue;
		const members = alike.get(keyOf(node));
		if (members) members.push(node);
		else alike.set(keyOf(node), [node]);
	}
	const out: (ProcessNode | ProcessGroup)[] = [];
	const done = new Set<string>();
	for (const node of tree) {
		const key = keyOf(node);
		const members = alike.get(key);
		if (!members || members.length < from || parents.has(node.process)) {
			out.push(node);
		} else if (!done.has(key)) {
			done.add(key);
			out.push({ key, title: node.title, depth: node.depth, members });
		}
	}
	return out;
}
