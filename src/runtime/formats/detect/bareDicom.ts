import { UNDEFINED_LENGTH } from '../dicom/elementHeader.ts';
import { hasLongLength, isKnownVr } from '../dicom/valueRepresentations.ts';
import { type DetectedFormat, DICOM, likely } from './kinds.ts';

/** Elements that have to follow each other; fewer only where they fill the file to its last byte. */
const ELEMENTS = 3;
/** Spaces and line breaks that some transfer has put before a file. */
export const MOST_STRAY_BYTES = 16;
const STRAY: readonly (number | undefined)[] = [0x20, 0x0d, 0x0a, 0x09];

export const isStray = (byte: number | undefined): boolean => STRAY.includes(byte);

/**
 * DICOM without preamble and `DICM`, as older programs write it: a data set begins at the first byte, with group 2 or 8. It counts when
 * its first elements have ascending tags and lengths that the file holds, in either byte order, with or without value types.
 */
export function byElements(head: Buffer, size: number): DetectedFormat | undefined {
	for (let stray = 0; stray <= MOST_STRAY_BYTES; stray++) {
		const rest = head.subarray(stray);
		for (const little of [true, false]) {
			const group = rest.length < 8 ? 0 : little ? rest.readUInt16LE(0) : rest.readUInt16BE(0);
			if ((group === 2 || group === 8) && areElements(rest, size - stray, little)) return likely(DICOM);
		}
		if (!isStray(head[stray])) return undefined;
	}
	return undefined;
}

function areElements(head: Buffer, size: number, little: boolean): boolean {
	let at = 0;
	let before = -1;
	for (let count = 0; ; count++) {
		if (count >= ELEMENTS || at === size) return count > 0;
		// A long value lies between: what came before has to do.
		if (at + 12 > head.length) return count > 0 && at < size && size > head.length;
		const tag =
			(little ? head.readUInt16LE(at) : head.readUInt16BE(at)) * 65_536 +
			(little ? head.readUInt16LE(at + 2) : head.readUInt16BE(at + 2));
		const value = elementValue(head, at, little);
		if (tag <= before || !value || value.bytes % 2 === 1) return false;
		before = tag;
		if (value.bytes === UNDEFINED_LENGTH) return count > 0;
		at = value.at + value.bytes;
		if (at > size) return false;
	}
}

/** Where the value of the element stands and how long it is, explicit or implicit. */
function elementValue(head: Buffer, at: number, little: boolean): { at: number; bytes: number } | undefined {
	const length = (from: number) => (little ? head.readUInt32LE(from) : head.readUInt32BE(from));
	const type = head.toString('latin1', at + 4, at + 6);
	if (!isKnownVr(type)) return { at: at + 8, bytes: length(at + 4) };
	if (hasLongLength(type)) return { at: at + 12, bytes: length(at + 8) };
	return { at: at + 8, bytes: little ? head.readUInt16LE(at + 6) : head.readUInt16BE(at + 6) };
}
