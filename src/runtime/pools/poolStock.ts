import type { MemoryLevel } from '../../protocol/entries.ts';
import type { PoolRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import type { PoolCallbacks } from './poolCallbacks.ts';
import { type Pooled, PooledObjects } from './pooledObjects.ts';

/** The objects of a pool and their counts: at any time created = in use + idle + destroyed + leaked. */
export class PoolStock<T extends object> {
	readonly #record: PoolRecord;
	readonly #callbacks: PoolCallbacks<T>;
	readonly #objects: PooledObjects<T>;
	/** The most recently used last: handed out first, so that under light use the others stay untouched and can go. */
	readonly #idle: Pooled<T>[] = [];
	/** Being asked whether it is usable, which the user's function may use the pool for. */
	#examined = 0;

	/** `onLost` hears when an object was lost and its place is free. */
	constructor(record: PoolRecord, callbacks: PoolCallbacks<T>, onLost: () => void) {
		this.#record = record;
		this.#callbacks = callbacks;
		this.#objects = new PooledObjects(record.name, () => {
			record.inUse--;
			record.leaked++;
			this.#changed();
			onLost();
		});
	}

	/** Objects that exist. */
	get size(): number {
		return this.#record.inUse + this.#idle.length + this.#examined;
	}

	get(object: T): Pooled<T> | undefined {
		return this.#objects.get(object);
	}

	/** Takes in a new object, to be lent or laid down next. Throws `invalidOption` for what cannot be pooled. */
	add(object: T): Pooled<T> {
		const pooled = this.#objects.add(object);
		this.#record.created++;
		return pooled;
	}

	takeIdle(): Pooled<T> | undefined {
		for (let pooled = this.#idle.pop(); pooled; pooled = this.#idle.pop()) {
			if (!this.#callbacks.examines) return pooled;
			this.#examined++;
			const usable = this.#callbacks.isUsable(pooled.object);
			this.#examined--;
			if (usable) return pooled;
			this.#destroyQuietly(pooled);
		}
		return undefined;
	}

	lend(pooled: Pooled<T>, reused: boolean): T {
		pooled.place.state = 'lent';
		this.#record.inUse++;
		if (reused) this.#record.reused++;
		this.#changed();
		return pooled.object;
	}

	/** Nobody has it; in a pool that was disposed of it goes. */
	lay(pooled: Pooled<T>): void {
		if (this.#record.disposed) {
			this.#destroyQuietly(pooled);
			return;
		}
		pooled.place.state = 'idle';
		this.#idle.push(pooled);
		this.#changed();
	}

	/** An object comes back. It keeps its place until it is idle or destroyed: `reset` may itself use the pool. */
	takeBack(pooled: Pooled<T>): void {
		pooled.place.state = 'returning';
		let usable = !this.#record.disposed;
		try {
			if (usable) this.#callbacks.reset(pooled.object);
		} catch (error) {
			this.#record.inUse--;
			this.#destroyQuietly(pooled);
			throw error;
		}
		usable = usable && this.#callbacks.isUsable(pooled.object) && !this.#record.disposed;
		this.#record.inUse--;
		if (usable) this.lay(pooled);
		else this.#destroy(pooled);
	}

	clear(): void {
		const failures: unknown[] = [];
		for (let left = this.#idle.length; left > 0; left--) {
			const pooled = this.#idle.pop();
			if (!pooled) break;
			try {
				this.#destroy(pooled);
			} catch (error) {
				failures.push(error);
			}
		}
		if (failures.length > 0) throw failures[0];
	}

	/** Half of the idle objects go at the level `elevated`, all above; the longest unused first. */
	relieve(level: MemoryLevel): Relief | undefined {
		if (level === 'normal') return undefined;
		const wanted = level === 'elevated' ? Math.ceil(this.#idle.length / 2) : this.#idle.length;
		let freedBytes: number | undefined = 0;
		let count = 0;
		while (count < wanted) {
			const pooled = this.#idle.shift();
			if (!pooled) break;
			const bytes = this.#callbacks.bytesOf(pooled.object);
			freedBytes = freedBytes === undefined || bytes === undefined ? undefined : freedBytes + bytes;
			this.#destroyQuietly(pooled);
			count++;
		}
		if (count === 0) return undefined;
		const detail = count === 1 ? '1 idle object destroyed' : `${count} idle objects destroyed`;
		return { ...(freedBytes !== undefined && { freedBytes }), detail };
	}

	/** Throws what `destroy` throws. */
	#destroy(pooled: Pooled<T>): void {
		this.#remove(pooled);
		this.#callbacks.destroy(pooled.object);
	}

	#destroyQuietly(pooled: Pooled<T>): void {
		this.#remove(pooled);
		this.#callbacks.destroyQuietly(pooled.object);
	}

	#remove(pooled: Pooled<T>): void {
		this.#objects.remove(pooled);
		this.#record.destroyed++;
		this.#changed();
	}

	#changed(): void {
		this.#record.idle = this.#idle.length;
		this.#record.version++;
	}
}
