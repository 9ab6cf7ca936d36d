import type { CacheEntry, Entry, PoolEntry } from '../protocol/entries.ts';
import type {
	BatchDecisionEntry,
	BatchEntry,
	CleanupEntry,
	CollectorEntry,
	ConfigEntry,
	DiagnosisEntry,
	FindingEntry,
	OperationEntry,
	PressureEntry,
	SpillEntry,
	StreamEntry,
	TensorDictEntry,
	WeakCacheEntry,
} from '../protocol/runtimeEntries.ts';
import type { LeftOut, SessionSnapshot } from '../protocol/snapshot.ts';
import { DisposedStores, type StoreState } from './disposedStores.ts';
import { countLeftOut, MAIN_LIMITS, type ModelLimits } from './modelLimits.ts';

type Stores = Pick<
	SessionSnapshot,
	'caches' | 'pools' | 'weakCaches' | 'spills' | 'batches' | 'tensorDicts' | 'streams'
>;
type Events = Pick<SessionSnapshot, 'batchDecisions' | 'pressures' | 'cleanups' | 'operations' | 'findings'>;
type States = Pick<SessionSnapshot, 'diagnosis' | 'collector' | 'config'>;

/** The part of a session that the runtime inside the script reports, regions left out: in bounded memory. */
export class RuntimeState {
	readonly caches = new Map<number, CacheEntry>();
	readonly pools = new Map<number, PoolEntry>();
	readonly weakCaches = new Map<number, WeakCacheEntry>();
	readonly spills = new Map<number, SpillEntry>();
	readonly batches = new Map<number, BatchEntry>();
	readonly tensorDicts = new Map<number, TensorDictEntry>();
	readonly streams = new Map<number, StreamEntry>();
	batchDecisions: BatchDecisionEntry[] = [];
	pressures: PressureEntry[] = [];
	cleanups: CleanupEntry[] = [];
	operations: OperationEntry[] = [];
	/** Those of the latest diagnosis that has findings or has ended. */
	findings: FindingEntry[] = [];
	diagnosis: DiagnosisEntry | undefined;
	collector: CollectorEntry | undefined;
	config: ConfigEntry | undefined;
	readonly #stores = {
		caches: new DisposedStores(this.caches),
		pools: new DisposedStores(this.pools),
		weakCaches: new DisposedStores(this.weakCaches),
		spills: new DisposedStores(this.spills),
		batches: new DisposedStores(this.batches),
		tensorDicts: new DisposedStores(this.tensorDicts),
		streams: new DisposedStores(this.streams),
	};

	readonly #leftOut: LeftOut;
	readonly #refused = new Set<string>();
	#limits: ModelLimits;

	/** @param leftOut Where what could not be kept is counted. */
	constructor(leftOut: LeftOut = {}, limits: ModelLimits = MAIN_LIMITS) {
		this.#leftOut = leftOut;
		this.#limits = limits;
	}

	/** Keeps less from now on, of what is there too. */
	limit(limits: ModelLimits): void {
		this.#limits = limits;
		while (this.batchDecisions.length > limits.events) this.batchDecisions = this.#thinned(this.batchDecisions);
		this.pressures = this.#newest(this.pressures, limits.events);
		this.cleanups = this.#newest(this.cleanups, limits.events);
		this.operations = this.#newest(this.operations, limits.events);
	}

	apply(entry: Entry): void {
		switch (entry.type) {
			case 'cache':
				this.#put(this.#stores.caches, entry);
				break;
			case 'pool':
				this.#put(this.#stores.pools, entry);
				break;
			case 'weakCache':
				this.#put(this.#stores.weakCaches, entry);
				break;
			case 'spill':
				this.#put(this.#stores.spills, entry);
				break;
			case 'batch':
				this.#put(this.#stores.batches, entry);
				break;
			case 'tensorDict':
				this.#put(this.#stores.tensorDicts, entry);
				break;
			case 'stream':
				this.#put(this.#stores.streams, entry);
				break;
			case 'batchDecision':
				this.batchDecisions.push(entry);
				if (this.batchDecisions.length > this.#limits.events) this.batchDecisions = this.#thinned(this.batchDecisions);
				break;
			case 'pressure':
				this.pressures = this.#appended(this.pressures, entry);
				break;
			case 'cleanup':
				this.cleanups = this.#appended(this.cleanups, entry);
				break;
			case 'operation':
				this.operations = this.#appended(this.operations, entry);
				break;
			case 'finding':
				this.#forgetBefore(entry.diagnosis);
				if (this.findings.length < this.#limits.findings) this.findings.push(entry);
				else countLeftOut(this.#leftOut, 'findings');
				break;
			case 'diagnosis':
				this.#forgetBefore(entry.diagnosis);
				this.diagnosis = entry;
				break;
			case 'collector':
				this.collector = entry;
				break;
			case 'config':
				this.config = entry;
				break;
		}
	}

	snapshot(): Stores & Events & States {
		return {
			caches: [...this.caches.values()],
			pools: [...this.pools.values()],
			weakCaches: [...this.weakCaches.values()],
			spills: [...this.spills.values()],
			batches: [...this.batches.values()],
			tensorDicts: [...this.tensorDicts.values()],
			streams: [...this.streams.values()],
			batchDecisions: [...this.batchDecisions],
			pressures: [...this.pressures],
			cleanups: [...this.cleanups],
			operations: [...this.operations],
			findings: [...this.findings],
			...(this.diagnosis && { diagnosis: this.diagnosis }),
			...(this.collector && { collector: this.collector }),
			...(this.config && { config: this.config }),
		};
	}

	restore(snapshot: SessionSnapshot): void {
		this.#stores.caches.restore(snapshot.caches);
		this.#stores.pools.restore(snapshot.pools);
		this.#stores.weakCaches.restore(snapshot.weakCaches);
		this.#stores.spills.restore(snapshot.spills);
		this.#stores.batches.restore(snapshot.batches);
		this.#stores.tensorDicts.restore(snapshot.tensorDicts);
		this.#stores.streams.restore(snapshot.streams);
		this.batchDecisions = snapshot.batchDecisions;
		this.pressures = snapshot.pressures;
		this.cleanups = snapshot.cleanups;
		this.operations = snapshot.operations;
		this.findings = snapshot.findings;
		this.diagnosis = snapshot.diagnosis;
		this.collector = snapshot.collector;
		this.config = snapshot.config;
	}

	#forgetBefore(diagnosis: number): void {
		if (this.findings.some(finding => finding.diagnosis < diagnosis)) {
			this.findings = this.findings.filter(finding => finding.diagnosis >= diagnosis);
		}
	}

	#put<Store extends StoreState & { type: string }>(stores: DisposedStores<Store>, store: Store): void {
		if (stores.put(store, this.#limits.stores)) return;
		// Each is counted once, of very many not all.
		const key = `${store.type} ${store.id}`;
		if (this.#refused.has(key) || this.#refused.size >= MAIN_LIMITS.stores) return;
		this.#refused.add(key);
		countLeftOut(this.#leftOut, 'stores');
	}

	#appended<T>(events: T[], event: T): T[] {
		events.push(event);
		const most = this.#limits.events;
		return events.length > most ? this.#newest(events, most - (most >> 2)) : events;
	}

	#newest<T>(events: T[], count: number): T[] {
		if (events.length <= count) return events;
		countLeftOut(this.#leftOut, 'events', events.length - count);
		return events.slice(-count);
	}

	/** Every second one, so that the course stays. */
	#thinned<T>(events: readonly T[]): T[] {
		const kept = events.filter((_, i) => i % 2 === 0 || i === events.length - 1);
		countLeftOut(this.#leftOut, 'events', events.length - kept.length);
		return kept;
	}
}
