/** Batches looked back on. */
const WINDOW = 32;
/** The estimate is not below the middle of so many last ones: items that grow must be noticed before they are a tenth of the window. */
const RECENT = 3;
const QUANTILE = 0.9;

/**
 * Bytes that an item takes while it is in work, from the growth of memory around batches. A high quantile and not the mean, because a
 * bound has to hold; and because a collection inside a batch hides growth, small figures say little. Growth that is not
 * positive says nothing and is left out.
 */
export class BytesPerItem {
	readonly #window: number[] = [];
	#next = 0;
	#estimate: number | undefined;
	#stale = false;

	/** Growth of `bytes` shared by `items`. False when it says nothing. */
	add(bytes: number, items: number): boolean {
		const each = bytes / items;
		if (!(each > 0 && each < Number.POSITIVE_INFINITY)) return false;
		this.#window[this.#next % WINDOW] = each;
		this.#next++;
		this.#stale = true;
		return true;
	}

	/** Absent before the first growth was seen. */
	get estimate(): number | undefined {
		if (this.#stale) this.#estimate = Math.max(quantile(this.#window, QUANTILE), quantile(this.#recent(), 0.5));
		this.#stale = false;
		return this.#estimate;
	}

	#recent(): number[] {
		const count = Math.min(RECENT, this.#next);
		return Array.from({ length: count }, (_, i) => this.#window[(this.#next - 1 - i) % WINDOW] ?? 0);
	}
}

/** By the nearest rank: a value that was seen. */
function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
