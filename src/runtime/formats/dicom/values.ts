import { littleEndian, swapBytes } from '../byteOrder.ts';
import type { CharacterSets } from './characterSets.ts';
import { tagText } from './dictionary.ts';
import { isSingleText, isText, usesCharacterSet } from './valueRepresentations.ts';

/** A name in up to three writings; components (family, given, middle, prefix, suffix) are parted by `^`. */
export interface PersonName {
	readonly alphabetic: string;
	readonly ideographic?: string;
	readonly phonetic?: string;
}

export type DicomArray =
	| Uint8Array
	| Uint16Array
	| Uint32Array
	| BigUint64Array
	| Float32Array
	| Float64Array
	| Int8Array
	| Int16Array
	| Int32Array;

/** One value; DS and IS are numbers, or the text where it is none. SV and UV are `bigint`. AT is `GGGG,EEEE`. */
export type DicomScalar = string | number | bigint | PersonName;

/**
 * What an element holds: `null` without a value, an array where there are several, typed arrays for OB, OW, OF, OD, OL, OV and bytes
 * for UN and for what does not fit its representation, items for a sequence.
 */
export type DicomValue = null | DicomScalar | readonly DicomScalar[] | DicomArray | readonly DicomItem[];

/** A data set by keywords, or by `GGGG,EEEE` where there is no keyword. Has no prototype. */
export interface DicomItem {
	readonly [keyword: string]: DicomValue;
}

type Read = (view: DataView, at: number, littleEndian: boolean) => DicomScalar;

const numbers: Readonly<Record<string, readonly [bytes: number, read: Read]>> = {
	US: [2, (view, at, little) => view.getUint16(at, little)],
	SS: [2, (view, at, little) => view.getInt16(at, little)],
	UL: [4, (view, at, little) => view.getUint32(at, little)],
	SL: [4, (view, at, little) => view.getInt32(at, little)],
	UV: [8, (view, at, little) => view.getBigUint64(at, little)],
	SV: [8, (view, at, little) => view.getBigInt64(at, little)],
	FL: [4, (view, at, little) => view.getFloat32(at, little)],
	FD: [8, (view, at, little) => view.getFloat64(at, little)],
	AT: [4, (view, at, little) => tagText(view.getUint16(at, little) * 0x10000 + view.getUint16(at + 2, little))],
};

type ArrayType<T> = { new (buffer: ArrayBuffer): T; BYTES_PER_ELEMENT: number };

const arrays = {
	OW: Uint16Array,
	OL: Uint32Array,
	OV: BigUint64Array,
	OF: Float32Array,
	OD: Float64Array,
} as const;

/** Decodes a value that is no sequence. Never throws: what does not fit comes as bytes. `bytes` may be used again afterwards. */
export function decodeValue(vr: string, bytes: Buffer, littleEndian: boolean, sets: CharacterSets): DicomValue {
	if (isText(vr)) return textValue(vr, bytes, sets);
	const number = numbers[vr];
	if (number) return numberValue(bytes, number, littleEndian);
	const Type = arrays[vr as keyof typeof arrays];
	if (!Type || bytes.length % Type.BYTES_PER_ELEMENT !== 0) return new Uint8Array(bytes);
	return typedArray<DicomArray>(Type, bytes, littleEndian);
}

/** Copies, because the numbers have to stand at whole places and in this machine's order. */
function typedArray<T extends DicomArray>(Type: ArrayType<T>, bytes: Uint8Array, inLittleEndian: boolean): T {
	return arrayIn(Type, new Uint8Array(bytes), inLittleEndian);
}

/** The numbers in the memory of `bytes`, which are theirs alone and begin with it; turns them to this machine's order. */
export function arrayIn<T extends DicomArray>(Type: ArrayType<T>, bytes: Uint8Array, inLittleEndian: boolean): T {
	const memory = bytes.buffer as ArrayBuffer;
	if (inLittleEndian !== littleEndian) swapBytes(Buffer.from(memory), Type.BYTES_PER_ELEMENT);
	return new Type(memory);
}

function numberValue(bytes: Buffer, [size, read]: readonly [number, Read], littleEndian: boolean): DicomValue {
	if (bytes.length === 0) return null;
	if (bytes.length % size !== 0) return new Uint8Array(bytes);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	if (bytes.length === size) return read(view, 0, littleEndian);
	return Array.from({ length: bytes.length / size }, (_, i) => read(view, i * size, littleEndian));
}

function textValue(vr: string, bytes: Buffer, sets: CharacterSets): DicomValue {
	const text = usesCharacterSet(vr) ? sets.decode(bytes, vr === 'PN') : bytes.toString('latin1');
	const plain = withoutPadding(text);
	if (plain === '') return null;
	if (isSingleText(vr) || !plain.includes('\\')) return scalar(vr, plain);
	return plain.split('\\').map(part => scalar(vr, withoutPadding(part)));
}

/** Spaces and zeros that make the length even. Not by a pattern: those take quadratic time on long runs of spaces. */
function withoutPadding(text: string): string {
	let end = text.length;
	while (end > 0 && (text.charCodeAt(end - 1) === 0x20 || text.charCodeAt(end - 1) === 0)) end--;
	return end === text.length ? text : text.slice(0, end);
}

/** No two parts of it can take the same digits: long runs of them in broken files would take quadratic time. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function scalar(vr: string, text: string): DicomScalar {
	if (vr === 'PN') return personName(text);
	if (vr !== 'DS' && vr !== 'IS') return text;
	const plain = text.trim();
	return NUMBER.test(plain) ? Number(plain) : text;
}

function personName(text: string): PersonName {
	const [alphabetic = '', ideographic = '', phonetic = ''] = text.split('=').map(withoutPadding);
	return { alphabetic, ...(ideographic !== '' && { ideographic }), ...(phonetic !== '' && { phonetic }) };
}
