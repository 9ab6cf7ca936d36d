import type { PoolCounts } from '../../protocol/entries.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';

export interface ObjectPoolOptions<T extends object> {
	/** What reports and commands call it. */
	name: string;
	/** Most objects that exist at a time, in use and idle. */
	max: number;
	/** Makes an object; each call must give a new one. */
	create: () => T | Promise<T>;
	/** Prepares an object that comes back for its next user, at once: it cannot be asynchronous. */
	reset?: (object: T) => void;
	/** Told about an object that the pool lets go of. Nobody waits for what it begins, but a failure is told as a warning. */
	destroy?: (object: T) => unknown;
	/** Asked when an object comes back and before an idle one is handed out; one that is not usable is destroyed and replaced. */
	isUsable?: (object: T) => boolean;
	/** Bytes that destroying this object frees, for reports on what memory pressure made the pool let go of. */
	bytesOf?: (object: T) => number;
	/** `shrink` (the default): half of the idle objects go at the level `elevated`, all at `high` and `critical`. */
	underPressure?: 'shrink' | 'keep';
}

export interface AcquireOptions {
	/** Ends the wait. */
	signal?: AbortSignal;
	/** Longest wait, ms. */
	timeoutMs?: number;
}

export interface PoolStats extends PoolCounts {
	name: string;
}

/** The longest that a timer of Node's can wait; it takes what is longer for 1 ms. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const NAMES: OptionNames<ObjectPoolOptions<never>> = {
	name: true,
	max: true,
	create: true,
	reset: true,
	destroy: true,
	isUsable: true,
	bytesOf: true,
	underPressure: true,
};
const CALLBACKS = ['reset', 'destroy', 'isUsable', 'bytesOf'] as const;

/** Throws `invalidOption` for anything that would leave the pool without a bound or without a way to make objects. */
export function checkPoolOptions<T extends object>(options: ObjectPoolOptions<T>): void {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('ObjectPool', 'options', 'an object with name, max and create', options);
	}
	const { max, create } = options;
	const owner = poolOwner('ObjectPool', options.name);
	checkOptionNames<ObjectPoolOptions<T>>(owner, options, NAMES);
	if (!(Number.isSafeInteger(max) && max > 0)) {
		throw runtimeErrors.invalidOption(owner, 'max', 'a positive whole number', max);
	}
	if (typeof create !== 'function') throw runtimeErrors.invalidOption(owner, 'create', 'a function', create);
	for (const key of CALLBACKS) {
		if (options[key] !== undefined && typeof options[key] !== 'function') {
			throw runtimeErrors.invalidOption(owner, key, 'a function', options[key]);
		}
	}
	checkUnderPressure(owner, options.underPressure);
}

/** How a message begins. Throws `invalidOption` for a pool without a name. */
export function poolOwner(kind: string, name: unknown): string {
	if (typeof name === 'string' && name !== '') return `${kind} "${name.slice(0, 80)}"`;
	throw runtimeErrors.invalidOption(kind, 'name', 'a text that is not empty', name);
}

/** Throws `invalidOption`. */
export function checkUnderPressure(owner: string, value: unknown): void {
	if (value === undefined || value === 'shrink' || value === 'keep') return;
	throw runtimeErrors.invalidOption(owner, 'underPressure', '"shrink" or "keep"', value);
}

/** Throws `invalidOption`. */
export function checkAcquireOptions(pool: string, { signal, timeoutMs }: AcquireOptions): void {
	const isTime = typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS;
	if (timeoutMs !== undefined && !isTime) {
		const expected = `a number of milliseconds from 0 to ${MAX_TIMEOUT_MS}`;
		throw runtimeErrors.invalidOption(`Pool "${pool}"`, 'timeoutMs', expected, timeoutMs);
	}
	if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
		throw runtimeErrors.invalidOption(`Pool "${pool}"`, 'signal', 'an AbortSignal', signal);
	}
}
