/// <reference lib="esnext.disposable" preserve="true" />
import type { MemoryLevel } from '../../protocol/entries.ts';
import { isThenable } from '../isThenable.ts';
import { checkPressure, ensureMonitoring } from '../monitor/sharedMonitor.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { PoolRecord } from '../reporting/records.ts';
import type { Relief } from '../reporting/registry.ts';
import { shortName } from '../reporting/shortName.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { PoolCallbacks } from './poolCallbacks.ts';
import type { Pooled } from './pooledObjects.ts';
import {
	type AcquireOptions,
	checkAcquireOptions,
	checkPoolOptions,
	type ObjectPoolOptions,
	type PoolStats,
} from './poolOptions.ts';
import { PoolStock } from './poolStock.ts';
import { WaitingQueue } from './waitingQueue.ts';

/**
 * Hands out at most `max` objects that are costly to make and takes them back for the next. Who finds none free waits in line.
 * Objects that their holder lost without giving them back are noticed when the garbage collector finds them: they count as
 * `leaked`, and their place becomes free. Under memory pressure idle objects are destroyed.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options without a bound or without `create`.
 *
 * @example
 * const parsers = new ObjectPool({ name: 'parsers', max: 4, create: () => new Parser(), reset: parser => parser.clear() });
 * const rows = await parsers.use(parser => parser.parse(text));
 */
export class ObjectPool<T extends object> {
	readonly name: string;
	readonly #options: ObjectPoolOptions<T>;
	readonly #callbacks: PoolCallbacks<T>;
	readonly #record: PoolRecord;
	readonly #id: number;
	readonly #stock: PoolStock<T>;
	readonly #waiting: WaitingQueue<T>;
	/** Being made: they take a place but cannot be handed out yet. */
	#creating = 0;

	constructor(options: ObjectPoolOptions<T>) {
		checkPoolOptions(options);
		this.#options = { ...options };
		this.name = shortName(options.name);
		this.#record = {
			name: this.name,
			site: callSiteOf(new.target),
			version: 0,
			disposed: false,
			inUse: 0,
			idle: 0,
			max: options.max,
			waiting: 0,
			created: 0,
			reused: 0,
			destroyed: 0,
			leaked: 0,
		};
		this.#callbacks = new PoolCallbacks(this.name, this.#options);
		this.#stock = new PoolStock(this.#record, this.#callbacks, () => this.#serve());
		this.#waiting = new WaitingQueue(length => {
			this.#record.waiting = length;
			this.#record.version++;
		});
		// Before anybody knows of the pool: a wrong configuration is thrown here.
		if (options.underPressure !== 'keep') ensureMonitoring();
		this.#id = sharedHub().pools.add(this.#record, this);
	}

	/**
	 * An object of one's own until `release`. Waits, first come first served, while all are in use or one is being made.
	 * Rejects with the signal's reason when aborted, with `acquireTimeout` after `timeoutMs`, with `disposed` when the pool is
	 * disposed of, with `invalidOption` when `create` gives no new object, and with the error of `create`.
	 */
	acquire(options?: AcquireOptions): Promise<T> {
		// Not an async function, which would make a promise of its own.
		try {
			if (options) {
				checkAcquireOptions(this.name, options);
				options.signal?.throwIfAborted();
			}
			return this.#takeNow()?.ready ?? this.#wait(options);
		} catch (error) {
			return Promise.reject(error);
		}
	}

	/**
	 * An object that can be had at once: an idle one, or a new one where `create` is synchronous. `undefined` while `max` are in
	 * use or others wait; where `create` is asynchronous, one is being made then, for the next who asks.
	 * Throws `disposed`, `invalidOption` when `create` gives no new object, and the error of `create`.
	 */
	tryAcquire(): T | undefined {
		return this.#takeNow()?.object;
	}

	/**
	 * Gives an object back. Throws `notPoolObject` for one that this pool did not make and `alreadyReleased` for one that is not
	 * on loan. An object whose `reset` fails is destroyed, and the error is thrown.
	 */
	release(object: T): void {
		const pooled = this.#stock.get(object);
		if (!pooled) throw this.refused(object);
		if (pooled.place.state !== 'lent') throw runtimeErrors.alreadyReleased(this.name);
		try {
			this.#stock.takeBack(pooled);
		} finally {
			if (this.#waiting.length > 0) this.#serve();
		}
	}

	/** Runs `fn` with an object and gives it back afterwards, also when `fn` fails. Rejects like `acquire`. */
	async use<R>(fn: (object: T) => R | Promise<R>, options?: AcquireOptions): Promise<R> {
		if (typeof fn !== 'function') throw runtimeErrors.invalidOption(`Pool "${this.name}"`, 'fn', 'a function', fn);
		const object = await this.acquire(options);
		let result: R;
		try {
			result = await fn(object);
		} catch (error) {
			this.#releaseAfterFailure(object);
			throw error;
		}
		this.release(object);
		return result;
	}

	/** Destroys the objects that nobody uses; the first error of `destroy` is thrown when all are gone. */
	clear(): void {
		this.#stock.clear();
	}

	/** Called when the memory level changes: destroys half of the idle objects at `elevated`, all above. */
	relieve(level: MemoryLevel): Relief | undefined {
		return this.#options.underPressure === 'keep' ? undefined : this.#stock.relieve(level);
	}

	stats(): PoolStats {
		const { inUse, idle, max, waiting, created, reused, destroyed, leaked } = this.#record;
		return { name: this.name, inUse, idle, max, waiting, created, reused, destroyed, leaked };
	}

	/** Destroys idle objects now and the others when they are given back; who waits is turned away with `disposed`. */
	dispose(): void {
		if (this.#record.disposed) return;
		this.#record.disposed = true;
		this.#waiting.rejectAll(runtimeErrors.disposed(`Pool "${this.name}"`));
		try {
			this.clear();
		} finally {
			sharedHub().pools.remove(this.#id);
		}
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	/** The error for an object that is not ours; a pool of something special may know more of it. */
	protected refused(_object: unknown): Error {
		return runtimeErrors.notPoolObject(this.name);
	}

	#isFull(): boolean {
		return this.#stock.size + this.#creating >= this.#options.max;
	}

	#checkAlive(): void {
		if (this.#record.disposed) throw runtimeErrors.disposed(`Pool "${this.name}"`);
	}

	#takeNow(): Pooled<T> | undefined {
		this.#checkAlive();
		const idle = this.#stock.takeIdle();
		if (idle) {
			this.#stock.lend(idle, true);
			return idle;
		}
		checkPressure();
		if (this.#waiting.length > 0 || this.#creating > 0 || this.#isFull()) return undefined;
		try {
			const made = this.#make();
			if (made && !this.#record.disposed) {
				this.#stock.lend(made, false);
				return made;
			}
			if (made) this.#stock.lay(made);
		} catch (error) {
			// Somebody may have come into line while it was made.
			this.#serve();
			throw error;
		}
		this.#checkAlive();
		return undefined;
	}

	#wait(options: AcquireOptions | undefined): Promise<T> {
		// `create` has run since the signal was asked, and nobody would hear it any more.
		options?.signal?.throwIfAborted();
		const waiting = this.#waiting.join(
			options && {
				...options,
				timeoutError: ms => runtimeErrors.acquireTimeout(this.name, ms, this.#record.inUse),
			},
		);
		this.#serve();
		return waiting;
	}

	/** Begins to make an object. Gives it where `create` gives it at once; otherwise the first in line gets it when it is there. */
	#make(): Pooled<T> | undefined {
		this.#creating++;
		let made: T | Promise<T> | undefined;
		try {
			made = this.#options.create();
		} finally {
			if (!isThenable(made)) this.#creating--;
		}
		if (!isThenable(made)) return this.#stock.add(made);
		Promise.resolve(made).then(
			object => this.#made(object),
			(error: unknown) => this.#notMade(error),
		);
		return undefined;
	}

	#made(object: T): void {
		let pooled: Pooled<T>;
		try {
			pooled = this.#stock.add(object);
		} catch (error) {
			this.#notMade(error);
			return;
		}
		this.#creating--;
		this.#give(pooled, false);
		this.#serve();
	}

	#notMade(error: unknown): void {
		this.#creating--;
		// Whoever it was made for may have got another, or given up.
		if (!this.#waiting.fail(error)) this.#callbacks.warn('create', error);
		this.#serve();
	}

	/** To the first in line, else it is idle. */
	#give(pooled: Pooled<T>, reused: boolean): void {
		if (this.#waiting.length > 0) this.#waiting.serve(this.#stock.lend(pooled, reused));
		else this.#stock.lay(pooled);
	}

	/** The error that `use` has already says more than one of giving back. */
	#releaseAfterFailure(object: T): void {
		try {
			this.release(object);
		} catch (error) {
			this.#callbacks.warn('release', error);
		}
	}

	/** Gives what is free to who waits: idle objects first, then free places. */
	#serve(): void {
		while (this.#waiting.length > 0 && !this.#record.disposed) {
			const idle = this.#stock.takeIdle();
			if (idle) {
				this.#give(idle, true);
				continue;
			}
			if (this.#waiting.length <= this.#creating || this.#isFull()) return;
			try {
				const made = this.#make();
				if (made) this.#give(made, false);
			} catch (error) {
				this.#waiting.fail(error);
			}
		}
	}
}
