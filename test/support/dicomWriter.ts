/** Writes DICOM for tests: elements as bytes, in each of the ways they can be written. */

export interface Syntax {
	readonly implicit: boolean;
	readonly littleEndian: boolean;
}

export const EXPLICIT: Syntax = { implicit: false, littleEndian: true };
export const IMPLICIT: Syntax = { implicit: true, littleEndian: true };
export const BIG_ENDIAN: Syntax = { implicit: false, littleEndian: false };
export const UIDS = {
	implicit: '1.2.840.10008.1.2',
	explicit: '1.2.840.10008.1.2.1',
	deflated: '1.2.840.10008.1.2.1.99',
	bigEndian: '1.2.840.10008.1.2.2',
	jpeg: '1.2.840.10008.1.2.4.50',
	rle: '1.2.840.10008.1.2.5',
};
export const UNDEFINED = 0xffffffff;
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);

/** `lengthBytes`: as it is written, if that is not how long the value is. */
export function element(
	tag: number,
	vr: string,
	value: string | Uint8Array,
	{ implicit, littleEndian }: Syntax = EXPLICIT,
	lengthBytes?: number,
): Buffer {
	const bytes = typeof value === 'string' ? padded(value, vr) : Buffer.from(value);
	const length = lengthBytes ?? bytes.length;
	const long = LONG.has(vr);
	const header = Buffer.alloc(!implicit && long ? 12 : 8);
	const write16 = (number: number, at: number) =>
		littleEndian ? header.writeUInt16LE(number, at) : header.writeUInt16BE(number, at);
	const write32 = (number: number, at: number) =>
		littleEndian ? header.writeUInt32LE(number, at) : header.writeUInt32BE(number, at);
	write16(tag >>> 16, 0);
	write16(tag & 0xffff, 2);
	if (implicit) write32(length, 4);
	else {
		header.write(vr, 4, 'latin1');
		if (long) write32(length, 8);
		else write16(length, 6);
	}
	return Buffer.concat([header, bytes]);
}

/** An item, or with the tag of the end marks, one of those. */
export function item(content: Uint8Array, syntax: Syntax = EXPLICIT, lengthBytes?: number, tag = 0xfffee000): Buffer {
	return element(tag, '', content, { implicit: true, littleEndian: syntax.littleEndian }, lengthBytes);
}

export const itemEnd = (syntax?: Syntax): Buffer => item(Buffer.alloc(0), syntax, 0, 0xfffee00d);
export const sequenceEnd = (syntax?: Syntax): Buffer => item(Buffer.alloc(0), syntax, 0, 0xfffee0dd);

export function uint16(value: number, { littleEndian }: Syntax = EXPLICIT): Buffer {
	const bytes = Buffer.alloc(2);
	if (littleEndian) bytes.writeUInt16LE(value);
	else bytes.writeUInt16BE(value);
	return bytes;
}

/** Preamble, mark and file meta information. */
export function beginning(uid: string): Buffer {
	const syntax = element(0x00020010, 'UI', uid);
	const length = Buffer.alloc(4);
	length.writeUInt32LE(syntax.length);
	return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), element(0x00020000, 'UL', length), syntax]);
}

/** The elements that say what the pixels are. */
export function imageElements(
	{ rows, columns, frames, bits = 16 }: { rows: number; columns: number; frames: number; bits?: number },
	syntax: Syntax = EXPLICIT,
): Buffer {
	const short = (tag: number, value: number) => element(tag, 'US', uint16(value, syntax), syntax);
	return Buffer.concat([
		short(0x00280002, 1),
		element(0x00280004, 'CS', 'MONOCHROME2', syntax),
		element(0x00280008, 'IS', String(frames), syntax),
		short(0x00280010, rows),
		short(0x00280011, columns),
		short(0x00280100, bits),
		short(0x00280101, bits),
		short(0x00280103, 0),
	]);
}

function padded(text: string, vr: string): Buffer {
	const bytes = Buffer.from(text, 'latin1');
	return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
}
