/**
 * Keeps readings so that they do not show in later ones: as bytes outside the heap, in one buffer whose size is known. As objects
 * or strings they would be what grows.
 */
export class ReadingStore<T> {
	#bytes = Buffer.allocUnsafeSlow(0);
	readonly #ends: number[] = [];

	/** To be taken off what is measured of array buffers and external memory. */
	get ownBytes(): number {
		return this.#bytes.byteLength;
	}

	get size(): number {
		return this.#ends.length;
	}

	add(reading: T): void {
		const text = JSON.stringify(reading);
		const more = Buffer.byteLength(text);
		const bytes = Buffer.allocUnsafeSlow(this.#bytes.byteLength + more);
		this.#bytes.copy(bytes);
		bytes.write(text, this.#bytes.byteLength);
		this.#bytes = bytes;
		this.#ends.push(bytes.byteLength);
	}

	all(): T[] {
		return this.#ends.map((end, i) => JSON.parse(this.#bytes.toString('utf8', this.#ends[i - 1] ?? 0, end)) as T);
	}
}
