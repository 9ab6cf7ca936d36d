import { setImmediate } from 'node:timers/promises';
import type { CleanupTarget } from '../../protocol/runtimeEntries.ts';
import { collectNow } from '../collection/ownCollections.ts';
import { pressure } from '../monitor/pressure.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { Relief } from '../reporting/registry.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import { takeAll } from './cleanupRegistry.ts';
import { byOwner, type CleanupReport, cleanupReport, type OwnerReport, tellCleanup } from './cleanupReport.ts';
import { collectionStep } from './collectionStep.ts';
import type { CleanupOutcome } from './registration.ts';

/**
 * Lets go of everything that can be: spill caches write their values to disk, caches are cleared, idle pool objects destroyed, all registered objects cleaned, those of open
 * scopes as well; then a full collection runs, and what it took is taken out of weak caches. Asynchronous cleanups run concurrently and are
 * waited for. A failure stops nothing else: it is warned about and stands in the report. The process stands still during the
 * collection. Needs no `--expose-gc`; where no collection can be forced, that step has failed.
 *
 * @example
 * const freed = await forceComprehensiveCleanup();
 * for (const { name, freedBytes, detail } of freed.owners) console.log(name, freedBytes, detail);
 */
export async function forceComprehensiveCleanup(): Promise<CleanupReport> {
	const began = monotonicMs();
	const owners = clearStores();
	const cleaning = takeAll().map(registration => registration.clean());
	owners.push(...byOwner((await Promise.all(cleaning)).filter(outcome => outcome !== undefined)));
	// What was looked at through a weak reference stays alive until the event loop turns.
	await setImmediate();
	return conclude(owners, began);
}

/**
 * The same without waiting: asynchronous cleanups are begun and counted as `pending`; where one fails, it warns. The objects that were
 * cleaned themselves, not what they let go of, outlive the collection: they were looked at through weak references.
 */
export function beginComprehensiveCleanup(): CleanupReport {
	const began = monotonicMs();
	const owners = clearStores();
	const outcomes: CleanupOutcome[] = [];
	for (const registration of takeAll()) {
		const outcome = registration.clean();
		if (outcome instanceof Promise) outcomes.push({ name: registration.name, failed: false, pending: true });
		else if (outcome) outcomes.push(outcome);
	}
	owners.push(...byOwner(outcomes));
	return conclude(owners, began);
}

function conclude(owners: OwnerReport[], began: number): CleanupReport {
	// In this order: looking at a weak value keeps it alive through a collection that follows at once.
	owners.push(collectionStep(collectNow));
	owners.push(...sweepWeakCaches());
	const report = cleanupReport(owners, began);
	tellCleanup('comprehensive', undefined, report, began);
	return report;
}

/** Writes what spills to disk, clears caches and destroys idle pool objects; never throws. */
export function clearStores(): OwnerReport[] {
	const hub = sharedHub();
	// First: what has gone to disk is not lost when the memory side is cleared.
	const owners = spillAll();
	for (const { record, owner } of [...hub.caches.live()]) {
		const { bytes, entries } = record;
		const errors = attempt('cache', record.name, () => owner.clear?.());
		const count = entries - record.entries;
		if (count === 0 && errors.length === 0) continue;
		owners.push(
			step('caches', record.name, count, errors, `${counted(count, 'entry', 'entries')} cleared`, bytes - record.bytes),
		);
	}
	for (const { record, owner } of [...hub.pools.live()]) {
		const { idle } = record;
		const errors = attempt('pool', record.name, () => owner.clear?.());
		const count = idle - record.idle;
		if (count === 0 && errors.length === 0) continue;
		owners.push(
			step('pools', record.name, count, errors, `${counted(count, 'idle object', 'idle objects')} destroyed`),
		);
	}
	return owners;
}

function spillAll(): OwnerReport[] {
	const owners: OwnerReport[] = [];
	for (const { record, owner } of [...sharedHub().spills.live()]) {
		let relief: Relief | undefined;
		const errors = attempt('spill cache', record.name, () => {
			relief = owner.relieve?.('critical');
			// From here on as the level asks.
			owner.relieve?.(pressure.level);
		});
		if (!relief?.freedBytes && errors.length === 0) continue;
		owners.push(step('spill', record.name, 1, errors, relief?.detail ?? 'nothing written', relief?.freedBytes));
	}
	return owners;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** Only what was collected goes: the values of a weak cache are held by others. */
function sweepWeakCaches(): OwnerReport[] {
	const owners: OwnerReport[] = [];
	for (const { record, owner } of [...sharedHub().weakCaches.live()]) {
		const { entries } = record;
		const errors = attempt('weak cache', record.name, () => owner.sweep?.());
		const count = entries - record.entries;
		if (count === 0 && errors.length === 0) continue;
		owners.push(
			step('caches', record.name, count, errors, `${counted(count, 'dead entry', 'dead entries')} taken out`),
		);
	}
	return owners;
}

function attempt(kind: string, name: string, clear: () => unknown): unknown[] {
	try {
		clear();
		return [];
	} catch (error) {
		warn(`Clearing the ${kind} "${name}" failed: ${messageOf(error)}`, error);
		return [error];
	}
}

function step(
	target: CleanupTarget,
	name: string,
	count: number,
	errors: unknown[],
	done: string,
	freedBytes?: number,
): OwnerReport {
	const detail = errors.length === 0 ? done : `${done}, then failed: ${messageOf(errors[0])}`;
	return { name, target, count, ...(freedBytes !== undefined && { freedBytes }), detail, errors, pending: 0 };
}
