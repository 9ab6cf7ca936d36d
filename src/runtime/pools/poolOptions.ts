import type { PoolCounts } from '../../protocol/entries.ts';
import { runtimeErrors } from '../runtimeError.ts';

export interface ObjectPoolOptions<T extends object> {
	/** What reports and commands call it. */
	name: string;
	/** Most objects that exist at a time, in use and idle. */
	max: number;
	/** Makes an object; each call must give a new one. */
	create: () => T | Promise<T>;
	/** Prepares an object that comes back for its next user. */
	reset?: (object: T) => void;
	/** Told about an object that the pool lets go of. */
	destroy?: (object: T) => void;
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

export function checkPoolOptions<T extends object>(options: ObjectPoolOptions<T>): void {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('ObjectPool', 'options', 'an object with name, max and create', options);
	}
	const { name, max, create } = options;
	if (typeof name !== 'string' || name === '') {
		throw runtimeErrors.invalidOption('ObjectPool', 'name', 'a text that is not empty', name);
	}
	const owner = `ObjectPool "${name.slice(0, 80)}"`;
	if (!(Number.isSafeInteger(max) && max > 0)) {
		throw runtimeErrors.invalidOption(owner, 'max', 'a positive whole number', max);
	}
	if (typeof create !== 'function') throw runtimeErrors.invalidOption(owner, 'create', 'a function', create);
}
