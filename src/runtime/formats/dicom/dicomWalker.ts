import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { characterSets } from './characterSets.ts';
import { type DataSet, DicomElement, type ElementAccess, nameOf } from './dicomElement.ts';
import { tagText } from './dictionary.ts';
import {
	holdsItems,
	ITEM,
	ITEM_END,
	isCreator,
	SEQUENCE_END,
	tagAt,
	UNDEFINED_LENGTH,
	uint16,
	uint32,
	vrOf,
} from './elementHeader.ts';
import { isPixelData } from './pixelFacts.ts';
import { hasLongLength, looksLikeVr } from './valueRepresentations.ts';
import { decodeValue } from './values.ts';

/** What a walk comes by. */
export type WalkEvent = DicomElement | 'item' | 'itemEnd' | 'sequenceEnd';
/** More bytes are needed: call `fetch`. */
export const MORE = Symbol('more');

export interface WalkOptions {
	readonly access: ElementAccess;
	readonly start: number;
	/** The byte after the last. */
	readonly end: number;
	readonly dataSet: DataSet;
	/** Whether the elements of items are given. */
	readonly nested: boolean;
	readonly maxDepth: number;
	/** Ends before the first element of another group. */
	readonly onlyGroup?: number;
	/** Ends behind the file's own pixel data, of which nothing is looked at: they may be cut off. */
	readonly untilPixels?: boolean;
}

type Frame =
	| { readonly kind: 'dataSet'; readonly dataSet: DataSet; readonly end: number }
	| { readonly kind: 'sequence'; readonly dataSet: DataSet; readonly tag: number; readonly end: number; items: number }
	| { readonly kind: 'fragments'; readonly littleEndian: boolean }
	| { readonly kind: 'padding' };

const SPECIFIC_CHARACTER_SET = 0x00080005;
const PIXEL_REPRESENTATION = 0x00280103;
const LONGEST_HEADER_BYTES = 12;
/** Longer ones are no names of character sets or of who defined a private block. */
const LONGEST_NAME_BYTES = 1024;
const MOST_CREATORS = 4096;
const PADDING_PIECE_BYTES = 64 * 1024;
const NO_END = Number.POSITIVE_INFINITY;

/**
 * Goes from element to element with a stack of its own, so that no nesting overflows the program's. Reads headers, and of values only
 * what is needed to understand others; no piece of a value that is passed over.
 *
 * `step` never waits: where the window lacks bytes, it changes nothing and gives `MORE`.
 */
export class DicomWalker {
	readonly #access: ElementAccess;
	readonly #window: ByteWindow;
	readonly #nested: boolean;
	readonly #maxDepth: number;
	readonly #onlyGroup: number | undefined;
	readonly #untilPixels: boolean;
	readonly #limit: number;
	readonly #stack: Frame[];
	#at: number;
	#neededBytes = 0;

	constructor({ access, start, end, dataSet, nested, maxDepth, onlyGroup, untilPixels = false }: WalkOptions) {
		this.#access = access;
		this.#window = access.window;
		this.#nested = nested;
		this.#maxDepth = maxDepth;
		this.#onlyGroup = onlyGroup;
		this.#untilPixels = untilPixels;
		this.#limit = end;
		this.#at = start;
		this.#stack = [{ kind: 'dataSet', dataSet, end }];
	}

	/** A walk through the items of one sequence. */
	static within(
		sequence: DicomElement,
		options: Omit<WalkOptions, 'start' | 'end' | 'dataSet' | 'nested'>,
	): DicomWalker {
		const { dataSet, valueOffset: start, lengthBytes } = sequence;
		const walker = new DicomWalker({ ...options, start, end: options.access.source.size, dataSet, nested: true });
		walker.#stack.pop();
		walker.#enter(dataSet, sequence.tagNumber, lengthBytes === undefined ? NO_END : start + lengthBytes);
		return walker;
	}

	/** Where it stands in the file. */
	get offset(): number {
		return this.#at;
	}

	/** Waits for the bytes that the last step lacked. */
	async fetch(): Promise<void> {
		await this.#window.bytes(this.#at, this.#neededBytes);
	}

	async next(): Promise<WalkEvent | undefined> {
		for (;;) {
			const event = this.step();
			if (event !== MORE) return event;
			await this.fetch();
		}
	}

	/** The next event; `undefined` at the end. */
	step(): WalkEvent | undefined | typeof MORE {
		for (;;) {
			const frame = this.#stack.at(-1);
			if (!frame) return undefined;
			let event: WalkEvent | 'on' | 'end' | typeof MORE;
			if (frame.kind === 'dataSet') event = this.#inDataSet(frame);
			else if (frame.kind === 'sequence') event = this.#inSequence(frame);
			else if (frame.kind === 'fragments') event = this.#inFragments(frame.littleEndian);
			else event = this.#inPadding();
			if (event === 'end') return undefined;
			if (event === 'on') continue;
			if (event === MORE || this.#nested || this.#stack.length === 0) return event;
			if (typeof event !== 'string' && event.depth === 0) return event;
		}
	}

	#inDataSet(frame: Frame & { kind: 'dataSet' }): WalkEvent | 'on' | 'end' | typeof MORE {
		const { dataSet, end } = frame;
		if (this.#at >= end) return this.#leaveItem(dataSet);
		const left = this.#limit - this.#at;
		if (left < 8) throw this.#truncated(8, partOf(dataSet));
		const bytes = this.#peek(Math.min(left, LONGEST_HEADER_BYTES));
		if (!bytes) return MORE;
		const { littleEndian } = dataSet;
		const tag = tagAt(bytes, 0, littleEndian);
		if (this.#onlyGroup !== undefined && tag >>> 16 !== this.#onlyGroup) return 'end';
		if (tag === ITEM_END && dataSet.item) {
			this.#at += 8;
			return this.#leaveItem(dataSet);
		}
		if (tag === 0 && dataSet.depth === 0 && bytes.readUInt32LE(4) === 0) {
			this.#stack.push({ kind: 'padding' });
			return 'on';
		}
		if (tag >>> 16 === 0xfffe) throw this.#damaged(`an element is expected there, not (${tagText(tag)})`);
		return this.#element(frame, tag, bytes);
	}

	#leaveItem({ item }: DataSet): WalkEvent | 'end' {
		this.#stack.pop();
		return item && this.#stack.length > 0 ? 'itemEnd' : 'end';
	}

	#element(frame: Frame & { kind: 'dataSet' }, tag: number, bytes: Buffer): WalkEvent | typeof MORE {
		const { dataSet, end } = frame;
		const { littleEndian } = dataSet;
		// Some writers change to implicit in the middle of an explicit file, and back.
		const explicit = !dataSet.implicit && looksLikeVr(bytes, 4);
		const written = explicit ? bytes.toString('latin1', 4, 6) : undefined;
		const long = written !== undefined && hasLongLength(written);
		if (long && bytes.length < LONGEST_HEADER_BYTES) throw this.#truncated(LONGEST_HEADER_BYTES, partOf(dataSet));
		const length = long
			? uint32(bytes, 8, littleEndian)
			: explicit
				? uint16(bytes, 6, littleEndian)
				: uint32(bytes, 4, littleEndian);
		const headerBytes = long ? LONGEST_HEADER_BYTES : 8;
		const valueOffset = this.#at + headerBytes;
		const undefinedLength = length === UNDEFINED_LENGTH && (long || !explicit);
		let vr = written !== undefined && written !== 'UN' ? written : vrOf(tag, dataSet.signed, undefinedLength);
		// What is written as unknown is a sequence if it looks like one, whatever the dictionary says.
		if (vr === 'SQ' && written === 'UN' && length > 0) vr = 'UN';
		if (vr === 'UN' && (undefinedLength || length >= 8)) {
			const value = this.#peek(headerBytes + 8);
			if (!value && valueOffset + 8 <= this.#limit) return MORE;
			if (value && holdsItems(value, headerBytes, undefinedLength ? NO_END : length, littleEndian)) vr = 'SQ';
		}
		const valueEnd = undefinedLength ? NO_END : valueOffset + length;
		if (!undefinedLength && valueEnd > end && end <= this.#limit) {
			if (dataSet.item)
				throw this.#damaged(
					`${nameOf(tag)} of ${length} bytes is longer than what is left of its item, ${end - valueOffset} bytes`,
				);
		}
		const last = this.#untilPixels && dataSet.depth === 0 && isPixelData(tag);
		const entered = !last && vr === 'SQ' && (this.#nested || undefinedLength);
		if (!undefinedLength && valueEnd > this.#limit && !entered && !last)
			throw this.#truncated(headerBytes + length, nameOf(tag));
		if (!this.#learn(dataSet, tag, vr, valueOffset, length)) return MORE;
		const lengthBytes = undefinedLength ? undefined : length;
		const element = new DicomElement({ tag, vr, lengthBytes, offset: this.#at, valueOffset }, dataSet, this.#access);
		this.#at = entered || undefinedLength ? valueOffset : valueEnd;
		if (last) this.#stack.length = 0;
		else if (entered) this.#enter(dataSet, tag, valueEnd);
		else if (undefinedLength) this.#stack.push({ kind: 'fragments', littleEndian });
		return element;
	}

	#enter(dataSet: DataSet, tag: number, end: number): void {
		if (dataSet.depth >= this.#maxDepth) {
			throw this.#damaged(
				`sequences are nested more than ${this.#maxDepth} deep; if that is no mistake, raise "maxDepth"`,
			);
		}
		this.#stack.push({ kind: 'sequence', dataSet, tag, end, items: 0 });
	}

	#inSequence(frame: Frame & { kind: 'sequence' }): WalkEvent | typeof MORE {
		if (this.#at >= frame.end) return this.#leaveSequence();
		const left = this.#limit - this.#at;
		if (left < 8) throw this.#truncated(8, `an item of ${nameOf(frame.tag)}`);
		// The first element tells how the item is written.
		const bytes = this.#peek(Math.min(left, 8 + 6));
		if (!bytes) return MORE;
		// What a writer could not read, it kept as it came, as UN: in its own order of bytes.
		const littleEndian = bytes.readUInt16LE(0) === 0xfffe;
		const tag = tagAt(bytes, 0, littleEndian);
		const length = uint32(bytes, 4, littleEndian);
		if (tag === SEQUENCE_END) {
			this.#at += 8;
			return this.#leaveSequence();
		}
		if (tag !== ITEM) throw this.#damaged(`an item of ${nameOf(frame.tag)} is expected there, not (${tagText(tag)})`);
		const end = length === UNDEFINED_LENGTH ? NO_END : this.#at + 8 + length;
		// Behind the file's end it is cut off, which its elements find out.
		if (end !== NO_END && end > frame.end && end <= this.#limit) {
			throw this.#damaged(`an item of ${length} bytes is longer than what is left of ${nameOf(frame.tag)}`);
		}
		const of = frame.dataSet;
		const dataSet: DataSet = {
			implicit: of.implicit || (bytes.length >= 14 && !looksLikeVr(bytes, 12)),
			littleEndian,
			characterSets: of.characterSets,
			creators: new Map(),
			signed: of.signed,
			depth: of.depth + 1,
			item: { of, sequence: frame.tag, index: frame.items++ },
		};
		this.#at += 8;
		this.#stack.push({ kind: 'dataSet', dataSet, end });
		return 'item';
	}

	#leaveSequence(): WalkEvent {
		this.#stack.pop();
		return 'sequenceEnd';
	}

	/** From fragment to fragment, to the end mark. */
	#inFragments(littleEndian: boolean): 'on' | typeof MORE {
		if (this.#limit - this.#at < 8) throw this.#truncated(8, 'a fragment or its end mark');
		const bytes = this.#peek(8);
		if (!bytes) return MORE;
		const tag = tagAt(bytes, 0, littleEndian);
		const length = uint32(bytes, 4, littleEndian);
		if (tag === SEQUENCE_END) {
			this.#stack.pop();
			this.#at += 8;
			return 'on';
		}
		if (tag !== ITEM || length === UNDEFINED_LENGTH)
			throw this.#damaged(`a fragment is expected there, not (${tagText(tag)})`);
		if (this.#at + 8 + length > this.#limit) throw this.#truncated(8 + length, 'a fragment');
		this.#at += 8 + length;
		return 'on';
	}

	/** Zeros to the end: what some media and writers fill files up with. */
	#inPadding(): 'on' | 'end' | typeof MORE {
		const left = this.#limit - this.#at;
		if (left === 0) return 'end';
		const bytes = this.#peek(Math.min(left, PADDING_PIECE_BYTES));
		if (!bytes) return MORE;
		if (bytes.some(byte => byte !== 0)) throw this.#damaged('zeros are followed by something else');
		this.#at += bytes.length;
		return 'on';
	}

	/** Takes in what decides how others read. False: the value is not here yet. */
	#learn(dataSet: DataSet, tag: number, vr: string, valueOffset: number, length: number): boolean {
		const creator = isCreator(tag);
		if (!creator && tag !== SPECIFIC_CHARACTER_SET && tag !== PIXEL_REPRESENTATION) return true;
		if (length > LONGEST_NAME_BYTES || length === 0 || vr === 'SQ') return true;
		const bytes = this.#peek(valueOffset - this.#at + length);
		if (!bytes) return false;
		const value = bytes.subarray(valueOffset - this.#at);
		if (tag === PIXEL_REPRESENTATION) dataSet.signed = length >= 2 && uint16(value, 0, dataSet.littleEndian) === 1;
		else {
			const text = decodeValue('LO', value, true, { names: [], decode: bytes => bytes.toString('latin1') });
			const names = (Array.isArray(text) ? text : [text]).map(name => (typeof name === 'string' ? name.trim() : ''));
			if (!creator) dataSet.characterSets = characterSets(names);
			else if (dataSet.creators.size < MOST_CREATORS) {
				dataSet.creators.set(((tag & 0xffff0000) >>> 0) + (tag & 0xff) * 0x100, names.join('\\'));
			}
		}
		return true;
	}

	#peek(bytes: number): Buffer | undefined {
		this.#neededBytes = bytes;
		return this.#window.at(this.#at, bytes);
	}

	#truncated(neededBytes: number, what: string): Error {
		return this.#access.source.truncated(this.#at, neededBytes, what);
	}

	#damaged(problem: string): Error {
		return formatErrors.damaged(this.#access.path, this.#at, problem);
	}
}

const partOf = ({ item }: DataSet): string => (item ? `an item of ${nameOf(item.sequence)}` : "an element's header");
