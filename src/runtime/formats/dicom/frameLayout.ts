import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { DicomElement } from './dicomElement.ts';
import { DicomFrame, type FrameAccess, type Stretch } from './dicomFrame.ts';
import { ITEM, SEQUENCE_END, tagAt, UNDEFINED_LENGTH } from './elementHeader.ts';
import { frameBits } from './pixelFacts.ts';
import { RLE } from './transferSyntaxes.ts';

/** Elements before the pixel data that locate frames of more than 4 GiB. */
export interface ExtendedTable {
	readonly offsets: Stretch;
	readonly littleEndian: boolean;
}

interface Fragment extends Stretch {
	/** Where its item begins, from where the first one does: what offset tables count. */
	readonly place: number;
	/** Whether a picture of the JPEG family begins with it. */
	readonly begins: boolean;
}

/** How fragments make up frames, in a file that has more than one frame. */
type Layout =
	| { readonly kind: 'table'; readonly at: number; readonly entryBytes: 4 | 8; readonly littleEndian: boolean }
	| { readonly kind: 'oneEach' }
	| { readonly kind: 'byBeginning' };

const PIXEL_FRAGMENTS = 'the fragments of the pixel data';
/** More in one frame are a mistake, and would be kept in memory. */
const MOST_FRAGMENTS = 100_000;

/** Frames that follow each other without anything between them. */
export async function* plainFrames(
	pixels: DicomElement,
	access: FrameAccess,
	start: number,
	end: number,
): AsyncGenerator<DicomFrame, void, undefined> {
	const { image, source, path } = access;
	const bits = frameBits(image);
	if (bits === undefined) {
		throw formatErrors.damaged(
			path,
			pixels.offset,
			'Rows, Columns or Bits Allocated is missing, so that the size of a frame is not known',
		);
	}
	for (let index = start; index < end; index++) {
		const from = Math.floor((index * bits) / 8);
		const to = Math.ceil(((index + 1) * bits) / 8);
		if (!Number.isSafeInteger(to) || to > (pixels.lengthBytes ?? 0)) {
			const problem = `the pixel data of ${pixels.lengthBytes} bytes have no room for frame ${index} of ${image.frames}`;
			throw formatErrors.damaged(path, pixels.valueOffset, problem);
		}
		const offset = pixels.valueOffset + from;
		if (offset + to - from > source.size) throw source.truncated(offset, to - from, `frame ${index}`);
		yield new DicomFrame(index, [{ offset, lengthBytes: to - from }], (index * bits) % 8, access);
	}
}

/** Frames in fragments, found by an offset table or, without one, by going through all fragments. */
export class EncapsulatedFrames {
	readonly #pixels: DicomElement;
	readonly #access: FrameAccess;
	readonly #extended: ExtendedTable | undefined;

	constructor(pixels: DicomElement, access: FrameAccess, extended: ExtendedTable | undefined) {
		this.#pixels = pixels;
		this.#access = access;
		this.#extended = extended;
	}

	async *frames(start: number, end: number): AsyncGenerator<DicomFrame, void, undefined> {
		const window = this.#access.source.window(this.#access.windowBytes);
		const tableWindow = this.#access.source.window(this.#access.windowBytes);
		try {
			const { frames } = this.#access.image;
			const table = await this.#item(window, this.#pixels.valueOffset);
			if (!table)
				throw this.#damaged(this.#pixels.valueOffset, 'the pixel data have no offset table, not even an empty one');
			const first = table.offset + table.lengthBytes;
			if (frames === 1) {
				if (start < 1 && end > 0) yield await this.#gathered(window, first, first, 0, () => false);
				return;
			}
			const layout = await this.#layout(window, table, first);
			if (layout.kind === 'table') yield* this.#byTable(window, tableWindow, layout, first, start, end);
			else yield* this.#inOrder(window, layout.kind, first, start, end);
		} finally {
			window.release();
			tableWindow.release();
		}
	}

	async #layout(window: ByteWindow, table: Stretch, first: number): Promise<Layout> {
		const { frames } = this.#access.image;
		if (this.#extended && this.#extended.offsets.lengthBytes === frames * 8) {
			const { offsets, littleEndian } = this.#extended;
			return { kind: 'table', at: offsets.offset, entryBytes: 8, littleEndian };
		}
		if (table.lengthBytes === frames * 4) return { kind: 'table', at: table.offset, entryBytes: 4, littleEndian: true };
		if (this.#access.transferSyntax.uid === RLE) return { kind: 'oneEach' };
		let fragments = 0;
		let beginnings = 0;
		for await (const { begins } of this.#fragments(window, first, first)) {
			fragments++;
			if (begins) beginnings++;
		}
		if (fragments === frames) return { kind: 'oneEach' };
		if (beginnings === frames) return { kind: 'byBeginning' };
		throw this.#damaged(
			first,
			`${fragments} fragments without an offset table do not tell where the ${frames} frames begin`,
		);
	}

	async *#byTable(
		window: ByteWindow,
		tableWindow: ByteWindow,
		{ at, entryBytes, littleEndian }: Layout & { kind: 'table' },
		first: number,
		start: number,
		end: number,
	): AsyncGenerator<DicomFrame, void, undefined> {
		const { frames } = this.#access.image;
		const entry = async (index: number) => {
			if (index >= frames) return Number.POSITIVE_INFINITY;
			const bytes = await tableWindow.bytes(at + index * entryBytes, entryBytes, 'the offset table');
			if (entryBytes === 4) return bytes.readUInt32LE(0);
			return Number(littleEndian ? bytes.readBigUInt64LE(0) : bytes.readBigUInt64BE(0));
		};
		for (let index = start; index < end; index++) {
			const place = await entry(index);
			const next = await entry(index + 1);
			if (!Number.isSafeInteger(place) || next <= place) {
				throw this.#damaged(at + index * entryBytes, 'the offset table of the pixel data does not go upwards');
			}
			yield await this.#gathered(window, first + place, first, index, fragment => fragment.place >= next);
		}
	}

	/** The frame whose fragments begin at `at` and end before the first for which `ends` holds. */
	async #gathered(
		window: ByteWindow,
		at: number,
		first: number,
		index: number,
		ends: (fragment: Fragment) => boolean,
	): Promise<DicomFrame> {
		const found: Stretch[] = [];
		for await (const fragment of this.#fragments(window, at, first)) {
			if (ends(fragment)) break;
			this.#add(found, fragment);
		}
		if (found.length === 0) throw this.#damaged(at, `there are no fragments for frame ${index}`);
		return new DicomFrame(index, found, 0, this.#access);
	}

	async *#inOrder(
		window: ByteWindow,
		kind: 'oneEach' | 'byBeginning',
		first: number,
		start: number,
		end: number,
	): AsyncGenerator<DicomFrame, void, undefined> {
		let index = -1;
		let found: Stretch[] = [];
		for await (const fragment of this.#fragments(window, first, first)) {
			if (kind === 'oneEach' || fragment.begins || index < 0) {
				if (index >= start && index < end) yield new DicomFrame(index, found, 0, this.#access);
				if (++index >= end) return;
				found = [];
			}
			if (index >= start) this.#add(found, fragment);
		}
		if (index >= start && index < end) yield new DicomFrame(index, found, 0, this.#access);
		if (index + 1 < end)
			throw this.#damaged(first, `the pixel data end after ${index + 1} of ${this.#access.image.frames} frames`);
	}

	#add(found: Stretch[], { offset, lengthBytes }: Fragment): void {
		if (found.length >= MOST_FRAGMENTS)
			throw this.#damaged(offset, `a frame has more than ${MOST_FRAGMENTS} fragments`);
		found.push({ offset, lengthBytes });
	}

	async *#fragments(window: ByteWindow, from: number, first: number): AsyncGenerator<Fragment, void, undefined> {
		for (let at = from; ; ) {
			const item = await this.#item(window, at);
			if (!item) return;
			const { offset, lengthBytes } = item;
			const bytes =
				window.at(offset, 2) ?? (lengthBytes >= 2 ? await window.bytes(offset, 2, PIXEL_FRAGMENTS) : undefined);
			const start = bytes && lengthBytes >= 2 ? bytes.readUInt16BE(0) : 0;
			// JPEG and JPEG-LS, JPEG 2000, JPEG XL.
			yield {
				offset,
				lengthBytes,
				place: at - first,
				begins: start === 0xffd8 || start === 0xff4f || start === 0xff0a,
			};
			at = offset + lengthBytes;
		}
	}

	/** The content of the item at this place; `undefined` for the end mark. Always little-endian. */
	async #item(window: ByteWindow, at: number): Promise<Stretch | undefined> {
		const { source } = this.#access;
		const bytes = await window.bytes(at, 8, PIXEL_FRAGMENTS);
		const tag = tagAt(bytes, 0, true);
		const lengthBytes = bytes.readUInt32LE(4);
		if (tag === SEQUENCE_END) return undefined;
		if (tag !== ITEM || lengthBytes === UNDEFINED_LENGTH)
			throw this.#damaged(at, 'a fragment of the pixel data is expected there');
		if (at + 8 + lengthBytes > source.size) throw source.truncated(at + 8, lengthBytes, 'a fragment of the pixel data');
		return { offset: at + 8, lengthBytes };
	}

	#damaged(offset: number, problem: string): Error {
		return formatErrors.damaged(this.#access.path, offset, problem);
	}
}
