import { isAscii, isUtf8 } from 'node:buffer';
import { fileErrors } from './fileErrors.ts';
import type { FileSettings } from './fileOptions.ts';

const NEWLINE = 10;
const RETURN = 13;
/** Decoded at a time. Lines are slices of the decoded text, so a line that is kept keeps this much with it; larger is no faster. */
const BLOCK_BYTES = 64 * 1024;

/** Whole lines, decoded. */
export interface LineBlock {
	/** Each line with its line break; only the file's last may lack it. */
	readonly text: string;
	/** There may be CRLF in it. */
	readonly returns: boolean;
}

/** The lines of a block without their line breaks. A carriage return alone breaks no line. */
export function linesOf({ text, returns }: LineBlock): string[] {
	const lines = text.split('\n');
	if (text.endsWith('\n')) lines.pop();
	if (!returns) return lines;
	// The last line of a file that ends without a line break keeps its carriage return.
	const broken = text.endsWith('\n') ? lines.length : lines.length - 1;
	for (let i = 0; i < broken; i++) {
		const line = lines[i];
		if (line?.endsWith('\r')) lines[i] = line.slice(0, -1);
	}
	return lines;
}

type Settings = Pick<FileSettings, 'path' | 'encoding' | 'fatal' | 'maxLineBytes' | 'start'>;

/** Cuts chunks into blocks of whole lines: what a chunk leaves of a line is kept, copied, until the rest comes. */
export class LineCutter {
	readonly #settings: Settings;
	readonly #blockBytes: number;
	#carried: Buffer[] = [];
	#carriedBytes = 0;
	/** Where the next block begins, bytes from the start of the file. */
	#offset: number;
	/** Lines taken out of blocks so far, for errors; the consumer counts. */
	lines = 0;

	constructor(settings: Settings) {
		this.#settings = settings;
		this.#offset = settings.start;
		// A line over the limit then never lies inside a block, and only lines that are cut need a look.
		this.#blockBytes = Math.min(BLOCK_BYTES, settings.maxLineBytes + 1);
	}

	/** Throws `lineTooLong`, and `invalidInput` where only UTF-8 is allowed. */
	*cut(chunk: Buffer): Generator<LineBlock, void, undefined> {
		let from = 0;
		if (this.#carriedBytes > 0) {
			const newline = chunk.indexOf(NEWLINE);
			const to = newline < 0 ? chunk.length : newline + 1;
			this.#carry(chunk.subarray(0, to), newline < 0 ? to : newline);
			if (newline < 0) return;
			yield this.#carriedBlock();
			from = to;
		}
		while (from < chunk.length) {
			const to = this.#blockEnd(chunk, from);
			if (to < 0) break;
			yield this.#decode(chunk.subarray(from, to));
			from = to;
		}
		if (from < chunk.length) this.#carry(chunk.subarray(from), chunk.length - from);
	}

	/** What is left at the end of the file: a line without a line break. */
	*end(): Generator<LineBlock, void, undefined> {
		if (this.#carriedBytes === 0) return;
		const block = this.#carriedBlock();
		if (block.text !== '') yield block;
	}

	/** After the last line break within a block's length, or the first after it; -1 where none is left. */
	#blockEnd(chunk: Buffer, from: number): number {
		const limit = from + this.#blockBytes;
		if (limit < chunk.length) {
			const last = chunk.subarray(from, limit).lastIndexOf(NEWLINE);
			if (last >= 0) return from + last + 1;
			const next = chunk.indexOf(NEWLINE, limit);
			if (next < 0) return -1;
			this.#checkLength(next - from);
			return next + 1;
		}
		const last = chunk.subarray(from).lastIndexOf(NEWLINE);
		return last < 0 ? -1 : from + last + 1;
	}

	/** `lineBytes` of `part` belong to the line itself. */
	#carry(part: Buffer, lineBytes: number): void {
		this.#checkLength(this.#carriedBytes + lineBytes);
		this.#carried.push(Buffer.from(part));
		this.#carriedBytes += part.length;
	}

	#checkLength(lineBytes: number): void {
		const { path, maxLineBytes } = this.#settings;
		if (lineBytes <= maxLineBytes) return;
		throw fileErrors.lineTooLong({ path, offset: this.#offset, line: this.lines + 1 }, maxLineBytes);
	}

	#carriedBlock(): LineBlock {
		const [first] = this.#carried;
		const bytes = this.#carried.length === 1 && first ? first : Buffer.concat(this.#carried, this.#carriedBytes);
		this.#carried = [];
		this.#carriedBytes = 0;
		return this.#decode(bytes);
	}

	#decode(bytes: Buffer): LineBlock {
		const { encoding, fatal } = this.#settings;
		const bom =
			this.#offset === 0 && encoding === 'utf8' && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
		// Text of ASCII alone is copied as it is, which is several times faster than decoding it.
		const plain = encoding === 'latin1' || isAscii(bytes);
		if (!plain && fatal && !isUtf8(bytes)) this.#refuse(bytes);
		const text = bytes.toString(plain ? 'latin1' : 'utf8', bom ? 3 : 0);
		this.#offset += bytes.length;
		return { text, returns: bytes.includes(RETURN) };
	}

	#refuse(bytes: Buffer): never {
		let from = 0;
		let line = this.lines + 1;
		for (; ; line++) {
			const newline = bytes.indexOf(NEWLINE, from);
			const to = newline < 0 ? bytes.length : newline + 1;
			if (!isUtf8(bytes.subarray(from, to)) || newline < 0) break;
			from = to;
		}
		throw fileErrors.notUtf8({ path: this.#settings.path, offset: this.#offset + from, line });
	}
}
