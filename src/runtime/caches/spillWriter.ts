import type { SpillRecord } from '../reporting/records.ts';
import type { DiskEntry, EntryFacts, SpillDisk } from './spillDisk.ts';
import type { Troubles } from './spillRecord.ts';

/** Files written at a time. */
const MAX_WRITES = 4;

/** A value with what it counts for in memory. */
export interface Held<V> extends EntryFacts {
	readonly value: V;
}

interface Waiting<V> {
	readonly held: Held<V>;
	started: boolean;
}

export interface SpillWriterOptions<K, V> {
	readonly disk: SpillDisk<K>;
	readonly record: SpillRecord;
	readonly troubles: Troubles;
	/** What values on their way to the disk may take in memory; beyond it they are written synchronously. */
	readonly maxBytes: number;
	readonly serialize: (value: V) => Uint8Array;
	readonly changed: () => void;
}

/** Values on their way to the disk; they can be read and called back until they are there. */
export class SpillWriter<K, V> {
	readonly #options: SpillWriterOptions<K, V>;
	readonly #waiting = new Map<K, Waiting<V>>();
	readonly #running = new Set<Promise<void>>();
	#bytes = 0;
	#atOnce = false;

	constructor(options: SpillWriterOptions<K, V>) {
		this.#options = options;
	}

	get size(): number {
		return this.#waiting.size;
	}

	get(key: K): Held<V> | undefined {
		return this.#waiting.get(key)?.held;
	}

	/** Never throws: what goes wrong is counted and warned of. */
	spill(key: K, held: Held<V>): void {
		this.cancel(key);
		const full = this.#waiting.size > 0 && this.#bytes + held.size > this.#options.maxBytes;
		// In synchronous work no write would ever come to its end, and values would pile up.
		if (this.#atOnce || full) {
			this.#writeNow(key, held);
			return;
		}
		this.#waiting.set(key, { held, started: false });
		this.#bytes += held.size;
		this.#pump();
	}

	/** Whether it was on its way. */
	cancel(key: K): boolean {
		const waiting = this.#waiting.get(key);
		if (!waiting) return false;
		this.#waiting.delete(key);
		this.#bytes -= waiting.held.size;
		return true;
	}

	cancelAll(): void {
		this.#waiting.clear();
		this.#bytes = 0;
	}

	/** Settles when the next value would not have to be written synchronously. */
	async room(): Promise<void> {
		while (this.#bytes > this.#options.maxBytes / 2 && this.#running.size > 0) await Promise.race(this.#running);
	}

	async idle(): Promise<void> {
		await Promise.all(this.#running);
	}

	/** What `fn` spills is written when `fn` returns. */
	atOnce(fn: () => void): void {
		this.#atOnce = true;
		try {
			fn();
		} finally {
			this.#atOnce = false;
		}
	}

	/** Writes what waits now; what is being written comes to its end by itself. Gives the bytes let go of. */
	flush(): number {
		let bytes = 0;
		for (const [key, { held, started }] of [...this.#waiting]) {
			if (started) continue;
			this.cancel(key);
			this.#writeNow(key, held);
			bytes += held.size;
		}
		return bytes;
	}

	#writeNow(key: K, held: Held<V>): void {
		const { disk, troubles, serialize } = this.#options;
		try {
			this.#written(disk.writeSync(key, serialize(held.value), factsOf(held)));
		} catch (error) {
			troubles.failed(error);
		}
		this.#options.changed();
	}

	#pump(): void {
		for (const [key, waiting] of this.#waiting) {
			if (this.#running.size >= MAX_WRITES) return;
			if (waiting.started) continue;
			waiting.started = true;
			const running: Promise<void> = this.#write(key, waiting).finally(() => {
				this.#running.delete(running);
				this.#pump();
			});
			this.#running.add(running);
		}
	}

	async #write(key: K, waiting: Waiting<V>): Promise<void> {
		const { disk, troubles, serialize, changed } = this.#options;
		const wanted = () => this.#waiting.get(key) === waiting;
		try {
			// Others may want the event loop first, and a value may be called back.
			await null;
			if (!wanted()) return;
			this.#written(await disk.write(key, serialize(waiting.held.value), factsOf(waiting.held), wanted));
		} catch (error) {
			// Called back or cleared, and its folder with it: nothing is lost.
			if (wanted()) troubles.failed(error);
		}
		if (wanted()) this.cancel(key);
		changed();
	}

	#written(entry: DiskEntry | undefined): void {
		const { record } = this.#options;
		if (!entry) {
			record.dropped++;
			return;
		}
		record.writes++;
		record.writtenBytes += entry.bytes;
	}
}

const factsOf = ({ size, from }: EntryFacts): EntryFacts => ({ size, from });
