import type { MemoryLevel } from '../protocol/entries.ts';
import type {
	BatchCause,
	BatchEntry,
	CleanupEntry,
	CollectorEntry,
	ConfigEntry,
	DiagnosisEntry,
	FindingEntry,
	OperationEntry,
	SpillEntry,
	StreamEntry,
	TensorDictEntry,
	WeakCacheEntry,
} from '../protocol/runtimeEntries.ts';
import { freedBytes } from './cleanups.ts';
import { rankedFindings } from './findings.ts';
import { pressureBands, timeAbove } from './pressureBands.ts';
import type { RuntimeState } from './runtimeState.ts';

type Plain<T> = Omit<T, 'type' | 't' | 'id'>;

/** What the runtime inside the script reported besides caches and pools. Lists are empty, and fields absent, where it said nothing. */
export interface RuntimeReport {
	findings: Omit<FindingEntry, 'type' | 'diagnosis'>[];
	/** The latest that ended. */
	diagnosis?: Omit<DiagnosisEntry, 'type' | 'diagnosis' | 'findings'>;
	/** Disposed ones too: a processor is gone when its work is done. */
	batches: ReportBatch[];
	spills: Plain<SpillEntry>[];
	weakCaches: Plain<WeakCacheEntry>[];
	tensorDicts: Plain<TensorDictEntry>[];
	files: Plain<StreamEntry>[];
	pressure?: ReportPressure;
	/** Oldest first; of very many the newest. */
	cleanups: ReportCleanup[];
	operations: (Omit<OperationEntry, 'type' | 'end'> & { ms?: number })[];
	collector?: Omit<CollectorEntry, 'type' | 't'>;
	config?: Omit<ConfigEntry, 'type' | 't'>;
}

export interface ReportBatch extends Plain<BatchEntry> {
	decisions: { t: number; size: number; concurrency: number; cause: BatchCause; reason: string }[];
}

/** The levels as the script's own monitor saw them. */
export interface ReportPressure {
	changes: number;
	simulated: boolean;
	/** Time at each level above normal, worst first. */
	above: { level: MemoryLevel; ms: number }[];
}

export interface ReportCleanup extends Omit<CleanupEntry, 'type'> {
	/** Sum over the steps that know. */
	freedBytes?: number;
}

export function runtimeReportOf(runtime: RuntimeState, now: number): RuntimeReport {
	const { pressures, diagnosis, collector, config } = runtime;
	return {
		findings: rankedFindings(runtime.findings).map(({ type: _type, diagnosis: _diagnosis, ...finding }) => finding),
		...(diagnosis && { diagnosis: diagnosisOf(diagnosis) }),
		batches: [...runtime.batches.values()].map(batch => batchOf(batch, runtime)),
		spills: [...runtime.spills.values()].map(plain),
		weakCaches: [...runtime.weakCaches.values()].filter(inUse).map(plain),
		tensorDicts: [...runtime.tensorDicts.values()].filter(inUse).map(plain),
		files: [...runtime.streams.values()].map(plain),
		...(pressures.length > 0 && {
			pressure: {
				changes: pressures.length,
				simulated: pressures.some(({ simulated }) => simulated),
				above: timeAbove(pressureBands(pressures), now),
			},
		}),
		cleanups: runtime.cleanups.map(cleanupOf),
		operations: runtime.operations.map(({ type: _type, end, ...operation }) => ({
			...operation,
			...(end !== undefined && { ms: end - operation.t }),
		})),
		...(collector && { collector: state(collector) }),
		...(config && { config: state(config) }),
	};
}

const inUse = ({ disposed }: { disposed?: boolean }): boolean => !disposed;

const plain = <T extends { type: string; t: number; id: number }>({ type: _type, t: _t, id: _id, ...rest }: T) => rest;
const state = <T extends { type: string; t: number }>({ type: _type, t: _t, ...rest }: T) => rest;

const diagnosisOf = ({ type: _type, diagnosis: _diagnosis, findings: _findings, ...rest }: DiagnosisEntry) => rest;

function batchOf(batch: BatchEntry, { batchDecisions }: RuntimeState): ReportBatch {
	const own = batchDecisions.filter(decision => decision.batch === batch.id);
	return { ...plain(batch), decisions: own.map(({ type: _type, batch: _batch, ...decision }) => decision) };
}

function cleanupOf(entry: CleanupEntry): ReportCleanup {
	const freed = freedBytes(entry);
	const { type: _type, ...cleanup } = entry;
	return freed === undefined ? cleanup : { ...cleanup, freedBytes: freed };
}
