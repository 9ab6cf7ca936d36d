import { AsyncLocalStorage } from 'node:async_hooks';
import type { Site } from '../../protocol/entries.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import { type Cleanup, Registration, type RegistrationOptions } from './registration.ts';

/** What is known of a registered object that was not cleaned yet. */
export interface RegisteredObject {
	readonly name: string;
	/** Where it was registered. */
	readonly site: Site | undefined;
	/** On the clock of `process.hrtime()`, ms. */
	readonly registeredAtMs: number;
	/** The `memoryManagement` it belongs to; absent for the process. */
	readonly scope?: string;
	/** Asking keeps the object alive until the synchronous code that asks returns: collect before, not after. */
	readonly alive: boolean;
}

/** The registrations of one `memoryManagement`, or of the process. */
export class CleanupScope {
	readonly name: string | undefined;
	readonly #parent: CleanupScope | undefined;
	readonly #registrations = new Set<Registration>();
	#open = true;

	constructor(name: string | undefined, parent: CleanupScope | undefined) {
		this.name = name;
		this.#parent = parent;
	}

	/** This scope, or where what comes late belongs: the nearest scope around it that is still open. */
	nearestOpen(): CleanupScope {
		return this.#open || !this.#parent ? this : this.#parent.nearestOpen();
	}

	get registrations(): ReadonlySet<Registration> {
		return this.#registrations;
	}

	add(registration: Registration): void {
		this.#registrations.add(registration);
	}

	remove(registration: Registration): void {
		this.#registrations.delete(registration);
	}

	/** Takes all registrations out, the newest first: what was made later may use what was made before. */
	take(): Registration[] {
		const taken = [...this.#registrations].reverse();
		this.#registrations.clear();
		for (const registration of taken) collected?.unregister(registration);
		return taken;
	}

	/** From here on nothing belongs to it any more. */
	close(): Registration[] {
		this.#open = false;
		openScopes.delete(this);
		return this.take();
	}
}

const root = new CleanupScope(undefined, undefined);
const openScopes = new Set<CleanupScope>();
let context: AsyncLocalStorage<CleanupScope> | undefined;
let collected: FinalizationRegistry<{ scope: CleanupScope; registration: Registration }> | undefined;

/**
 * Has `object` cleaned at the end of the innermost `memoryManagement` around this call, or else by `forceComprehensiveCleanup`.
 * `cleanup` gets the object; without one, the first of its methods `dispose`, `[Symbol.dispose]`, `[Symbol.asyncDispose]`,
 * `cleanup` and `close` is called. The registration does not keep the object alive: one that is collected before needs no
 * cleanup. Each registration is carried out once; the newest comes first.
 *
 * Where the scope around the call has ended, because this is asynchronous work that it did not wait for, the object belongs to the
 * next scope that is still open, else to the process: it may well be in use.
 *
 * Gives what takes the registration back. 10 to 40 µs, most of it for the place in the source. Throws a `MemoryManagerError`: `invalidInput` for something that cannot be
 * cleaned, `invalidOption` for wrong options.
 *
 * @example
 * const unregister = registerForCleanup(index, index => index.close(), { name: 'index', bytesOf: index => index.bytes });
 */
export function registerForCleanup<T extends object>(object: T, options?: RegistrationOptions<T>): () => void;
export function registerForCleanup<T extends object>(
	object: T,
	cleanup: Cleanup<T> | undefined,
	options?: RegistrationOptions<T>,
): () => void;
export function registerForCleanup<T extends object>(
	object: T,
	second?: Cleanup<T> | RegistrationOptions<T>,
	third?: RegistrationOptions<T>,
): () => void {
	const onlyOptions = third === undefined && typeof second === 'object' && second !== null;
	const cleanup = onlyOptions ? undefined : (second as Cleanup<T> | undefined);
	const options = (onlyOptions ? second : third) ?? {};
	return registerAt(callSiteOf(registerForCleanup), object, cleanup, options);
}

/** {@link registerForCleanup} for objects of this library that register themselves: `site` is where the user made them. */
export function registerAt<T extends object>(
	site: Site | undefined,
	object: T,
	cleanup: Cleanup<T> | undefined,
	options: RegistrationOptions<T> = {},
): () => void {
	const registration = new Registration(object, cleanup as Cleanup<never>, options as RegistrationOptions<never>, site);
	const scope = currentScope();
	scope.add(registration);
	collected ??= new FinalizationRegistry(held => held.scope.remove(held.registration));
	collected.register(object, { scope, registration }, registration);
	return () => {
		scope.remove(registration);
		collected?.unregister(registration);
	};
}

/** Every registered object that was not cleaned and, as far as the collector has told, not collected. */
export function* registered(): Generator<RegisteredObject> {
	for (const scope of allScopes()) {
		for (const registration of scope.registrations) {
			const { name, site, registeredAtMs } = registration;
			yield {
				name,
				site,
				registeredAtMs,
				...(scope.name !== undefined && { scope: scope.name }),
				get alive() {
					return registration.alive;
				},
			};
		}
	}
}

/** Takes every registration of the process, those of the innermost scopes first. */
export function takeAll(): Registration[] {
	return allScopes().flatMap(scope => scope.take());
}

function allScopes(): CleanupScope[] {
	return [...[...openScopes].reverse(), root];
}

function currentScope(): CleanupScope {
	return (context?.getStore() ?? root).nearestOpen();
}

/** Opens a scope inside the one around this call; `run` runs what belongs to it, also later and asynchronously. */
export function openScope(name: string): { scope: CleanupScope; run: <T>(fn: () => T) => T } {
	context ??= new AsyncLocalStorage();
	const storage = context;
	const scope = new CleanupScope(name, currentScope());
	openScopes.add(scope);
	return { scope, run: fn => storage.run(scope, fn) };
}
