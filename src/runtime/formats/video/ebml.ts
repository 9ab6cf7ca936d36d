import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** An element of Matroska and WebM. */
export interface Element {
	readonly id: number;
	readonly start: number;
	/** Behind its header. */
	readonly body: number;
	/** `undefined`: it goes on until something comes that cannot be in it. */
	readonly end: number | undefined;
}

const MOST_ID_BYTES = 4;
const MOST_SIZE_BYTES = 8;
const HEADER_BYTES = MOST_ID_BYTES + MOST_SIZE_BYTES;

/** The element at `at`, which must end at `limit` or before. Throws `truncated` where it goes beyond the file, and `damaged`. */
export async function elementAt(window: ByteWindow, at: number, limit: number): Promise<Element> {
	const { path, size } = window.source;
	const element = await elementHeader(window, at);
	const { id, end } = element;
	if (end === undefined) return element;
	if (end > limit)
		throw formatErrors.damaged(path, at, `the element ${nameOf(id)} is larger than the one that holds it`);
	if (end > size) throw window.source.truncated(at, end - at, `the element ${nameOf(id)}`);
	return element;
}

/** The same, wherever it ends. */
export async function elementHeader(window: ByteWindow, at: number): Promise<Element> {
	const { path } = window.source;
	const header = window.at(at, HEADER_BYTES) ?? (await window.upTo(at, HEADER_BYTES));
	if (header.length === 0) throw window.source.truncated(at, 2, 'an element', 0);
	const idBytes = widthOf(header[0]);
	if (idBytes > MOST_ID_BYTES) throw formatErrors.damaged(path, at, 'no element begins there');
	if (header.length <= idBytes) throw window.source.truncated(at, idBytes + 1, 'an element', header.length);
	const id = header.readUIntBE(0, idBytes);
	const sizeBytes = widthOf(header[idBytes]);
	if (sizeBytes > MOST_SIZE_BYTES) throw formatErrors.damaged(path, at, `the element ${nameOf(id)} has no size`);
	const body = at + idBytes + sizeBytes;
	if (header.length < idBytes + sizeBytes)
		throw window.source.truncated(at, idBytes + sizeBytes, 'an element', header.length);
	const bytes = sizeIn(header, idBytes, sizeBytes);
	return { id, start: at, body, end: bytes === undefined ? undefined : body + bytes };
}

/** How many bytes a number has tells the place of the first set bit of its first byte; 9: none is set. */
const widthOf = (first = 0): number => Math.clz32(first) - 23;

export const nameOf = (id: number): string => `0x${id.toString(16).toUpperCase()}`;

/** `undefined`: all its bits are set, which means that it is not known. */
function sizeIn(header: Buffer, at: number, bytes: number): number | undefined {
	let value = (header[at] ?? 0) & (0xff >> bytes);
	let isUnknown = value === 0xff >> bytes;
	for (let i = 1; i < bytes; i++) {
		const byte = header[at + i] ?? 0;
		value = value * 256 + byte;
		isUnknown &&= byte === 0xff;
	}
	return isUnknown ? undefined : value;
}

/** A number of variable width, as blocks begin with one. */
export function variableInteger(bytes: Buffer): { value: number; width: number } | undefined {
	const width = widthOf(bytes[0]);
	if (width > MOST_SIZE_BYTES || width > bytes.length) return undefined;
	const value = sizeIn(bytes, 0, width);
	return value === undefined ? undefined : { value, width };
}

/** An unsigned integer of up to eight bytes; more than a number holds exactly is rounded. */
export async function integerIn(window: ByteWindow, element: Element): Promise<number> {
	let value = 0;
	for (const byte of await small(window, element, 8)) value = value * 256 + byte;
	return value;
}

export async function floatIn(window: ByteWindow, element: Element): Promise<number> {
	const bytes = await small(window, element, 8);
	if (bytes.length === 0) return 0;
	if (bytes.length === 4) return bytes.readFloatBE(0);
	if (bytes.length === 8) return bytes.readDoubleBE(0);
	throw formatErrors.damaged(
		window.source.path,
		element.start,
		`the number ${nameOf(element.id)} has ${bytes.length} bytes`,
	);
}

export async function textIn(window: ByteWindow, element: Element): Promise<string> {
	const text = (await small(window, element, 256)).toString('latin1');
	return text.replace(/\0.*$/s, '').replace(/[^\x20-\x7e]/g, '?');
}

async function small(window: ByteWindow, element: Element, most: number): Promise<Buffer> {
	const bytes = (element.end ?? Number.POSITIVE_INFINITY) - element.body;
	if (bytes > most)
		throw formatErrors.damaged(window.source.path, element.start, `the value ${nameOf(element.id)} is too long`);
	return window.bytes(element.body, bytes, `the value ${nameOf(element.id)}`);
}
