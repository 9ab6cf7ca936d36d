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
import type { SessionSnapshot } from '../protocol/snapshot.ts';
import { DisposedStores } from './disposedStores.ts';

/** Of each kind of event. */
const MAX_EVENTS = 2_048;
const MAX_FINDINGS = 500;

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

	apply(entry: Entry): void {
		switch (entry.type) {
			case 'cache':
				this.#stores.caches.put(entry);
				break;
			case 'pool':
				this.#stores.pools.put(entry);
				break;
			case 'weakCache':
				this.#stores.weakCaches.put(entry);
				break;
			case 'spill':
				this.#stores.spills.put(entry);
				break;
			case 'batch':
				this.#stores.batches.put(entry);
				break;
			case 'tensorDict':
				this.#stores.tensorDicts.put(entry);
				break;
			case 'stream':
				this.#stores.streams.put(entry);
				break;
			case 'batchDecision':
				this.batchDecisions.push(entry);
				if (this.batchDecisions.length > MAX_EVENTS) this.batchDecisions = thinned(this.batchDecisions);
				break;
			case 'pressure':
				this.pressures = appended(this.pressures, entry);
				break;
			case 'cleanup':
				this.cleanups = appended(this.cleanups, entry);
				break;
			case 'operation':
				this.operations = appended(this.operations, entry);
				break;
			case 'finding':
				this.#forgetBefore(entry.diagnosis);
				if (this.findings.length < MAX_FINDINGS) this.findings.push(entry);
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
			batchDecisions: this.batchDecisions,
			pressures: this.pressures,
			cleanups: this.cleanups,
			operations: this.operations,
			findings: this.findings,
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
}

function appended<T>(events: T[], event: T): T[] {
	events.push(event);
	return events.length > MAX_EVENTS ? events.slice(MAX_EVENTS >> 2) : events;
}

/** Every second one, so that the course stays. */
const thinned = <T>(events: readonly T[]): T[] => events.filter((_, i) => i % 2 === 0 || i === events.length - 1);
