import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { oggChecksum } from './checksums.ts';

/** The largest that a page can be: its header, 255 lengths, 255 times 255 bytes. */
export const MOST_PAGE_BYTES = 27 + 255 + 255 * 255;
const HEADER_BYTES = 27;
const SUM_AT = 22;
const NO_BYTES = new Uint8Array(4);

/** A page of an Ogg stream (RFC 3533), proven by its sum. Its bytes are valid until the next is asked for. */
export interface OggPage {
	readonly offset: number;
	readonly bytes: Buffer;
	/** Where its packets begin in `bytes`, and their lengths in pieces of at most 255. */
	readonly bodyOffset: number;
	readonly serial: number;
	readonly sequence: number;
	/** The position at its end, as the codec counts; `undefined` where no packet ends in it. */
	readonly position: number | undefined;
	readonly isFirst: boolean;
	readonly isLast: boolean;
}

/** The pages from `offset` on. Throws `damaged` for what is none, and `truncated` where the last is not whole. */
export async function* oggPages(window: ByteWindow, offset: number): AsyncGenerator<OggPage, void, undefined> {
	const { source } = window;
	let streamsOpen = 0;
	for (let at = offset; at < source.size; ) {
		const bytes =
			window.at(at, MOST_PAGE_BYTES) ?? (await window.upTo(at, Math.min(MOST_PAGE_BYTES, source.size - at)));
		const page = pageAt(bytes, 0, at);
		if (page === 'cut off') throw source.truncated(at, bytes.length + 1, 'the last page');
		if (page === undefined) {
			// Behind the end of all streams, tags of other formats and padding do no harm.
			if (at > offset && streamsOpen <= 0 && isHarmless(bytes)) return;
			throw formatErrors.damaged(source.path, at, 'no whole page of Ogg begins where one should');
		}
		if (page.isFirst) streamsOpen++;
		if (page.isLast) streamsOpen--;
		yield page;
		at += page.bytes.length;
	}
}

const isHarmless = (bytes: Buffer) => bytes.toString('latin1', 0, 3) === 'TAG' || bytes.every(byte => byte === 0);

/** The last whole page in the last bytes of the file. */
export async function lastOggPage(window: ByteWindow): Promise<OggPage | undefined> {
	const { source } = window;
	const start = Math.max(source.size - MOST_PAGE_BYTES, 0);
	const bytes = await window.upTo(start, Math.min(MOST_PAGE_BYTES, source.size));
	for (let at = bytes.lastIndexOf('OggS'); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf('OggS', at - 1)) {
		const page = pageAt(bytes, at, start + at);
		if (page !== undefined && page !== 'cut off') return page;
	}
	return undefined;
}

function pageAt(bytes: Buffer, at: number, offset: number): OggPage | 'cut off' | undefined {
	const there = bytes.length - at;
	if (bytes.toString('latin1', at, at + 4) !== 'OggS'.slice(0, there)) return undefined;
	if (there < HEADER_BYTES) return 'cut off';
	const segments = bytes.readUInt8(at + 26);
	const bodyOffset = HEADER_BYTES + segments;
	if (there < bodyOffset) return 'cut off';
	let length = bodyOffset;
	for (let i = 0; i < segments; i++) length += bytes.readUInt8(at + HEADER_BYTES + i);
	if (there < length) return 'cut off';
	let sum = oggChecksum(bytes, at, at + SUM_AT);
	sum = oggChecksum(NO_BYTES, 0, 4, sum);
	sum = oggChecksum(bytes, at + SUM_AT + 4, at + length, sum);
	if (sum !== bytes.readUInt32LE(at + SUM_AT) || bytes.readUInt8(at + 4) !== 0) return undefined;
	const kind = bytes.readUInt8(at + 5);
	const position = Number(bytes.readBigInt64LE(at + 6));
	return {
		offset,
		bytes: bytes.subarray(at, at + length),
		bodyOffset,
		serial: bytes.readUInt32LE(at + 14),
		sequence: bytes.readUInt32LE(at + 18),
		position: position >= 0 ? position : undefined,
		isFirst: (kind & 2) !== 0,
		isLast: (kind & 4) !== 0,
	};
}

/** Cuts pages into packets; one that goes on in the next page is kept until it is whole. */
export class OggPackets {
	readonly #mostBytes: number;
	#begun: Buffer[] = [];
	#begunBytes = 0;

	constructor(mostBytes: number) {
		this.#mostBytes = mostBytes;
	}

	/** Packets that end in this page. Throws `RangeError` for one that is larger than it may be. */
	*of({ bytes, bodyOffset }: OggPage): Generator<Buffer, void, undefined> {
		let start = bodyOffset;
		let end = bodyOffset;
		for (let segment = HEADER_BYTES; segment < bodyOffset; segment++) {
			const length = bytes.readUInt8(segment);
			end += length;
			if (length === 255) continue;
			const piece = bytes.subarray(start, end);
			yield this.#begun.length === 0 ? piece : Buffer.concat([...this.#begun, piece]);
			this.#begun = [];
			this.#begunBytes = 0;
			start = end;
		}
		if (start === end) return;
		this.#begunBytes += end - start;
		if (this.#begunBytes > this.#mostBytes) throw new RangeError(`a packet is larger than ${this.#mostBytes} bytes`);
		this.#begun.push(Buffer.from(bytes.subarray(start, end)));
	}
}
