import { dictionaryEntry, isPrivate } from './dictionary.ts';
import { chosenVr } from './valueRepresentations.ts';

export const UNDEFINED_LENGTH = 0xffffffff;
export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;

/** Whether the element names who defined a block of private ones. */
export const isCreator = (tag: number): boolean => isPrivate(tag) && (tag & 0xff00) === 0 && (tag & 0xff) >= 0x10;

/** By the dictionary; who defines private blocks is text, all else that is private is unknown. */
export function vrOf(tag: number, signed: boolean, fragments: boolean): string {
	if (isPrivate(tag)) return isCreator(tag) ? 'LO' : (tag & 0xffff) === 0 ? 'UL' : 'UN';
	const entry = dictionaryEntry(tag);
	if (fragments && entry?.vr === 'OB/OW') return 'OB';
	return entry ? chosenVr(entry.vr, signed) : 'UN';
}

/** Whether a value of unknown kind is a sequence (PS3.5, 6.2.2): it begins with an item that fits in. */
export function holdsItems(bytes: Buffer, at: number, length: number, littleEndian: boolean): boolean {
	for (const little of littleEndian ? [true] : [true, false]) {
		const tag = tagAt(bytes, at, little);
		const itemLength = uint32(bytes, at + 4, little);
		if (tag === ITEM && (itemLength === UNDEFINED_LENGTH || itemLength + 8 <= length)) return true;
		if (tag === SEQUENCE_END && length === Number.POSITIVE_INFINITY) return true;
	}
	return false;
}

export function tagAt(bytes: Buffer, at: number, littleEndian: boolean): number {
	return uint16(bytes, at, littleEndian) * 0x10000 + uint16(bytes, at + 2, littleEndian);
}

export function uint16(bytes: Buffer, at: number, littleEndian: boolean): number {
	return littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
}

export function uint32(bytes: Buffer, at: number, littleEndian: boolean): number {
	return littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
}
