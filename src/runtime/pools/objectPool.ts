import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { PoolRecord } from '../reporting/records.ts';
import { shortName } from '../reporting/shortName.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { type AcquireOptions, checkPoolOptions, type ObjectPoolOptions, type PoolStats } from './poolOptions.ts';
import { WaitingQueue } from './waitingQueue.ts';

/** What is known of an object on loan. It must not refer to the object: it is how the object's loss is noticed. */
interface Loan {
	open: boolean;
}

/**
 * Hands out at most `max` objects that are costly to make and takes them back for the next. Who finds none free waits in line.
 * Objects that their holder lost without giving them back are noticed when the garbage collector finds them: they count as
 * `leaked`, and their place becomes free.
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
	readonly #record: PoolRecord;
	readonly #id: number;
	readonly #idle: T[] = [];
	readonly #waiting: WaitingQueue<T>;
	readonly #loans = new WeakMap<T, Loan>();
	readonly #lost: FinalizationRegistry<Loan>;
	/** Being made: they take a place but cannot be handed out yet. */
	#creating = 0;

	constructor(options: ObjectPoolOptions<T>) {
		checkPoolOptions(options);
		this.#options = { ...options };
		this.name = shortName(options.name);
		this.#waiting = new WaitingQueue(length => {
			this.#record.waiting = length;
			this.#record.version++;
		});
		this.#lost = new FinalizationRegistry(loan => this.#forget(loan));
		this.#record = {
			name: this.name,
			site: callSiteOf(ObjectPool),
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
		this.#id = sharedHub().pools.add(this.#record, this);
	}

	/**
	 * An object of one's own until `release`. Waits, first come first served, while all are in use.
	 * Rejects with the signal's reason when aborted, with `acquireTimeout` after `timeoutMs`, with `disposed` when the pool is
	 * disposed of, and with the error of `create` or `reset`.
	 */
	async acquire(options: AcquireOptions = {}): Promise<T> {
		const { signal, timeoutMs } = options;
		signal?.throwIfAborted();
		this.#checkAlive();
		const idle = this.#idle.pop();
		if (idle !== undefined) return this.#lend(idle, true);
		if (this.#taken() < this.#options.max) return this.#make();
		return this.#waiting.join({
			...(signal && { signal }),
			...(timeoutMs !== undefined && {
				timeoutMs,
				timeoutError: () => runtimeErrors.acquireTimeout(this.name, timeoutMs, this.#record.inUse),
			}),
		});
	}

	/**
	 * Gives an object back. Throws `notPoolObject` for one that this pool did not make and `alreadyReleased` for one that is not
	 * on loan. An object whose `reset` fails is destroyed, and the error is thrown.
	 */
	release(object: T): void {
		const loan = this.#loans.get(object);
		if (!loan) throw runtimeErrors.notPoolObject(this.name);
		if (!loan.open) throw runtimeErrors.alreadyReleased(this.name);
		this.#endLoan(loan);
		try {
			if (this.#record.disposed) this.#destroy(object);
			else this.#takeBack(object);
		} finally {
			this.#serve();
		}
	}

	/** Runs `fn` with an object and gives it back afterwards, also when `fn` fails. */
	async use<R>(fn: (object: T) => R | Promise<R>, options?: AcquireOptions): Promise<R> {
		const object = await this.acquire(options);
		try {
			return await fn(object);
		} finally {
			this.release(object);
		}
	}

	/** Destroys the objects that nobody uses. */
	clear(): void {
		const failures: unknown[] = [];
		for (const object of this.#idle.splice(0)) {
			try {
				this.#destroy(object);
			} catch (error) {
				failures.push(error);
			}
		}
		this.#changed();
		if (failures.length > 0) throw failures[0];
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

	#taken(): number {
		return this.#record.inUse + this.#idle.length + this.#creating;
	}

	#checkAlive(): void {
		if (this.#record.disposed) throw runtimeErrors.disposed(`Pool "${this.name}"`);
	}

	async #make(): Promise<T> {
		this.#creating++;
		let object: T;
		try {
			object = await this.#options.create();
		} catch (error) {
			this.#creating--;
			// The place is free again: whoever waits may try.
			this.#serve();
			throw error;
		}
		this.#creating--;
		this.#record.created++;
		if (this.#record.disposed) {
			this.#destroy(object);
			this.#checkAlive();
		}
		return this.#lend(object, false);
	}

	#lend(object: T, reused: boolean): T {
		const loan: Loan = { open: true };
		this.#loans.set(object, loan);
		this.#lost.register(object, loan, loan);
		this.#record.inUse++;
		if (reused) this.#record.reused++;
		this.#changed();
		return object;
	}

	#endLoan(loan: Loan): void {
		loan.open = false;
		this.#lost.unregister(loan);
		this.#record.inUse--;
		this.#changed();
	}

	#takeBack(object: T): void {
		try {
			this.#options.reset?.(object);
		} catch (error) {
			this.#destroy(object);
			throw error;
		}
		this.#idle.push(object);
		this.#changed();
	}

	/** Gives what is free to who waits: idle objects first, then free places. */
	#serve(): void {
		while (this.#waiting.length > 0 && !this.#record.disposed) {
			const idle = this.#idle.pop();
			if (idle !== undefined) this.#waiting.serve(this.#lend(idle, true));
			else if (this.#taken() < this.#options.max) this.#makeFor();
			else return;
		}
	}

	#makeFor(): void {
		const waiter = this.#waiting.shift();
		this.#make().then(
			object => {
				// Gave up while it was made: the next one gets it.
				if (!waiter?.resolve(object)) this.release(object);
			},
			(error: unknown) => waiter?.reject(error),
		);
	}

	#forget(loan: Loan): void {
		if (!loan.open) return;
		loan.open = false;
		this.#record.inUse--;
		this.#record.leaked++;
		this.#changed();
		this.#serve();
	}

	#destroy(object: T): void {
		this.#record.destroyed++;
		this.#changed();
		this.#options.destroy?.(object);
	}

	#changed(): void {
		this.#record.idle = this.#idle.length;
		this.#record.version++;
	}
}
