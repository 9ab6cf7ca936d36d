import type {
	AllocationsEntry,
	CallTreeEntry,
	CostEntry,
	Entry,
	Frame,
	GcEntry,
	NoticeEntry,
	ProcessEntry,
	SampleEntry,
	SnapshotEntry,
	SpanEntry,
	StateEntry,
	SystemEntry,
} from '../protocol/entries.ts';
import type { RecordingHeader } from '../protocol/recording.ts';
import type { GcTotals, LeftOut, Peak, PeakAutopsy, RegionData, SessionSnapshot } from '../protocol/snapshot.ts';
import { AllocationLedger } from './allocationLedger.ts';
import { managedBytes } from './managed.ts';
import { branchLimits, countLeftOut, MAIN_LIMITS, type ModelLimits } from './modelLimits.ts';
import { autopsyAt } from './peakAutopsy.ts';
import { RetainedTracker } from './retained.ts';
import { RuntimeState } from './runtimeState.ts';
import { SeriesStore } from './seriesStore.ts';

/** Short-lived children of one run; what came later is not told apart. */
const MAX_BRANCHES = 1_000;
/** Number of the process that was started; see `ProcessEntry`. */
export const MAIN_PROCESS = 1;

export interface CallTreeNode {
	id: number;
	/** 0 for the root. */
	parent: number;
	frame: Frame;
}

/**
 * What a session's entries add up to so far, in bounded memory. Live sessions and opened recordings, extension and webview all
 * use this class: `new SessionModel(header)` from the first entry on, or `SessionModel.fromSnapshot` for a view that came late.
 */
export class SessionModel {
	readonly header: RecordingHeader;
	state: StateEntry | undefined;
	process: ProcessEntry | undefined;
	latest: SampleEntry | undefined;
	system: SystemEntry | undefined;
	now = 0;
	peakRss: Peak | undefined;
	peakHeapUsed: Peak | undefined;
	series: SeriesStore;
	gcs: GcEntry[] = [];
	gcTotals: GcTotals = { count: 0, majorCount: 0, pauseMs: 0, forcedMs: 0 };
	readonly frames = new Map<number, Frame>();
	readonly nodes = new Map<number, CallTreeNode>();
	profiles: AllocationsEntry[] = [];
	readonly regions = new Map<number, RegionData>();
	readonly spans = new Map<number, SpanEntry>();
	/** What the runtime inside the script says of its caches, pools, batches and the like. */
	readonly runtime: RuntimeState;
	cost: CostEntry | undefined;
	snapshots: SnapshotEntry[] = [];
	notices: NoticeEntry[] = [];
	/** What was allocated and freed over time, heap and off-heap. */
	ledger: AllocationLedger;
	/** The state when RSS was highest. */
	autopsy: PeakAutopsy | undefined;
	/** The other processes and workers of the session by their number, each with a model of its own. */
	readonly branches = new Map<number, SessionModel>();
	/** What was too much to keep, of this process. */
	readonly leftOut: LeftOut;
	readonly #retained = new RetainedTracker();
	#limits: ModelLimits;
	#profileRows = 0;

	/** @param kept What a snapshot had; the model takes it over. */
	constructor(header: RecordingHeader, limits: ModelLimits = MAIN_LIMITS, kept?: SessionSnapshot) {
		this.header = header;
		this.#limits = limits;
		this.leftOut = { ...kept?.leftOut };
		this.series = new SeriesStore(limits.seriesRows, kept?.series);
		this.runtime = new RuntimeState(this.leftOut, limits);
		this.ledger = new AllocationLedger(this.leftOut, limits, kept?.ledger);
	}

	/** The profile with most live bytes: what stood on the heap when it mattered. */
	get peakProfile(): AllocationsEntry | undefined {
		return largest(this.profiles);
	}

	get caches() {
		return this.runtime.caches;
	}

	get pools() {
		return this.runtime.pools;
	}

	get latestProfile(): AllocationsEntry | undefined {
		return this.profiles.at(-1);
	}

	/** The model of one process: this one for the process that was started. */
	of(process: number): SessionModel | undefined {
		return process === MAIN_PROCESS ? this : this.branches.get(process);
	}

	apply(entry: Entry): void {
		this.now = Math.max(this.now, entry.t, entry.type === 'span' || entry.type === 'operation' ? (entry.end ?? 0) : 0);
		const { process } = entry;
		if (process !== undefined && process !== MAIN_PROCESS) {
			this.#branch(process, entry.type)?.apply({ ...entry, process: MAIN_PROCESS });
			if (entry.type === 'state') this.#shareRoom();
			return;
		}
		switch (entry.type) {
			case 'state':
				this.state = entry;
				break;
			case 'process':
				this.process = entry;
				break;
			case 'sample':
				this.#sample(entry);
				break;
			case 'system':
				this.system = entry;
				break;
			case 'gc':
				this.#gc(entry);
				break;
			case 'callTree':
				this.#callTree(entry);
				break;
			case 'allocations':
				this.profiles.push(entry);
				this.#profileRows += rowsOf(entry);
				this.ledger.addHeap(entry);
				this.#thinProfiles();
				break;
			case 'offHeap':
				this.ledger.addOffHeap(entry);
				break;
			case 'region':
				if (this.regions.has(entry.id) || this.regions.size < this.#limits.regions)
					this.regions.set(entry.id, { ...this.regions.get(entry.id), definition: entry });
				else countLeftOut(this.leftOut, 'regions');
				break;
			case 'regionStats': {
				const region = this.regions.get(entry.region);
				if (region) region.stats = entry;
				this.#showRetained(entry.region);
				break;
			}
			case 'span':
				this.#span(entry);
				break;
			case 'cost':
				this.cost = entry;
				break;
			case 'snapshot':
				if (this.snapshots.length < this.#limits.snapshots) this.snapshots.push(entry);
				else countLeftOut(this.leftOut, 'snapshots');
				break;
			case 'notice':
				if (this.notices.length < this.#limits.notices) this.notices.push(entry);
				else countLeftOut(this.leftOut, 'notices');
				break;
			default:
				this.runtime.apply(entry);
		}
	}

	#branch(process: number, type: Entry['type']): SessionModel | undefined {
		const known = this.branches.get(process);
		if (known) return known;
		if (this.branches.size >= MAX_BRANCHES) {
			if (type === 'process') countLeftOut(this.leftOut, 'processes');
			return undefined;
		}
		const branch = new SessionModel(this.header);
		this.branches.set(process, branch);
		this.#shareRoom();
		return branch;
	}

	/** The branches that run share one room, those that have ended another: many short ones take nothing from one that goes on. */
	#shareRoom(): void {
		const isOver = ({ state }: SessionModel) => state?.state === 'ended';
		let over = 0;
		for (const branch of this.branches.values()) if (isOver(branch)) over++;
		const [running, ended] = [branchLimits(this.branches.size - over), branchLimits(over)];
		for (const branch of this.branches.values()) branch.limit(isOver(branch) ? ended : running);
	}

	/** Keeps less from now on, of what is there too; a limit that is raised again brings nothing back. */
	limit(limits: ModelLimits): void {
		if (limits === this.#limits) return;
		this.#limits = limits;
		this.series.resize(limits.seriesRows);
		this.runtime.limit(limits);
		this.ledger.limit(limits);
		this.#thinGcs();
		this.#thinSpans();
		this.#thinProfiles();
	}

	#sample(entry: SampleEntry): void {
		const managed = managedBytes(this.runtime);
		this.series.push(managed === undefined ? entry : { ...entry, managedBytes: managed });
		this.autopsy = autopsyAt(this, entry, this.autopsy);
		this.latest = { ...this.latest, ...entry };
		this.peakRss = raised(this.peakRss, entry.t, entry.rssBytes);
		this.peakHeapUsed = raised(this.peakHeapUsed, entry.t, entry.heapUsedBytes);
	}

	#gc(entry: GcEntry): void {
		const totals = this.gcTotals;
		totals.count++;
		totals.pauseMs += entry.durationMs;
		if (entry.forcedBy) totals.forcedMs += entry.durationMs;
		this.gcs.push(entry);
		this.#thinGcs();
		if (entry.kind !== 'markCompact') return;
		totals.majorCount++;
		for (const region of this.#retained.collected(entry)) this.#showRetained(region);
	}

	#showRetained(region: number): void {
		const data = this.regions.get(region);
		if (!data) return;
		const bytes = this.#retained.of(region, data.stats);
		if (bytes === undefined) delete data.retainedBytes;
		else data.retainedBytes = bytes;
	}

	#callTree(entry: CallTreeEntry): void {
		for (const frame of entry.frames)
			if (this.frames.has(frame.id) || this.frames.size < this.#limits.nodes) this.frames.set(frame.id, frame);
		for (const [id, parent, frameId] of entry.nodes) {
			const frame = this.frames.get(frameId);
			// A recording may hold anything: only a parent that came first keeps the tree free of circles.
			const sound = id !== 0 && !this.nodes.has(id) && (parent === 0 || this.nodes.has(parent));
			if (!sound) continue;
			const isFull = Math.max(this.nodes.size, this.frames.size) >= this.#limits.nodes;
			if (frame && this.nodes.size < this.#limits.nodes) this.nodes.set(id, { id, parent, frame });
			else if (isFull) countLeftOut(this.leftOut, 'functions');
		}
	}

	#thinGcs(): void {
		const most = this.#limits.gcs;
		if (this.gcs.length <= most) return;
		const kept = longest(this.gcs, most >> 1, gc => gc.durationMs);
		countLeftOut(this.leftOut, 'collections', this.gcs.length - kept.length);
		this.gcs = kept;
	}

	#thinSpans(): void {
		const most = this.#limits.spans;
		if (this.spans.size <= most) return;
		const all = [...this.spans.values()];
		const kept = longest(all, most >> 1, span => (span.end ?? Number.POSITIVE_INFINITY) - span.t);
		countLeftOut(this.leftOut, 'calls', all.length - kept.length);
		this.spans.clear();
		for (const span of kept) this.spans.set(span.span, span);
	}

	#thinProfiles(): void {
		const { profiles: most, profileRows } = this.#limits;
		while (this.profiles.length > 2 && (this.profiles.length > most || this.#profileRows > profileRows)) {
			const kept = thinned(this.profiles);
			if (kept.length === this.profiles.length) break;
			countLeftOut(this.leftOut, 'profiles', this.profiles.length - kept.length);
			this.profiles = kept;
			this.#profileRows = kept.reduce((sum, profile) => sum + rowsOf(profile), 0);
		}
	}

	#span(entry: SpanEntry): void {
		const isNews = this.spans.get(entry.span)?.end === undefined;
		this.spans.set(entry.span, entry);
		if (entry.end !== undefined && isNews) {
			this.#retained.ended(entry.region, entry.t, entry.end);
			this.#showRetained(entry.region);
		}
		this.#thinSpans();
	}

	#restoreRetained({ gcs, spans, regions }: SessionSnapshot): void {
		for (const gc of gcs) if (gc.kind === 'markCompact') this.#retained.collected(gc);
		for (const { region, t, end } of spans) if (end !== undefined) this.#retained.ended(region, t, end);
		// Of very many calls the snapshot has only the longest: what it says of a region counts more.
		for (const { definition, stats, retainedBytes } of regions)
			if (stats && retainedBytes !== undefined)
				this.#retained.restore(definition.id, stats.calls - stats.open, retainedBytes);
	}

	/** The state as plain data; it shares nothing with the model that changes later: entries themselves never do. */
	snapshot(): SessionSnapshot {
		const optional = {
			state: this.state,
			process: this.process,
			latest: this.latest,
			system: this.system,
			peakRss: this.peakRss,
			peakHeapUsed: this.peakHeapUsed,
			cost: this.cost,
			autopsy: this.autopsy,
		};
		return {
			...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Pick<
				SessionSnapshot,
				'state' | 'process' | 'latest' | 'system' | 'peakRss' | 'peakHeapUsed' | 'cost' | 'autopsy'
			>),
			header: this.header,
			now: this.now,
			series: this.series.copy(),
			gcs: [...this.gcs],
			gcTotals: { ...this.gcTotals },
			leftOut: { ...this.leftOut },
			callTree: {
				type: 'callTree' as const,
				t: this.now,
				frames: [...this.frames.values()],
				nodes: [...this.nodes.values()].map(({ id, parent, frame }): [number, number, number] => [
					id,
					parent,
					frame.id,
				]),
			},
			profiles: [...this.profiles],
			regions: [...this.regions.values()].map(region => ({ ...region })),
			spans: [...this.spans.values()],
			...this.runtime.snapshot(),
			snapshots: [...this.snapshots],
			notices: [...this.notices],
			ledger: this.ledger.copy(),
			branches: [...this.branches].map(([process, model]) => ({ process, snapshot: model.snapshot() })),
		};
	}

	/** Takes the snapshot over: it is the model's from now on. */
	static fromSnapshot(snapshot: SessionSnapshot): SessionModel {
		const model = SessionModel.#from(snapshot);
		for (const { process, snapshot: branch } of snapshot.branches.slice(0, MAX_BRANCHES))
			model.branches.set(process, SessionModel.#from(branch));
		model.#shareRoom();
		return model;
	}

	static #from(snapshot: SessionSnapshot): SessionModel {
		const model = new SessionModel(snapshot.header, MAIN_LIMITS, snapshot);
		model.state = snapshot.state;
		model.process = snapshot.process;
		model.latest = snapshot.latest;
		model.system = snapshot.system;
		model.now = snapshot.now;
		model.peakRss = snapshot.peakRss;
		model.peakHeapUsed = snapshot.peakHeapUsed;
		model.gcs = snapshot.gcs;
		model.gcTotals = snapshot.gcTotals;
		model.#callTree(snapshot.callTree);
		model.profiles = snapshot.profiles;
		for (const region of snapshot.regions) model.regions.set(region.definition.id, region);
		for (const span of snapshot.spans) model.spans.set(span.span, span);
		model.runtime.restore(snapshot);
		model.cost = snapshot.cost;
		model.snapshots = snapshot.snapshots;
		model.notices = snapshot.notices;
		model.autopsy = snapshot.autopsy;
		model.#restoreRetained(snapshot);
		model.#profileRows = snapshot.profiles.reduce((sum, profile) => sum + rowsOf(profile), 0);
		model.#thinGcs();
		model.#thinSpans();
		model.#thinProfiles();
		return model;
	}
}

export const liveBytes = (profile: AllocationsEntry): number => profile.live.reduce((sum, [, bytes]) => sum + bytes, 0);

function largest(profiles: readonly AllocationsEntry[]): AllocationsEntry | undefined {
	let best: AllocationsEntry | undefined;
	let bestBytes = -1;
	for (const profile of profiles) {
		const bytes = liveBytes(profile);
		if (bytes > bestBytes) [best, bestBytes] = [profile, bytes];
	}
	return best;
}

/** Every second one, and always the largest and the newest. */
function thinned(profiles: readonly AllocationsEntry[]): AllocationsEntry[] {
	const top = largest(profiles);
	return profiles.filter((profile, i) => i % 2 === 0 || profile === top || i === profiles.length - 1);
}

/** The longest by `length`, so many at most, in the order they came. */
function longest<T>(items: readonly T[], count: number, length: (item: T) => number): T[] {
	const kept = new Set([...items].sort((a, b) => length(b) - length(a)).slice(0, count));
	return items.filter(item => kept.has(item));
}

const rowsOf = ({ live, born, freed }: AllocationsEntry): number =>
	live.length + (born?.length ?? 0) + (freed?.length ?? 0);

function raised(peak: Peak | undefined, t: number, bytes: number | undefined): Peak | undefined {
	if (bytes === undefined) return peak;
	return !peak || bytes > peak.bytes ? { t, bytes } : peak;
}
