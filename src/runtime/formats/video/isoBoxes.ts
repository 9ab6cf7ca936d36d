import type { ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** A box of an MP4 or MOV file. */
export interface Box {
	readonly type: string;
	readonly start: number;
	/** Behind its header. */
	readonly body: number;
	readonly end: number;
}

const HEADER_BYTES = 8;
const LONG_HEADER_BYTES = 16;

/** The boxes from `start` to `end`, one behind the other, within another box: one that goes beyond it is `damaged`. */
export function boxes(window: ByteWindow, start: number, end: number): AsyncGenerator<Box, void, undefined> {
	return walk(window, start, end, false);
}

/** The boxes of the file from `start` on: one that goes beyond its end is `truncated`. */
export function topBoxes(window: ByteWindow, start: number): AsyncGenerator<Box, void, undefined> {
	return walk(window, start, window.source.size, true);
}

async function* walk(
	window: ByteWindow,
	start: number,
	end: number,
	isTop: boolean,
): AsyncGenerator<Box, void, undefined> {
	for (let at = start; at < end; ) {
		const box = await boxAt(window, at, end, isTop);
		if (!box) return;
		yield box;
		at = box.end;
	}
}

async function boxAt(window: ByteWindow, at: number, end: number, isTop: boolean): Promise<Box | undefined> {
	const { path } = window.source;
	if (end - at < HEADER_BYTES) {
		const rest = await window.bytes(at, end - at);
		// QuickTime closes lists with a zero; fewer zeros may be the beginning of a size.
		if (!isTop || (rest.length >= 4 && rest.every(byte => byte === 0))) return undefined;
		throw window.source.truncated(at, HEADER_BYTES, 'a box');
	}
	const header =
		window.at(at, LONG_HEADER_BYTES) ?? (await window.bytes(at, Math.min(LONG_HEADER_BYTES, end - at), 'a box'));
	const type = fourCharacters(header, 4);
	let bytes = header.readUInt32BE(0);
	let headerBytes = HEADER_BYTES;
	if (bytes === 1) {
		if (header.length < LONG_HEADER_BYTES) {
			if (isTop) throw window.source.truncated(at, LONG_HEADER_BYTES, `the box ${type}`);
			throw formatErrors.damaged(path, at, `the box ${type} is larger than the one that holds it`);
		}
		bytes = Number(header.readBigUInt64BE(HEADER_BYTES));
		headerBytes = LONG_HEADER_BYTES;
	} else if (bytes === 0) {
		bytes = end - at;
	}
	if (bytes < headerBytes) throw formatErrors.damaged(path, at, `the box ${type} says that it has ${bytes} bytes`);
	if (at + bytes > end) {
		if (isTop) throw window.source.truncated(at, bytes, `the box ${type}`);
		throw formatErrors.damaged(path, at, `the box ${type} is larger than the one that holds it`);
	}
	return { type, start: at, body: at + headerBytes, end: at + bytes };
}

/** As text that can be shown. */
export function fourCharacters(bytes: Buffer, at: number): string {
	return bytes.toString('latin1', at, at + 4).replace(/[^\x20-\x7e]/g, '?');
}
