import { deflateRawSync } from 'node:zlib';
import {
	BIG_ENDIAN,
	beginning,
	EXPLICIT,
	element,
	IMPLICIT,
	imageElements,
	item,
	itemEnd,
	type Syntax,
	sequenceEnd,
	UIDS,
	UNDEFINED,
	uint16,
} from './dicomWriter.ts';

const FRAMES = 3;
export const FRAME_BYTES = 4 * 6 * 2;

/** Small files of every kind: header, nested sequences of both kinds of length, private elements, three frames. */
export function dicomSamples(): Record<string, Buffer> {
	return {
		explicit: Buffer.concat([beginning(UIDS.explicit), header(EXPLICIT), plainPixels(EXPLICIT)]),
		implicit: Buffer.concat([beginning(UIDS.implicit), header(IMPLICIT), plainPixels(IMPLICIT)]),
		bigEndian: Buffer.concat([beginning(UIDS.bigEndian), header(BIG_ENDIAN), plainPixels(BIG_ENDIAN)]),
		bare: Buffer.concat([header(EXPLICIT), plainPixels(EXPLICIT)]),
		deflated: Buffer.concat([
			beginning(UIDS.deflated),
			deflateRawSync(Buffer.concat([header(EXPLICIT), plainPixels(EXPLICIT)])),
		]),
		encapsulated: Buffer.concat([beginning(UIDS.jpeg), header(EXPLICIT), fragments(true)]),
		withoutTable: Buffer.concat([beginning(UIDS.jpeg), header(EXPLICIT), fragments(false)]),
	};
}

/** The bytes of frame `index`, in the file's order. */
export function framePixels(index: number): Buffer {
	return Buffer.from(Array.from({ length: FRAME_BYTES }, (_, i) => (index * 50 + i) & 0xff));
}

function plainPixels(syntax: Syntax): Buffer {
	const frames = Array.from({ length: FRAMES }, (_, index) => framePixels(index));
	return element(0x7fe00010, 'OW', Buffer.concat(frames), syntax);
}

/** Each frame in two fragments, the first beginning as a JPEG does. */
export function jpegFragments(index: number): [Buffer, Buffer] {
	const pixels = framePixels(index);
	return [Buffer.concat([Buffer.from([0xff, 0xd8]), pixels.subarray(0, 20)]), pixels.subarray(20)];
}

function fragments(table: boolean): Buffer {
	const frames = Array.from({ length: FRAMES }, (_, index) => jpegFragments(index).map(fragment => item(fragment)));
	const offsets = Buffer.alloc(table ? FRAMES * 4 : 0);
	let place = 0;
	for (const [index, parts] of frames.entries()) {
		if (table) offsets.writeUInt32LE(place, index * 4);
		place += Buffer.concat(parts).length;
	}
	const value = Buffer.concat([item(offsets), ...frames.flat(), sequenceEnd()]);
	return element(0x7fe00010, 'OB', value, EXPLICIT, UNDEFINED);
}

function header(syntax: Syntax): Buffer {
	const code = Buffer.concat([element(0x00080100, 'SH', 'T-D1100', syntax), element(0x00080104, 'LO', 'Head', syntax)]);
	const inner = element(
		0x00082218,
		'SQ',
		Buffer.concat([item(code, syntax, UNDEFINED), itemEnd(syntax), sequenceEnd(syntax)]),
		syntax,
		UNDEFINED,
	);
	return Buffer.concat([
		element(0x00080005, 'CS', 'ISO_IR 100', syntax),
		element(0x00080060, 'CS', 'MR', syntax),
		element(0x00081110, 'SQ', Buffer.concat([item(inner, syntax), item(code, syntax)]), syntax),
		element(0x00090010, 'LO', 'ACME 1.1', syntax),
		element(0x00091001, 'UN', Buffer.from('secret'), syntax),
		element(0x00100010, 'PN', 'M\u00fcller^J\u00f6rg', syntax),
		element(0x00101030, 'DS', '72.5', syntax),
		imageElements({ rows: 4, columns: 6, frames: FRAMES }, syntax),
		element(0x00280106, 'US', uint16(7, syntax), syntax),
	]);
}
