import { runtimeErrors } from '../../internals.ts';

/** Up to this width a loop over bytes is faster than a call that copies them. */
const SHORT_BYTES = 32;

/**
 * Texts of a column, each of `width` bytes. They become strings one by one, when they are asked for: those of a whole batch at once would
 * cost more memory than the batch.
 */
export class FitsTexts implements Iterable<string> {
	readonly length: number;
	/** Bytes of each. */
	readonly width: number;
	readonly #bytes: Buffer;

	/** @internal */
	constructor(bytes: Buffer, length: number, width: number) {
		this.length = length;
		this.width = width;
		this.#bytes = bytes;
	}

	/** A text without the blanks at its end; `undefined` beyond the last. Throws `disposed` when its batch is over (see `reuse`). */
	at(index: number): string | undefined {
		if (!(index >= 0 && index < this.length)) return undefined;
		if (this.#bytes.length < this.length * this.width) throw runtimeErrors.disposed('A batch of texts');
		return textAt(this.#bytes, index * this.width, this.width);
	}

	*[Symbol.iterator](): Iterator<string> {
		for (let i = 0; i < this.length; i++) yield this.at(i) ?? '';
	}

	/** All of them, in memory of their own. */
	toArray(): string[] {
		return Array.from(this);
	}
}

/** Up to the first zero byte, without blanks at its end (FITS standard 4.0, section 7.3.3.1). */
export function textAt(bytes: Buffer, offset: number, length: number): string {
	let end = offset + length;
	for (let i = offset; i < end; i++) if (bytes[i] === 0) end = i;
	while (end > offset && bytes[end - 1] === 0x20) end--;
	return bytes.toString('latin1', offset, end);
}

/** Puts a column of texts together: `width` bytes out of every `stride`. */
export function gatherTexts(
	bytes: Buffer,
	offset: number,
	stride: number,
	rows: number,
	width: number,
	into: Buffer,
): void {
	for (let row = 0, from = offset, to = 0; row < rows; row++, from += stride, to += width) {
		if (width > SHORT_BYTES) bytes.copy(into, to, from, from + width);
		else for (let i = 0; i < width; i++) into[to + i] = bytes[from + i] ?? 0;
	}
}
