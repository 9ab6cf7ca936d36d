import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { CharacterSets } from './characterSets.ts';
import { dictionaryEntry, isPrivate, tagText } from './dictionary.ts';
import type { Encoding } from './transferSyntaxes.ts';
import { type DicomItem, type DicomValue, decodeValue } from './values.ts';

/** What the elements of one data set (the file's, or an item's) have in common; grows as they are read. */
export interface DataSet extends Encoding {
	characterSets: CharacterSets;
	/** Names of private blocks by group and block: 0x00091000 for (0009,10xx). */
	readonly creators: Map<number, string>;
	/** Pixel Representation, its own or that of the data set around it. */
	signed: boolean;
	/** Sequences around it. */
	readonly depth: number;
	/** The item that this is; none for the file's own. */
	readonly item: { readonly of: DataSet; readonly sequence: number; readonly index: number } | undefined;
}

/** What an element needs to give its value later on. */
export interface ElementAccess {
	readonly source: ByteSource;
	/** The path as errors name it. */
	readonly path: string;
	/** What reads the elements; small values lie in it when they are asked for at once. */
	readonly window: ByteWindow;
	readonly maxValueBytes: number;
	/** Refuses when the reader is closed. */
	guard<T>(work: () => Promise<T>): Promise<T>;
	items(element: DicomElement): Promise<readonly DicomItem[]>;
	pieces(element: DicomElement): AsyncIterable<Uint8Array>;
}

export interface ElementFields {
	readonly tag: number;
	readonly vr: string;
	readonly lengthBytes: number | undefined;
	readonly offset: number;
	readonly valueOffset: number;
}

/** One element of a DICOM file. Its value is in the file until it is asked for. */
export class DicomElement {
	/** The tag as a number: 0x00100010 for (0010,0010). */
	readonly tagNumber: number;
	/** The value representation: the file's, the dictionary's in implicit files, `UN` where neither knows it. */
	readonly vr: string;
	/** Of the value; `undefined` where an end mark ends it (sequences, encapsulated pixels). */
	readonly lengthBytes: number | undefined;
	/** Where the element begins, bytes; in a deflated file, in what was inflated. */
	readonly offset: number;
	/** Where its value begins. */
	readonly valueOffset: number;
	/** @internal */
	readonly dataSet: DataSet;
	readonly #access: ElementAccess;

	/** @internal */
	constructor({ tag, vr, lengthBytes, offset, valueOffset }: ElementFields, dataSet: DataSet, access: ElementAccess) {
		this.tagNumber = tag;
		this.vr = vr;
		this.lengthBytes = lengthBytes;
		this.offset = offset;
		this.valueOffset = valueOffset;
		this.dataSet = dataSet;
		this.#access = access;
	}

	/** `0010,0010` */
	get tag(): string {
		return tagText(this.tagNumber);
	}

	/** `PatientName`; `undefined` for what is private or unknown. */
	get keyword(): string | undefined {
		return dictionaryEntry(this.tagNumber)?.keyword;
	}

	/** Who defined a private element; `undefined` for the standard's, and where the file does not tell. */
	get creator(): string | undefined {
		return isPrivate(this.tagNumber) ? this.dataSet.creators.get(blockOf(this.tagNumber)) : undefined;
	}

	/** Sequences around it: 0 for an element of the file itself. */
	get depth(): number {
		return this.dataSet.depth;
	}

	/** The items around it, from the outermost: `ContentSequence[2].ConceptCodeSequence[0]`; empty at depth 0. */
	get path(): string {
		const steps: string[] = [];
		for (let item = this.dataSet.item; item; item = item.of.item) {
			steps.push(`${dictionaryEntry(item.sequence)?.keyword ?? tagText(item.sequence)}[${item.index}]`);
		}
		return steps.reverse().join('.');
	}

	/**
	 * The value, decoded. Throws `tooLarge` for one longer than the reader's `maxValueBytes` or a sequence with more than its
	 * `maxElements`, `truncated`, `unsupported` for pixel data in fragments (`frames` gives those).
	 */
	value(): Promise<DicomValue> {
		const { vr, dataSet } = this;
		if (vr === 'SQ') return this.#access.guard(() => this.#access.items(this));
		const { littleEndian, characterSets } = dataSet;
		return this.#access.guard(() => this.#read(bytes => decodeValue(vr, bytes, littleEndian, characterSets)));
	}

	/** The value's bytes as the file has them, in memory of their own. Throws as `value`. */
	bytes(): Promise<Uint8Array> {
		return this.#access.guard(() => this.#read(bytes => new Uint8Array(bytes)));
	}

	/** The bytes of a value of any length, at most the reader's `windowBytes` at a time, each piece valid until the next. */
	pieces(): AsyncIterable<Uint8Array> {
		return this.#access.pieces(this);
	}

	/** `use` is called at once with what lies in the window: whoever reads on would change it. */
	async #read<T>(use: (bytes: Buffer) => T): Promise<T> {
		const { source, path, window, maxValueBytes } = this.#access;
		const { lengthBytes, valueOffset, offset } = this;
		if (lengthBytes === undefined)
			throw formatErrors.unsupported(path, `${this.#name} is in fragments.`, 'Read it with frames().', offset);
		if (lengthBytes > maxValueBytes)
			throw formatErrors.tooLarge(path, this.#name, lengthBytes, 'maxValueBytes', maxValueBytes, offset);
		const here = window.at(valueOffset, lengthBytes);
		if (here) return use(here);
		if (valueOffset + lengthBytes > source.size) throw source.truncated(valueOffset, lengthBytes, this.#name);
		const bytes = Buffer.allocUnsafeSlow(lengthBytes);
		await source.readExactly(bytes, valueOffset, this.#name);
		return use(bytes);
	}

	get #name(): string {
		return nameOf(this.tagNumber);
	}
}

/** The key of a private element's block among a data set's creators. */
const blockOf = (tag: number): number => (tag & 0xffffff00) >>> 0;

/** `PatientName (0010,0010)` */
export function nameOf(tag: number): string {
	const keyword = dictionaryEntry(tag)?.keyword;
	return keyword === undefined ? `the element (${tagText(tag)})` : `${keyword} (${tagText(tag)})`;
}
