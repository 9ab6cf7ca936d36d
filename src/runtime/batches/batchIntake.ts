import { batchErrors } from './batchErrors.ts';
import type { BatchSettings } from './batchOptions.ts';
import type { BatchSizer } from './batchSizer.ts';
import { type Input, ItemSource } from './itemSource.ts';

export interface IntakeHost<In> {
	readonly settings: Pick<BatchSettings<In, unknown>, 'name' | 'bytesOf'>;
	readonly sizer: Pick<BatchSizer, 'size' | 'concurrency' | 'budget'>;
	/** Batches in work, and the bytes declared for them. */
	slots(): number;
	slotBytes(): number;
	/** A batch is about to be filled. */
	prepare(): void;
	begin(items: In[], index: number, bytes: number): void;
	/** The size of this item cannot be told. */
	refuse(item: In, index: number, error: unknown): void;
	/** Something happened while nobody was asking. */
	wake(): void;
}

/**
 * Pulls items and makes batches of them, not more than fit: no item is asked for while as many batches as allowed are in work. One item may
 * wait because its declared bytes do not fit yet.
 */
export class BatchIntake<In> {
	readonly #host: IntakeHost<In>;
	readonly #source: ItemSource<In>;
	#batch: In[] = [];
	#bytes = 0;
	#index = 0;
	/** Of the held item, so that a size function is asked once for each. */
	#heldBytes: number | undefined;
	#ended = false;
	#filling = false;

	constructor(host: IntakeHost<In>, input: Input<In>) {
		this.#host = host;
		this.#source = new ItemSource(input, () => {
			this.fill();
			if (this.#ended || host.slots() > 0) host.wake();
		});
	}

	/** Whether no batch follows those that were begun. */
	get ended(): boolean {
		return this.#ended;
	}

	/** What the input threw. */
	get failure(): { error: unknown } | undefined {
		return this.#source.failure;
	}

	/** Begins as many batches as there is room for and input at hand. */
	fill(): void {
		// A batch that ends while it is begun comes back here.
		if (this.#filling) return;
		this.#filling = true;
		try {
			while (!this.#ended && this.#host.slots() < this.#host.sizer.concurrency && this.#takeOne());
		} finally {
			this.#filling = false;
		}
	}

	/** Nothing more is pulled; a batch that was not begun is dropped. */
	stop(): void {
		this.#ended = true;
		this.#batch = [];
	}

	async close(): Promise<void> {
		this.stop();
		await this.#source.close();
	}

	/** False: there is nothing to take now. */
	#takeOne(): boolean {
		if (this.#batch.length === 0) this.#host.prepare();
		const state = this.#source.pull();
		if (state === 'waiting') return false;
		if (state !== 'item') {
			this.#flush();
			this.#ended = true;
			return false;
		}
		const bytes = this.#bytesOfHeld();
		if (bytes === undefined) return true;
		if (!this.#fits(bytes)) {
			const had = this.#batch.length > 0;
			this.#flush();
			return had;
		}
		if (this.#batch.length === 0) this.#index = this.#source.index;
		this.#batch.push(this.#source.held);
		this.#bytes += bytes;
		this.#heldBytes = undefined;
		this.#source.drop();
		if (this.#batch.length >= this.#host.sizer.size) this.#flush();
		return true;
	}

	/** 0 where nobody declares; `undefined` when the item was refused. */
	#bytesOfHeld(): number | undefined {
		const { bytesOf, name } = this.#host.settings;
		if (!bytesOf) return 0;
		if (this.#heldBytes !== undefined) return this.#heldBytes;
		const { held, index } = this.#source;
		try {
			const bytes = bytesOf(held);
			if (typeof bytes !== 'number' || !(bytes >= 0 && bytes <= Number.MAX_SAFE_INTEGER)) {
				throw batchErrors.itemSize(name, index, bytes);
			}
			this.#heldBytes = bytes;
			return bytes;
		} catch (error) {
			// Batches hold items that follow each other, so the one before this item ends here.
			this.#flush();
			this.#source.drop();
			this.#host.refuse(held, index, error);
			return undefined;
		}
	}

	#fits(bytes: number): boolean {
		const { budget, concurrency } = this.#host.sizer;
		if (budget === undefined || !this.#host.settings.bytesOf) return true;
		const alone = this.#batch.length === 0;
		if (this.#host.slotBytes() + this.#bytes + bytes > budget) return alone && this.#host.slots() === 0;
		// One batch must not take the bytes of all.
		return alone || this.#bytes + bytes <= budget / concurrency;
	}

	#flush(): void {
		if (this.#batch.length === 0) return;
		const [items, index, bytes] = [this.#batch, this.#index, this.#bytes];
		this.#batch = [];
		this.#bytes = 0;
		this.#host.begin(items, index, bytes);
	}
}
