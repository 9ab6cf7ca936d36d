import { runtimeErrors } from '../runtimeError.ts';

/** What is known of an object. It must not refer to the object: it is how the object's loss is noticed. */
export interface Place {
	state: 'idle' | 'lent' | 'returning' | 'gone';
}

export interface Pooled<T> {
	readonly object: T;
	readonly place: Place;
	/** The answer to `acquire` for an idle object, always the same: to make a promise is a third of what a loan costs. */
	readonly ready: Promise<T>;
}

/** Which objects a pool made, without keeping them alive. */
export class PooledObjects<T extends object> {
	readonly #pool: string;
	readonly #known = new WeakMap<T, Pooled<T>>();
	/** Each object is registered once, not per loan: an idle one is held by the pool and cannot be lost. */
	readonly #lost: FinalizationRegistry<Place>;

	/** `onLost` hears of an object that its holder lost. */
	constructor(pool: string, onLost: () => void) {
		this.#pool = pool;
		this.#lost = new FinalizationRegistry(place => {
			if (place.state !== 'lent') return;
			place.state = 'gone';
			onLost();
		});
	}

	/** Throws `invalidOption` for what cannot be pooled. */
	add(object: T): Pooled<T> {
		const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function';
		const known = isObject ? this.#known.get(object) : undefined;
		if (!isObject || (known && known.place.state !== 'gone')) {
			const got = isObject ? 'one that gives an object of the pool again' : `one that gives ${String(object)}`;
			throw runtimeErrors.invalidCreate(this.#pool, got);
		}
		const pooled: Pooled<T> = { object, place: { state: 'idle' }, ready: Promise.resolve(object) };
		this.#known.set(object, pooled);
		this.#lost.register(object, pooled.place, pooled.place);
		return pooled;
	}

	get(object: T): Pooled<T> | undefined {
		return this.#known.get(object);
	}

	/** The pool lets go of it. It stays known, so that giving it back once more can be told from a foreign object. */
	remove({ place }: Pooled<T>): void {
		place.state = 'gone';
		this.#lost.unregister(place);
	}
}
