import { collectNow } from '../collection/ownCollections.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { type CleanupReport, cleanupReport, tellCleanup } from '../scopes/cleanupReport.ts';
import { collectionStep } from '../scopes/collectionStep.ts';
import { clearStores } from '../scopes/comprehensiveCleanup.ts';

export interface FreeMemoryOptions {
	/** Caches are cleared and idle objects of pools destroyed first. */
	force?: boolean;
}

/**
 * Makes room: runs a full collection, with `force` after caches and pools let go of what they can. Registered objects stay as they
 * are (`forceComprehensiveCleanup` cleans those as well). Gives the bytes by step, of the caches by their own account, of the
 * collection as measured. The process stands still meanwhile. Never throws for what an owner does: that step has failed then.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for wrong options.
 *
 * @example
 * if (!availability(bytes).available) freeMemory({ force: true });
 */
export function freeMemory(options: FreeMemoryOptions = {}): CleanupReport {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('freeMemory', 'options', 'an object', options);
	}
	const { force = false } = options;
	if (typeof force !== 'boolean') throw runtimeErrors.invalidOption('freeMemory', 'force', 'true or false', force);
	const began = monotonicMs();
	const owners = force ? clearStores() : [];
	owners.push(collectionStep(collectNow));
	const report = cleanupReport(owners, began);
	tellCleanup('freeMemory', undefined, report, began);
	return report;
}
