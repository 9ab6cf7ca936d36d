/// <reference lib="esnext.disposable" preserve="true" />
import type { Site } from '../../protocol/entries.ts';
import { isThenable } from '../isThenable.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { shortName } from '../reporting/shortName.ts';
import { warn } from '../reporting/warnings.ts';
import { MemoryManagerError, messageOf, runtimeErrors, shown } from '../runtimeError.ts';

/** What a registration may say besides how the object is cleaned. */
export interface RegistrationOptions<T extends object> {
	/** The owner's name in what was freed. Default: the name of the object's class. */
	name?: string;
	/** Bytes that the object holds and that its cleanup lets go of; asked just before. Without it no bytes are named. */
	bytesOf?: (object: T) => number;
}

/** Gets the object; what it returns is awaited where that is possible. It must not hold the object by itself: that would keep it alive. */
export type Cleanup<T extends object> = (object: T) => unknown;

/** How one registered object came off. */
export interface CleanupOutcome {
	name: string;
	/** Absent: nobody said, or the cleanup failed. */
	freedBytes?: number;
	error?: unknown;
	failed: boolean;
	/** Asynchronous, and not waited for. */
	pending: boolean;
}

/** Asked for in this order. */
const METHODS: readonly (string | symbol)[] = ['dispose', Symbol.dispose, Symbol.asyncDispose, 'cleanup', 'close'];

/** What is kept about a registered object. Nothing in it refers to the object strongly. */
export class Registration {
	readonly name: string;
	readonly site: Site | undefined;
	readonly registeredAtMs = monotonicMs();
	readonly #object: WeakRef<object>;
	readonly #cleanup: Cleanup<never> | undefined;
	readonly #bytesOf: ((object: never) => number) | undefined;

	/** Throws `invalidInput` for an object that cannot be cleaned, `invalidOption` for wrong options. */
	constructor(object: object, cleanup: Cleanup<never> | undefined, options: RegistrationOptions<never>, site?: Site) {
		checkObject(object, cleanup);
		const { name, bytesOf } = checkedOptions(options);
		this.name = shortName(name ?? classNameOf(object));
		this.site = site;
		this.#object = new WeakRef(object);
		this.#cleanup = cleanup;
		this.#bytesOf = bytesOf;
	}

	/** Asking keeps the object alive until the synchronous code that asked returns. */
	get alive(): boolean {
		return this.#object.deref() !== undefined;
	}

	/**
	 * Cleans the object: at once, or as a promise where its cleanup gave one. `undefined` when the object is gone already.
	 * Never throws and never rejects.
	 */
	clean(): CleanupOutcome | Promise<CleanupOutcome> | undefined {
		const object = this.#object.deref();
		if (object === undefined) return undefined;
		const bytes = this.#bytes(object);
		try {
			const result: unknown = this.#cleanup ? this.#cleanup(object as never) : callMethod(object);
			if (isThenable(result)) {
				return Promise.resolve(result).then(
					() => this.#done(bytes),
					(error: unknown) => this.#failed(error),
				);
			}
			return this.#done(bytes);
		} catch (error) {
			return this.#failed(error);
		}
	}

	#bytes(object: object): number | undefined {
		if (!this.#bytesOf) return undefined;
		try {
			const bytes = this.#bytesOf(object as never);
			if (typeof bytes === 'number' && bytes >= 0 && Number.isFinite(bytes)) return bytes;
			warn(`bytesOf of the registered object "${this.name}" gave ${shown(bytes)} instead of a number of bytes.`);
		} catch (error) {
			warn(`bytesOf of the registered object "${this.name}" failed: ${messageOf(error)}`, error);
		}
		return undefined;
	}

	#done(freedBytes: number | undefined): CleanupOutcome {
		return { name: this.name, ...(freedBytes !== undefined && { freedBytes }), failed: false, pending: false };
	}

	#failed(error: unknown): CleanupOutcome {
		warn(`The cleanup of "${this.name}" failed: ${messageOf(error)}`, error);
		return { name: this.name, error, failed: true, pending: false };
	}
}

function checkObject(object: unknown, cleanup: unknown): void {
	if ((typeof object !== 'object' || object === null) && typeof object !== 'function') {
		throw new MemoryManagerError('invalidInput', `registerForCleanup takes an object, not ${shown(object)}.`);
	}
	if (cleanup !== undefined && typeof cleanup !== 'function') {
		throw runtimeErrors.invalidOption('registerForCleanup', 'cleanup', 'a function that takes the object', cleanup);
	}
	if (cleanup === undefined && !methodOf(object)) {
		throw new MemoryManagerError(
			'invalidInput',
			`registerForCleanup: ${classNameOf(object)} has none of dispose(), [Symbol.dispose](), [Symbol.asyncDispose](), cleanup() and close(). Give a function: registerForCleanup(object, object => …).`,
		);
	}
}

function checkedOptions(options: RegistrationOptions<never>): RegistrationOptions<never> {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('registerForCleanup', 'options', 'an object', options);
	}
	const { name, bytesOf } = options;
	if (name !== undefined && (typeof name !== 'string' || name === '')) {
		throw runtimeErrors.invalidOption('registerForCleanup', 'name', 'a text that is not empty', name);
	}
	if (bytesOf !== undefined && typeof bytesOf !== 'function') {
		throw runtimeErrors.invalidOption('registerForCleanup', 'bytesOf', 'a function that takes the object', bytesOf);
	}
	return options;
}

/** Looked for again at the cleanup: an object may be given another method meanwhile. */
function methodOf(object: object): ((this: unknown) => unknown) | undefined {
	for (const key of METHODS) {
		const method: unknown = Reflect.get(object, key);
		if (typeof method === 'function') return method as (this: unknown) => unknown;
	}
	return undefined;
}

function callMethod(object: object): unknown {
	const method = methodOf(object);
	return method && Reflect.apply(method, object, []);
}

function classNameOf(object: object): string {
	try {
		const name: unknown = typeof object === 'function' ? object.name : object.constructor?.name;
		if (typeof name === 'string' && name !== '') return name;
	} catch {
		// A proxy or a getter that throws: then it has no name.
	}
	return 'object';
}
