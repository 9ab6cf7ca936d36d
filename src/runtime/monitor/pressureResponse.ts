import type { MemoryLevel } from '../../protocol/entries.ts';
import { severityOf } from '../../protocol/levels.ts';
import type { CleanupStep, CleanupTarget } from '../../protocol/runtimeEntries.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { StoreRecord } from '../reporting/records.ts';
import type { Relief, StoreOwner } from '../reporting/registry.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import { collectUnderPressure } from './pressureCollection.ts';

/** Samples between two attempts while a level persists: owners fill up again, and those made meanwhile were never asked. */
const AGAIN_AFTER_SAMPLES = 8;
/** Steps named one by one in an entry; a script with thousands of caches gets the rest in one step per kind. */
const MAX_STEPS = 64;
const MAX_ROUNDS = 4;

type Kind = Exclude<CleanupTarget, 'registered' | 'collection'>;
interface Owner {
	record: StoreRecord;
	owner: StoreOwner;
}

const NAMES: Record<Kind, string> = {
	caches: 'Cache',
	pools: 'Pool',
	batches: 'Batch processor',
	spill: 'Spill cache',
};

/** What a level does to everything that registered: caches, pools, batches, spills, in this order, then a forced collection. */
export class PressureResponse {
	#samples = 0;
	#responding = false;
	#wanted: MemoryLevel | undefined;

	/** Never throws. */
	respond(level: MemoryLevel): void {
		// A callback of an owner may change the level meanwhile: that is answered after this, and not for ever.
		this.#wanted = level;
		if (this.#responding) return;
		this.#responding = true;
		this.#samples = 0;
		try {
			for (let round = 0; this.#wanted !== undefined && round < MAX_ROUNDS; round++) {
				const next = this.#wanted;
				this.#wanted = undefined;
				this.#once(next);
			}
		} finally {
			this.#responding = false;
			this.#wanted = undefined;
		}
	}

	/** After each sample. */
	persists(level: MemoryLevel): void {
		if (severityOf(level) === 0 || ++this.#samples < AGAIN_AFTER_SAMPLES) return;
		this.respond(level);
	}

	#once(level: MemoryLevel): void {
		const began = monotonicMs();
		const hub = sharedHub();
		const steps = [
			...relieveAll('caches', hub.caches.live(), level),
			...relieveAll('pools', hub.pools.live(), level),
			...relieveAll('batches', hub.batches.live(), level),
			...relieveAll('spill', hub.spills.live(), level),
		];
		const collected = level === 'critical' ? collectUnderPressure() : undefined;
		if (collected) steps.push(collected);
		if (steps.length === 0 || !hub.recording) return;
		const ms = monotonicMs() - began;
		hub.report({ type: 'cleanup', t: began, ms, cause: 'pressure', label: level, steps: bounded(steps) });
	}
}

function relieveAll(target: Kind, live: Iterable<Owner>, level: MemoryLevel): CleanupStep[] {
	const steps: CleanupStep[] = [];
	// A copy: relief may dispose of owners and make new ones.
	for (const { record, owner } of [...live]) {
		const relief = relieve(target, record, owner, level);
		if (relief) steps.push({ target, name: record.name, ...relief });
	}
	return steps;
}

function relieve(
	target: Kind,
	record: StoreRecord,
	owner: StoreOwner,
	level: MemoryLevel,
): (Relief & { failed?: boolean }) | undefined {
	try {
		return record.disposed ? undefined : owner.relieve?.(level);
	} catch (error) {
		const message = messageOf(error);
		warn(`${NAMES[target]} "${record.name}" could not give way to memory pressure: ${message}`, error);
		return { detail: `could not give way: ${message}`, failed: true };
	}
}

function bounded(steps: readonly CleanupStep[]): CleanupStep[] {
	if (steps.length <= MAX_STEPS) return [...steps];
	const kept = steps.slice(0, MAX_STEPS);
	const rest = steps.slice(MAX_STEPS);
	for (const target of new Set(rest.map(step => step.target))) {
		const more = rest.filter(step => step.target === target);
		const known = more.flatMap(({ freedBytes }) => freedBytes ?? []);
		kept.push({
			target,
			...(known.length > 0 && { freedBytes: known.reduce((sum, bytes) => sum + bytes, 0) }),
			detail: more.length === 1 ? (more[0]?.detail ?? '') : `${more.length} more`,
			...(more.some(({ failed }) => failed) && { failed: true }),
		});
	}
	return kept;
}
