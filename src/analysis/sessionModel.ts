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
import type { GcTotals, Peak, PeakAutopsy, RegionData, SessionSnapshot } from '../protocol/snapshot.ts';
import { AllocationLedger } from './allocationLedger.ts';
import { managedBytes } from './managed.ts';
import { autopsyAt } from './peakAutopsy.ts';
import { RetainedTracker } from './retained.ts';
import { RuntimeState } from './runtimeState.ts';
import { SeriesStore } from './seriesStore.ts';

const MAX_GCS = 8_192;
const MAX_SPANS = 16_384;
const MAX_PROFILES = 256;
const MAX_NOTICES = 500;
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
	series = new SeriesStore();
	gcs: GcEntry[] = [];
	gcTotals: GcTotals = { count: 0, majorCount: 0, pauseMs: 0, forcedMs: 0 };
	readonly frames = new Map<number, Frame>();
	readonly nodes = new Map<number, CallTreeNode>();
	profiles: AllocationsEntry[] = [];
	readonly regions = new Map<number, RegionData>();
	readonly spans = new Map<number, SpanEntry>();
	/** What the runtime inside the script says of its caches, pools, batches and the like. */
	readonly runtime = new RuntimeState();
	cost: CostEntry | undefined;
	snapshots: SnapshotEntry[] = [];
	notices: NoticeEntry[] = [];
	/** What was allocated and freed over time, heap and off-heap. */
	ledger = new AllocationLedger();
	/** The state when RSS was highest. */
	autopsy: PeakAutopsy | undefined;
	/** The other processes and workers of the session by their number, each with a model of its own. */
	readonly branches = new Map<number, SessionModel>();
	readonly #retained = new RetainedTracker();

	constructor(header: RecordingHeader) {
		this.header = header;
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
			this.#branch(process)?.apply({ ...entry, process: MAIN_PROCESS });
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
				this.ledger.addHeap(entry);
				if (this.profiles.length > MAX_PROFILES) this.profiles = thinned(this.profiles);
				break;
			case 'offHeap':
				this.ledger.addOffHeap(entry);
				break;
			case 'region':
				this.regions.set(entry.id, { ...this.regions.get(entry.id), definition: entry });
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
				this.snapshots.push(entry);
				break;
			case 'notice':
				if (this.notices.length < MAX_NOTICES) this.notices.push(entry);
				break;
			default:
				this.runtime.apply(entry);
		}
	}

	#branch(process: number): SessionModel | undefined {
		let branch = this.branches.get(process);
		// A recording may hold anything.
		if (!branch && this.branches.size < MAX_BRANCHES) {
			branch = new SessionModel(this.header);
			this.branches.set(process, branch);
		}
		return branch;
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
		if (this.gcs.length > MAX_GCS) this.gcs = longestHalf(this.gcs, gc => gc.durationMs);
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
		for (const frame of entry.frames) this.frames.set(frame.id, frame);
		for (const [id, parent, frameId] of entry.nodes) {
			const frame = this.frames.get(frameId);
			// A recording may hold anything: only a parent that came first keeps the tree free of circles.
			const sound = id !== 0 && !this.nodes.has(id) && (parent === 0 || this.nodes.has(parent));
			if (frame && sound) this.nodes.set(id, { id, parent, frame });
		}
	}

	#span(entry: SpanEntry): void {
		const isNews = this.spans.get(entry.span)?.end === undefined;
		this.spans.set(entry.span, entry);
		if (entry.end !== undefined && isNews) {
			this.#retained.ended(entry.region, entry.t, entry.end);
			this.#showRetained(entry.region);
		}
		if (this.spans.size <= MAX_SPANS) return;
		const kept = longestHalf([...this.spans.values()], span => (span.end ?? Number.POSITIVE_INFINITY) - span.t);
		this.spans.clear();
		for (const span of kept) this.spans.set(span.span, span);
	}

	#restoreRetained({ gcs, spans, regions }: SessionSnapshot): void {
		for (const gc of gcs) if (gc.kind === 'markCompact') this.#retained.collected(gc);
		for (const { region, t, end } of spans) if (end !== undefined) this.#retained.ended(region, t, end);
		// Of very many calls the snapshot has only the longest: what it says of a region counts more.
		for (const { definition, stats, retainedBytes } of regions)
			if (stats && retainedBytes !== undefined)
				this.#retained.restore(definition.id, stats.calls - stats.open, retainedBytes);
	}

	/** The state as plain data; it shares nothing with the model that changes later. */
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
		return structuredClone({
			...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Pick<
				SessionSnapshot,
				'state' | 'process' | 'latest' | 'system' | 'peakRss' | 'peakHeapUsed' | 'cost' | 'autopsy'
			>),
			header: this.header,
			now: this.now,
			series: this.series.data,
			gcs: this.gcs,
			gcTotals: this.gcTotals,
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
			profiles: this.profiles,
			regions: [...this.regions.values()],
			spans: [...this.spans.values()],
			...this.runtime.snapshot(),
			snapshots: this.snapshots,
			notices: this.notices,
			ledger: this.ledger.data,
			branches: [...this.branches].map(([process, model]) => ({ process, snapshot: model.snapshot() })),
		});
	}

	static fromSnapshot(snapshot: SessionSnapshot): SessionModel {
		const model = new SessionModel(snapshot.header);
		model.state = snapshot.state;
		model.process = snapshot.process;
		model.latest = snapshot.latest;
		model.system = snapshot.system;
		model.now = snapshot.now;
		model.peakRss = snapshot.peakRss;
		model.peakHeapUsed = snapshot.peakHeapUsed;
		model.series = new SeriesStore(undefined, snapshot.series);
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
		model.ledger = AllocationLedger.from(snapshot.ledger);
		model.autopsy = snapshot.autopsy;
		for (const { process, snapshot: branch } of snapshot.branches)
			model.branches.set(process, SessionModel.fromSnapshot(branch));
		model.#restoreRetained(snapshot);
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

/** The longer half by `length`, in the order they came. */
function longestHalf<T>(items: readonly T[], length: (item: T) => number): T[] {
	const limit = [...items].sort((a, b) => length(b) - length(a)).slice(0, items.length >> 1);
	const kept = new Set(limit);
	return items.filter(item => kept.has(item));
}

function raised(peak: Peak | undefined, t: number, bytes: number | undefined): Peak | undefined {
	if (bytes === undefined) return peak;
	return !peak || bytes > peak.bytes ? { t, bytes } : peak;
}
