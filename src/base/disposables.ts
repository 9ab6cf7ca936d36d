export interface Disposable {
	dispose(): void;
}

/** Disposes what it holds, newest first; what is added after that is disposed at once. */
export class DisposableStore implements Disposable {
	readonly #items: Disposable[] = [];
	#disposed = false;

	add<T extends Disposable>(item: T): T {
		if (this.#disposed) item.dispose();
		else this.#items.push(item);
		return item;
	}

	get isDisposed(): boolean {
		return this.#disposed;
	}

	dispose(): void {
		if (this.#disposed) return;
		this.#disposed = true;
		for (const item of this.#items.splice(0).reverse()) item.dispose();
	}
}
