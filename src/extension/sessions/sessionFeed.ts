import type { Disposable } from '../../base/disposables.ts';
import type { Entry } from '../../protocol/entries.ts';
import type { ShownSession } from './sessionStore.ts';

/** Batches a second are bounded: a view cannot show more, and each costs a message between processes. */
const INTERVAL_MS = 100;

/** Passes the entries of one session on in batches, at most ten a second, only while somebody looks. */
export class SessionFeed implements Disposable {
	readonly #send: (entries: Entry[]) => void;
	readonly #intervalMs: number;
	#subscription: Disposable | undefined;
	#pending: Entry[] = [];
	#timer: NodeJS.Timeout | undefined;

	constructor(send: (entries: Entry[]) => void, intervalMs = INTERVAL_MS) {
		this.#send = send;
		this.#intervalMs = intervalMs;
	}

	/** From here on the entries of `shown` are sent. What came before is the caller's: it has sent the full state. */
	follow(shown: ShownSession | undefined): void {
		this.pause();
		this.#subscription = shown?.session?.onDidAddEntries(entries => {
			for (const entry of entries) this.#pending.push(entry);
			this.#timer ??= setTimeout(() => this.#flush(), this.#intervalMs);
		});
	}

	/** Nothing is sent, and nothing is kept, until `follow` is called again. */
	pause(): void {
		this.#subscription?.dispose();
		this.#subscription = undefined;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#pending = [];
	}

	dispose(): void {
		this.pause();
	}

	#flush(): void {
		this.#timer = undefined;
		const entries = this.#pending;
		this.#pending = [];
		if (entries.length > 0) this.#send(entries);
	}
}
