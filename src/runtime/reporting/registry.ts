import type { MemoryLevel } from '../../protocol/entries.ts';
import type { RuntimeEntry } from '../../protocol/runtimeLink.ts';
import type { StoreRecord } from './records.ts';

/** What an owner let go of. */
export interface Relief {
	/** By its own account; absent where it does not know. */
	freedBytes?: number;
	/** One short sentence. */
	detail: string;
}

/** What a command or memory pressure may ask of the owner of a record. */
export interface StoreOwner {
	/** Lets everything go that nobody uses. */
	clear?(): void;
	/** Takes out what only stands for objects that were collected. */
	sweep?(): void;
	/** Adapts to the level; `undefined`: there was nothing to do. Also told when the level falls again. */
	relieve?(level: MemoryLevel): Relief | undefined;
}

interface Registration<R extends StoreRecord, O extends StoreOwner> {
	readonly id: number;
	readonly record: R;
	readonly owner: WeakRef<O>;
	sentVersion: number;
	sent: boolean;
}

/** Of those that came and went between two questions. */
const MAX_UNSEEN = 64;

/** Live caches, pools and the like, held weakly. One that was disposed of or collected is told once and forgotten. */
export class Registry<R extends StoreRecord, O extends StoreOwner = StoreOwner> {
	readonly #toEntry: (id: number, record: R, t: number) => RuntimeEntry;
	readonly #isHeard: () => boolean;
	readonly #live = new Map<number, Registration<R, O>>();
	/** Gone, but the engine has yet to hear of it. */
	#gone: Registration<R, O>[] = [];
	readonly #collected = new FinalizationRegistry<number>(id => this.remove(id));
	#lastId = 0;

	/** `isHeard`: somebody asks for `changes`. */
	constructor(toEntry: (id: number, record: R, t: number) => RuntimeEntry, isHeard: () => boolean) {
		this.#toEntry = toEntry;
		this.#isHeard = isHeard;
	}

	/** The owner must call `remove` when it is disposed of. */
	add(record: R, owner: O): number {
		const id = ++this.#lastId;
		this.#live.set(id, { id, record, owner: new WeakRef(owner), sentVersion: -1, sent: false });
		this.#collected.register(owner, id);
		return id;
	}

	remove(id: number): void {
		const found = this.#live.get(id);
		if (!found) return;
		this.#live.delete(id);
		found.record.disposed = true;
		// A file that is read in a moment is there and gone between two questions; of very many such the first are told.
		if (found.sent || (this.#isHeard() && this.#gone.length < MAX_UNSEEN)) this.#gone.push(found);
	}

	/** Everything is news again. */
	reset(): void {
		this.#gone = [];
		for (const registration of this.#live.values()) {
			registration.sent = false;
			registration.sentVersion = -1;
		}
	}

	/** What changed since the last time, as entries of the time `t`. */
	*changes(t: number): Generator<RuntimeEntry> {
		for (const registration of this.#live.values()) {
			if (registration.sentVersion === registration.record.version) continue;
			registration.sentVersion = registration.record.version;
			registration.sent = true;
			yield this.#toEntry(registration.id, registration.record, t);
		}
		const gone = this.#gone;
		this.#gone = [];
		for (const { id, record } of gone) yield this.#toEntry(id, record, t);
	}

	*live(): Generator<{ id: number; record: R; owner: O }> {
		for (const { id, record, owner: ref } of this.#live.values()) {
			const owner = ref.deref();
			if (owner) yield { id, record, owner };
		}
	}
}
