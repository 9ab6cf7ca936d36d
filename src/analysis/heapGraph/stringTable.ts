/** How much of a string is kept. V8 itself writes at most 1024 characters of one; what is shown of it is shorter. */
export const KEPT_STRING_BYTES = 512;
const SEGMENT_BYTES = 1 << 18;

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const BACKSLASH = 0x5c;

/**
 * The strings of a snapshot as the bytes that stood in the file, cut to {@link KEPT_STRING_BYTES}, and decoded when one is asked
 * for: a snapshot has millions, of which a person sees dozens. Nothing is ever moved: bytes go into segments.
 */
export class StringTable {
	readonly #segments: Uint8Array[] = [];
	#end = SEGMENT_BYTES;
	#starts = new Float64Array(1024);
	#lengths = new Uint16Array(1024);
	#count = 0;
	readonly #decoder = new TextDecoder();

	get count(): number {
		return this.#count;
	}

	/** Adds what stands between the quotes. */
	add(bytes: Uint8Array, start: number, end: number): void {
		const length = Math.min(end - start, KEPT_STRING_BYTES);
		if (this.#segments.length === 0 || this.#end + length > SEGMENT_BYTES) {
			this.#segments.push(new Uint8Array(SEGMENT_BYTES));
			this.#end = 0;
		}
		if (this.#count === this.#starts.length) this.#grow();
		this.#starts[this.#count] = (this.#segments.length - 1) * SEGMENT_BYTES + this.#end;
		// One more than is kept says that there was more.
		this.#lengths[this.#count] = end - start > length ? length + 1 : length;
		this.#count++;
		const segment = this.#segments[this.#segments.length - 1] as Uint8Array;
		segment.set(bytes.subarray(start, start + length), this.#end);
		this.#end += length;
	}

	/** Text of a string; with an ellipsis where it was cut. Empty for an index that is not there. */
	text(index: number): string {
		if (index >= this.#count) return '';
		const start = this.#starts[index] as number;
		const length = this.#lengths[index] as number;
		const segment = this.#segments[Math.floor(start / SEGMENT_BYTES)] as Uint8Array;
		const from = start % SEGMENT_BYTES;
		const cut = length > KEPT_STRING_BYTES;
		const bytes = segment.subarray(from, from + Math.min(length, KEPT_STRING_BYTES));
		return cut ? `${decoded(this.#decoder.decode(bytes)).replace(/\uFFFD$/, '')}…` : this.#whole(bytes);
	}

	#whole(bytes: Uint8Array): string {
		const text = this.#decoder.decode(bytes);
		return bytes.includes(BACKSLASH) ? decoded(text) : text;
	}

	#grow(): void {
		const starts = new Float64Array(this.#starts.length * 2);
		starts.set(this.#starts);
		this.#starts = starts;
		const lengths = new Uint16Array(this.#lengths.length * 2);
		lengths.set(this.#lengths);
		this.#lengths = lengths;
	}
}

/** JSON's escapes undone; one that was cut in two at the end is left out. */
function decoded(text: string): string {
	return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^u])|u?[0-9a-fA-F]{0,3}$)/g, (_, code?: string, sign?: string) => {
		if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
		return sign === undefined ? '' : (ESCAPES[sign] ?? sign);
	});
}
