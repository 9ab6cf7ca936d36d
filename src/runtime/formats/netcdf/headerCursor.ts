import { shown } from '../../internals.ts';
import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** The header is read in pieces no larger than this. */
const WINDOW_BYTES = 64 * 1024;
const MOST_COUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads a classic header forward, field by field. Nothing is read, and no memory taken, beyond `maxBytes`. */
export class HeaderCursor {
	readonly source: ByteSource;
	/** Whether counts are 64 bits wide: CDF-5. */
	readonly #wide: boolean;
	readonly #maxBytes: number;
	readonly #window: ByteWindow;
	#offset: number;

	constructor(source: ByteSource, offset: number, wide: boolean, maxBytes: number) {
		this.source = source;
		this.#offset = offset;
		this.#wide = wide;
		this.#maxBytes = maxBytes;
		this.#window = source.window(WINDOW_BYTES);
	}

	get offset(): number {
		return this.#offset;
	}

	async uint32(what: string): Promise<number> {
		return (await this.#take(4, what)).readUInt32BE();
	}

	/** Of 64 bits; throws `damaged` where it is more than a place in a file can be. */
	async uint64(what: string): Promise<number> {
		const at = this.#offset;
		const value = (await this.#take(8, what)).readBigUInt64BE();
		if (value > MOST_COUNT) throw this.damaged(at, `${what} is ${value}`);
		return Number(value);
	}

	/** A count or a length: 64 bits in CDF-5, else 32. */
	count(what: string): Promise<number> {
		return this.#wide ? this.uint64(what) : this.uint32(what);
	}

	/** As the file has it, for counts of which one value has a meaning of its own. */
	async rawCount(what: string): Promise<bigint> {
		if (this.#wide) return (await this.#take(8, what)).readBigUInt64BE();
		return BigInt(await this.uint32(what));
	}

	/** A name, padded to four bytes. */
	async name(what: string): Promise<string> {
		const at = this.#offset;
		const bytes = await this.padded(await this.count(`the length of ${what}`), what);
		const name = textOf(bytes);
		if (name === '') throw this.damaged(at, `${what} is empty`);
		return name;
	}

	/** So many bytes, and those that fill up to a multiple of four. Valid until the next call. */
	async padded(bytes: number, what: string): Promise<Buffer> {
		const taken = await this.#take(bytes, what);
		// The last field may be the file's last: what fills up is not missed.
		this.#offset += -bytes & 3;
		return taken;
	}

	damaged(offset: number, problem: string): Error {
		return formatErrors.damaged(this.source.path, offset, problem);
	}

	release(): void {
		this.#window.release();
	}

	async #take(bytes: number, what: string): Promise<Buffer> {
		const offset = this.#offset;
		if (offset + bytes > this.source.size) throw this.source.truncated(offset, bytes, what);
		if (offset + bytes > this.#maxBytes) {
			const { path } = this.source;
			throw formatErrors.tooLarge(path, 'the header', offset + bytes, 'maxHeaderBytes', this.#maxBytes, offset);
		}
		const here = this.#window.at(offset, bytes);
		if (here) {
			this.#offset += bytes;
			return here;
		}
		this.#offset += bytes;
		if (bytes <= WINDOW_BYTES) return this.#window.bytes(offset, bytes, what);
		const large = Buffer.allocUnsafeSlow(bytes);
		await this.source.readExactly(large, offset, what);
		return large;
	}
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Text as it is meant: UTF-8, and Latin-1 where it is none, without the zeros with which C ends it. */
export function textOf(bytes: Buffer): string {
	let end = bytes.length;
	while (end > 0 && bytes[end - 1] === 0) end--;
	const text = bytes.subarray(0, end);
	try {
		return UTF8.decode(text);
	} catch {
		return text.toString('latin1');
	}
}

/** For errors: what a thing of the header is called. */
export const named = (kind: string, name: string): string => `${kind} ${shown(name)}`;
