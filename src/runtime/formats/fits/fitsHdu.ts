import { formatErrors } from '../formatErrors.ts';
import { product } from './fitsBoxes.ts';
import { type FitsColumn, tableColumns } from './fitsColumns.ts';
import { BLOCK_BYTES, type FitsHeader } from './fitsHeader.ts';
import { BITPIX, type Bitpix } from './fitsPixels.ts';

/** `compressedImage`: an image whose tiles are in a table; `other`: an extension of a type unknown here, its header is read. */
export type FitsHduKind = 'image' | 'table' | 'asciiTable' | 'compressedImage' | 'randomGroups' | 'other';

/** FITS standard 4.0, section 4.4.1: at most 999 axes and columns. */
const MOST = 999;

/** One header and what it describes; the data themselves stay in the file until they are asked for. */
export class FitsHdu {
	/** From 0, the primary one. */
	readonly index: number;
	readonly kind: FitsHduKind;
	/** EXTNAME, or empty. */
	readonly name: string;
	/** EXTVER, 1 without it. */
	readonly version: number;
	readonly header: FitsHeader;
	/**
	 * Of images and groups, the slowest axis first, as in C and numpy: `[NAXIS3, NAXIS2, NAXIS1]`, after decompression. Empty for what
	 * has no pixels.
	 */
	readonly shape: readonly number[];
	/** Bits of a stored pixel, negative for floating-point ones. */
	readonly bitpix: Bitpix;
	/** Rows of a table, groups of random groups; 0 otherwise. */
	readonly rows: number;
	/** Bytes of a table's row, of a group. */
	readonly rowBytes: number;
	/** Where its data begin in the file. */
	readonly dataOffset: number;
	/** Bytes of its data, with the heap of a table, without padding: what the header promises. */
	readonly dataBytes: number;
	readonly #path: string;
	#columns: readonly FitsColumn[] | undefined;

	/** @internal Throws `damaged` for a header whose sizes make no sense. */
	constructor(path: string, index: number, header: FitsHeader) {
		this.#path = path;
		this.index = index;
		this.header = header;
		this.name = header.text('EXTNAME') ?? '';
		this.version = header.number('EXTVER') ?? 1;
		this.dataOffset = header.offset + header.bytes;
		const stored = this.#shape('BITPIX', 'NAXIS');
		const parameters = this.#count('PCOUNT', 0);
		const groups = this.#count('GCOUNT', 1);
		const [first, ...others] = stored.axes;
		const grouped = index === 0 && first === 0 && header.get('GROUPS') === true;
		this.kind = grouped ? 'randomGroups' : kindOf(index, header);
		const elementBytes = Math.abs(stored.bitpix) / 8;
		const pixels = first === undefined ? 0 : product(grouped ? others : stored.axes);
		// PCOUNT and GCOUNT of a primary HDU without groups say nothing.
		const oneGroup = index === 0 && !grouped ? pixels : parameters + pixels;
		this.dataBytes = elementBytes * oneGroup * (index === 0 && !grouped ? 1 : groups);
		if (!Number.isSafeInteger(this.dataOffset + this.dataBytes))
			this.#fail('its axes make more bytes than any file has');
		const table = this.kind === 'table' || this.kind === 'asciiTable' || this.kind === 'compressedImage';
		this.rows = grouped ? groups : table ? (stored.axes[1] ?? 0) : 0;
		this.rowBytes = grouped ? elementBytes * oneGroup : table ? (first ?? 0) : 0;
		const image = this.kind === 'compressedImage' ? this.#shape('ZBITPIX', 'ZNAXIS') : stored;
		this.bitpix = image.bitpix;
		const axes = grouped ? others : this.kind === 'image' || this.kind === 'compressedImage' ? image.axes : [];
		this.shape = [...axes].reverse();
		if (!Number.isSafeInteger(product(this.shape) * 8)) this.#fail('its axes make more pixels than any file has');
	}

	/** Of a table, or of the table that holds a compressed image; empty otherwise. Throws `damaged` where the header contradicts itself. */
	get columns(): readonly FitsColumn[] {
		this.#columns ??= tableColumns(this, (problem): never => this.#fail(problem));
		return this.#columns;
	}

	/** Where the next HDU begins. */
	get end(): number {
		return this.dataOffset + Math.ceil(this.dataBytes / BLOCK_BYTES) * BLOCK_BYTES;
	}

	#shape(bitpixKeyword: string, keyword: string): { bitpix: Bitpix; axes: number[] } {
		const bitpix = this.header.number(bitpixKeyword);
		if (bitpix === undefined || !BITPIX.includes(bitpix)) {
			this.#fail(`${bitpixKeyword} is ${shownValue(bitpix)}, and must be 8, 16, 32, 64, -32 or -64`);
		}
		const count = this.#count(keyword, undefined);
		if (count > MOST) this.#fail(`${keyword} is ${count}, more than ${MOST}`);
		const axes = Array.from({ length: count }, (_, i) => this.#count(`${keyword}${i + 1}`, undefined));
		return { bitpix: bitpix as Bitpix, axes };
	}

	#count(keyword: string, otherwise: number | undefined): number {
		const value = this.header.get(keyword);
		// A few writers put a decimal point.
		if (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value)) return value;
		if (value === undefined && otherwise !== undefined) return otherwise;
		return this.#fail(`${keyword} is ${shownValue(value)}, and must be a whole number from 0 on`);
	}

	#fail(problem: string): never {
		throw formatErrors.damaged(this.#path, this.header.offset, `in the header of HDU ${this.index}, ${problem}`);
	}
}

function shownValue(value: unknown): string {
	return value === undefined ? 'missing' : typeof value === 'string' ? `"${value}"` : String(value);
}

function kindOf(index: number, header: FitsHeader): FitsHduKind {
	if (index === 0) return 'image';
	switch (header.text('XTENSION')) {
		case 'IMAGE':
		case 'IUEIMAGE':
			return 'image';
		case 'BINTABLE':
		case 'A3DTABLE':
			return header.get('ZIMAGE') === true ? 'compressedImage' : 'table';
		case 'TABLE':
			return 'asciiTable';
		default:
			return 'other';
	}
}
