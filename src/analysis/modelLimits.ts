import type { LeftOut, LeftOutKind } from '../protocol/snapshot.ts';
import { LEVEL_ROWS } from './seriesStore.ts';

/** How much of each kind the model of one process keeps. What is thinned keeps its largest and its newest. */
export interface ModelLimits {
	/** Rows of each level of the series; see `SeriesStore`. Even. */
	readonly seriesRows: number;
	readonly gcs: number;
	readonly spans: number;
	readonly profiles: number;
	/** Lines of all profiles together, and of all deltas of the ledger. */
	readonly profileRows: number;
	readonly ledgerRows: number;
	readonly nodes: number;
	/** Each kind of event of the runtime. */
	readonly events: number;
	/** Each kind of cache, pool and the like: those in use. */
	readonly stores: number;
	readonly contexts: number;
	readonly regions: number;
	readonly notices: number;
	readonly snapshots: number;
	readonly findings: number;
}

export const MAIN_LIMITS: ModelLimits = {
	seriesRows: LEVEL_ROWS,
	gcs: 8_192,
	spans: 16_384,
	profiles: 256,
	profileRows: 100_000,
	ledgerRows: 100_000,
	nodes: 200_000,
	events: 2_048,
	stores: 4_096,
	contexts: 16_384,
	regions: 4_096,
	notices: 500,
	snapshots: 500,
	findings: 500,
};

/** Processes beside the first that are told apart with a quarter of its room; more share it. */
const FIRST_BRANCHES = 16;
const made = new Map<number, ModelLimits>();

/**
 * The room that each of so many processes has beside the one that was started. All of them together have no more than about four times
 * its room, so that neither ten long ones nor a thousand short ones outgrow it.
 */
export function branchLimits(branches: number): ModelLimits {
	const shared = 2 ** Math.ceil(Math.log2(Math.max(1, branches / FIRST_BRANCHES)));
	const known = made.get(shared);
	if (known) return known;
	const part = (limit: number, least: number) => Math.max(least, Math.floor(limit / (8 * shared)) & ~1);
	const { nodes, seriesRows } = MAIN_LIMITS;
	const limits: ModelLimits = {
		seriesRows: Math.max(8, seriesRows / (4 * shared)),
		gcs: part(MAIN_LIMITS.gcs, 16),
		spans: part(MAIN_LIMITS.spans, 16),
		profiles: part(MAIN_LIMITS.profiles, 4),
		profileRows: part(MAIN_LIMITS.profileRows, 200),
		ledgerRows: part(MAIN_LIMITS.ledgerRows, 200),
		// What a profile refers to must be there: nodes cannot be thinned as values over time can.
		nodes: part(nodes, 2_000),
		events: part(MAIN_LIMITS.events, 8),
		stores: part(MAIN_LIMITS.stores, 16),
		contexts: part(MAIN_LIMITS.contexts, 64),
		regions: part(MAIN_LIMITS.regions, 32),
		notices: part(MAIN_LIMITS.notices, 8),
		snapshots: part(MAIN_LIMITS.snapshots, 8),
		findings: part(MAIN_LIMITS.findings, 8),
	};
	made.set(shared, limits);
	return limits;
}

export function countLeftOut(leftOut: LeftOut, kind: LeftOutKind, count = 1): void {
	if (count > 0) leftOut[kind] = (leftOut[kind] ?? 0) + count;
}

const WORDS: Record<LeftOutKind, string> = {
	collections: 'collections (the shorter ones)',
	calls: 'calls of regions (the shorter ones)',
	profiles: 'allocation profiles',
	functions: 'functions of the call tree',
	regions: 'regions',
	notices: 'notices',
	snapshots: 'heap snapshots',
	stores: 'caches, pools and the like',
	events: 'events of the runtime',
	findings: 'findings',
	contexts: 'combinations of open regions',
	processes: 'processes',
};

/** What the model did not keep, in words: `1,204 collections (the shorter ones)`. */
export function leftOutWords(leftOut: LeftOut, count: (n: number) => string): string[] {
	return Object.entries(leftOut).map(([kind, n]) => `${count(n)} ${WORDS[kind as LeftOutKind]}`);
}
