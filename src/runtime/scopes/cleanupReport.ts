import type { CleanupCause, CleanupStep, CleanupTarget } from '../../protocol/runtimeEntries.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { messageOf } from '../runtimeError.ts';
import type { CleanupOutcome } from './registration.ts';

/** What became of the objects of one name. */
export interface OwnerReport {
	/** Whose memory it was: the name of the cache, the pool, the registered object. */
	name: string;
	target: CleanupTarget;
	/** Objects that were cleaned, failures included; for a cache or a pool, what it let go of. */
	count: number;
	/** By the owner's account, or for a collection measured; absent where nobody knows. */
	freedBytes?: number;
	/** One short sentence. */
	detail: string;
	/** What was thrown: the others were cleaned nevertheless. */
	errors: unknown[];
	/** Asynchronous cleanups that were begun and not waited for. */
	pending: number;
}

/** What a cleanup freed, by owner, in the order in which it was done. */
export interface CleanupReport {
	ms: number;
	/** Sum over the owners that named bytes, the collection not among them: it frees what the others let go of. Absent when none did. */
	freedBytes?: number;
	owners: OwnerReport[];
	/** Cleanups that failed. */
	failed: number;
	/** Asynchronous cleanups that were begun and not waited for. */
	pending: number;
}

/** Most steps of one entry: owners can be many, and what crosses to the engine must stay small. */
const MAX_STEPS = 100;

/** One report for each name, in the order of the first. */
export function byOwner(outcomes: Iterable<CleanupOutcome>): OwnerReport[] {
	const owners = new Map<string, OwnerReport>();
	for (const { name, freedBytes, error, failed, pending } of outcomes) {
		let owner = owners.get(name);
		if (!owner) {
			owner = { name, target: 'registered', count: 0, detail: '', errors: [], pending: 0 };
			owners.set(name, owner);
		}
		owner.count++;
		if (freedBytes !== undefined) owner.freedBytes = (owner.freedBytes ?? 0) + freedBytes;
		if (failed) owner.errors.push(error);
		if (pending) owner.pending++;
	}
	for (const owner of owners.values()) owner.detail = detailOf(owner);
	return [...owners.values()];
}

function detailOf({ count, errors, pending }: OwnerReport): string {
	const parts = [`${count - errors.length - pending} of ${count} cleaned`];
	if (errors.length > 0) parts.push(`${errors.length} failed: ${messageOf(errors[0])}`);
	if (pending > 0) parts.push(`${pending} still under way`);
	return parts.join(', ');
}

export function cleanupReport(owners: OwnerReport[], startedMs: number): CleanupReport {
	const known = owners.filter(owner => owner.target !== 'collection' && owner.freedBytes !== undefined);
	return {
		ms: monotonicMs() - startedMs,
		...(known.length > 0 && { freedBytes: known.reduce((sum, owner) => sum + (owner.freedBytes ?? 0), 0) }),
		owners,
		failed: owners.reduce((sum, owner) => sum + owner.errors.length, 0),
		pending: owners.reduce((sum, owner) => sum + owner.pending, 0),
	};
}

/** Tells the profiler, where one listens and something was done. */
export function tellCleanup(cause: CleanupCause, label: string | undefined, report: CleanupReport, t: number): void {
	const hub = sharedHub();
	if (!hub.recording || report.owners.length === 0) return;
	const steps = report.owners.slice(0, MAX_STEPS).map(
		({ target, name, freedBytes, detail, errors }): CleanupStep => ({
			target,
			...(name !== '' && { name }),
			...(freedBytes !== undefined && { freedBytes }),
			detail,
			...(errors.length > 0 && { failed: true }),
		}),
	);
	const more = report.owners.length - MAX_STEPS;
	if (more > 0) steps.push({ target: 'registered', detail: `and ${more} more owners` });
	hub.report({ type: 'cleanup', t, ms: report.ms, cause, ...(label !== undefined && { label }), steps });
}
