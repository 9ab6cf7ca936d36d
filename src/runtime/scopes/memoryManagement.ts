import { collectUnlessDeferred } from '../collection/ownCollections.ts';
import { isThenable } from '../isThenable.ts';
import { measured } from '../regions/measured.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { shortName } from '../reporting/shortName.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf, runtimeErrors } from '../runtimeError.ts';
import { openScope } from './cleanupRegistry.ts';
import { byOwner, type CleanupReport, cleanupReport, tellCleanup } from './cleanupReport.ts';
import { collectionStep } from './collectionStep.ts';
import type { CleanupOutcome, Registration } from './registration.ts';

/** Options of `memoryManagement`. */
export interface MemoryManagementOptions {
	/** What reports call the scope. Default: the function's name, else `memoryManagement`. */
	name?: string;
	/** Also runs a full garbage collection after the cleanups. Default: false, as it costs time in proportion to what is alive. */
	collect?: boolean;
	/** Gets what was freed, also where `fn` throws and nothing is returned. */
	onCleanup?: (freed: CleanupReport) => void;
}

/** What `fn` returned, and what the end of its scope freed. */
export interface Managed<T> {
	result: T;
	freed: CleanupReport;
}

/**
 * Runs `fn`; everything that is registered in it with `registerForCleanup`, also in what it awaits, is cleaned at its end, the
 * newest first, when `fn` throws as well. Gives what `fn` returned and what was freed, by owner; for an `fn` that returns a promise,
 * a promise of both. Scopes nest and run concurrently: an object belongs to the innermost one around its registration.
 *
 * An asynchronous scope waits for asynchronous cleanups, one after the other. A synchronous one cannot: it begins them all and says
 * how many are `pending`. Work that `fn` began and did not wait for goes on; what it registers after the end belongs to the
 * scope around this one. A generator returned by `fn` runs after the end, too: use it up inside.
 *
 * Throws what `fn` throws. A cleanup that fails stops nobody: it is warned about, and its error is among what was freed.
 * Throws a `MemoryManagerError` (`invalidOption`) when `fn` is no function.
 *
 * @example
 * const { result, freed } = await memoryManagement(async () => {
 * 	const table = await openTable(file);
 * 	registerForCleanup(table, { name: 'table', bytesOf: t => t.bytes });
 * 	return summarize(table);
 * }, { name: 'summary' });
 */
export function memoryManagement<T>(fn: () => PromiseLike<T>, options?: MemoryManagementOptions): Promise<Managed<T>>;
export function memoryManagement<T>(fn: () => T, options?: MemoryManagementOptions): Managed<T>;
export function memoryManagement<T>(
	fn: () => T | PromiseLike<T>,
	options: MemoryManagementOptions = {},
): Managed<T> | Promise<Managed<T>> {
	check(fn, options);
	const name = shortName(options.name ?? (fn.name || 'memoryManagement'));
	const hub = sharedHub();
	const run = () => managed(fn, name, options);
	if (!hub.recording) return run();
	return measured(
		hub,
		hub.region('memoryManagement', name, () => callSiteOf(memoryManagement)),
		run,
	);
}

function managed<T>(
	fn: () => T | PromiseLike<T>,
	name: string,
	options: MemoryManagementOptions,
): Managed<T> | Promise<Managed<T>> {
	const { scope, run } = openScope(name);
	const end = () => finishNow(scope.close(), name, options);
	let result: T | PromiseLike<T>;
	try {
		result = run(fn);
		if (isThenable(result)) {
			// Inside the scope: a lazy thenable, such as a query, begins its work only when it is awaited.
			const promise = result;
			return run(() => afterwards(promise, () => finish(scope.close(), name, options)));
		}
	} catch (error) {
		end();
		throw error;
	}
	return { result: result as T, freed: end() };
}

async function afterwards<T>(promise: PromiseLike<T>, end: () => Promise<CleanupReport>): Promise<Managed<T>> {
	let result: T;
	try {
		result = await promise;
	} catch (error) {
		await end();
		throw error;
	}
	return { result, freed: await end() };
}

/** One after the other: a cleanup may need what was registered before its own object. */
async function finish(
	registrations: Registration[],
	name: string,
	options: MemoryManagementOptions,
): Promise<CleanupReport> {
	const began = monotonicMs();
	const outcomes: CleanupOutcome[] = [];
	for (const registration of registrations) {
		const outcome = registration.clean();
		if (outcome) outcomes.push(await outcome);
	}
	return conclude(outcomes, began, name, options);
}

function finishNow(registrations: Registration[], name: string, options: MemoryManagementOptions): CleanupReport {
	const began = monotonicMs();
	return conclude(begin(registrations), began, name, options);
}

/** Cleans all that can be cleaned at once and begins the rest, which warns by itself where it fails. */
function begin(registrations: Registration[]): CleanupOutcome[] {
	const outcomes: CleanupOutcome[] = [];
	for (const registration of registrations) {
		const outcome = registration.clean();
		if (outcome instanceof Promise) outcomes.push({ name: registration.name, failed: false, pending: true });
		else if (outcome) outcomes.push(outcome);
	}
	return outcomes;
}

function conclude(
	outcomes: CleanupOutcome[],
	began: number,
	name: string,
	{ collect = false, onCleanup }: MemoryManagementOptions,
): CleanupReport {
	const owners = byOwner(outcomes);
	if (collect) owners.push(collectionStep(collectUnlessDeferred));
	const report = cleanupReport(owners, began);
	tellCleanup('scope', name, report, began);
	const failed = (error: unknown) => warn(`onCleanup of the scope "${name}" failed: ${messageOf(error)}`, error);
	try {
		const told: unknown = onCleanup?.(report);
		if (isThenable(told)) told.then(undefined, failed);
	} catch (error) {
		failed(error);
	}
	return report;
}

function check(fn: unknown, options: MemoryManagementOptions): void {
	const invalid = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption('memoryManagement', option, expected, value);
	if (typeof fn !== 'function') throw invalid('fn', 'a function', fn);
	if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
	const { name, collect, onCleanup } = options;
	if (name !== undefined && (typeof name !== 'string' || name === '')) {
		throw invalid('name', 'a text that is not empty', name);
	}
	if (collect !== undefined && typeof collect !== 'boolean') throw invalid('collect', 'true or false', collect);
	if (onCleanup !== undefined && typeof onCleanup !== 'function') throw invalid('onCleanup', 'a function', onCleanup);
}
