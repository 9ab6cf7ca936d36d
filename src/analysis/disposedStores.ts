/** An entry that holds the state of something that can be disposed of. */
export interface StoreState {
	id: number;
	t: number;
	disposed?: boolean;
}

/** Of each kind. A script that makes a cache for every request leaves one more behind each time. */
export const MAX_DISPOSED = 200;

/** Bounds a map of caches, pools and the like: those in use stay, of the others the one goes that was disposed of first. */
export class DisposedStores<Store extends StoreState> {
	readonly #stores: Map<number, Store>;
	/** Ids in the order in which they were disposed of. */
	readonly #ids = new Set<number>();

	constructor(stores: Map<number, Store>) {
		this.#stores = stores;
	}

	/** @returns Whether there was room: of those in use `most` are kept, a later one is not. */
	put(store: Store, most: number): boolean {
		if (!this.#stores.has(store.id) && this.#stores.size - this.#ids.size >= most) return false;
		this.#stores.set(store.id, store);
		if (store.disposed) this.#forgetOldest(store.id, Math.min(most, MAX_DISPOSED));
		return true;
	}

	#forgetOldest(disposed: number, most: number): void {
		this.#ids.add(disposed);
		if (this.#ids.size <= most) return;
		const [oldest] = this.#ids;
		if (oldest === undefined) return;
		this.#ids.delete(oldest);
		this.#stores.delete(oldest);
	}

	/** Takes what a model had, in its order. */
	restore(stores: readonly Store[]): void {
		for (const store of stores) this.#stores.set(store.id, store);
		const disposed = stores.filter(store => store.disposed).sort((a, b) => a.t - b.t);
		for (const { id } of disposed) this.#ids.add(id);
	}
}
