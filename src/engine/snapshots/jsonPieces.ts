import { type ByteSource, SnapshotFault } from './byteSource.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const COMMA = 0x2c;
const CLOSE = 0x5d;
const ZERO = 0x30;

/** Reads an array of whole numbers; `take` gets each. Returns how many there were. */
export function readNumbers(source: ByteSource, where: string, take: (value: number) => void): number {
	source.expect('[', where);
	if (source.accept(']')) return 0;
	let count = 0;
	let value = 0;
	let digits = 0;
	for (;;) {
		const { buffer, end } = source;
		let { at } = source;
		for (; at < end; at++) {
			const byte = buffer[at] as number;
			const digit = byte - ZERO;
			if (digit >= 0 && digit <= 9) {
				value = value * 10 + digit;
				digits++;
				continue;
			}
			if (byte === COMMA || byte === CLOSE) {
				if (digits === 0 || digits > 15) {
					source.at = at;
					throw source.unexpected('a whole number', where);
				}
				take(value);
				count++;
				value = digits = 0;
				if (byte === COMMA) continue;
				source.at = at + 1;
				return count;
			}
			// White space ends a number; it stands around the comma then.
			if (byte > 0x20) {
				source.at = at;
				throw source.unexpected(byte === MINUS ? 'a number that is not negative' : 'a whole number', where);
			}
		}
		source.at = at;
		if (!source.fill()) throw source.cut(where);
	}
}

/** Reads an array of strings; `take` gets the bytes between the quotes, at most `max` and one more. Returns how many. */
export function readStrings(
	source: ByteSource,
	where: string,
	max: number,
	take: (bytes: Uint8Array, start: number, end: number) => void,
): number {
	source.expect('[', where);
	let count = 0;
	if (source.accept(']')) return 0;
	const kept = new Uint8Array(max + 1);
	do {
		source.expect('"', where);
		readString(source, where, kept, take);
		count++;
	} while (source.accept(','));
	source.expect(']', where);
	return count;
}

/** What follows an opening quote, up to and with the closing one. A string inside one chunk is handed over where it lies. */
function readString(
	source: ByteSource,
	where: string,
	kept: Uint8Array,
	take: (bytes: Uint8Array, start: number, end: number) => void,
): void {
	let length = 0;
	let escaped = false;
	for (;;) {
		const { buffer, end, at: start } = source;
		let at = start;
		for (; at < end; at++) {
			const byte = buffer[at];
			if (escaped) escaped = false;
			else if (byte === BACKSLASH) escaped = true;
			else if (byte === QUOTE) break;
		}
		source.at = at;
		const closed = at < end;
		if (closed) source.at++;
		if (closed && length === 0) {
			take(buffer, start, at);
			return;
		}
		const room = Math.min(at - start, kept.length - length);
		kept.set(buffer.subarray(start, start + room), length);
		length += room;
		if (closed) {
			take(kept, 0, length);
			return;
		}
		if (!source.fill()) throw source.cut(where);
	}
}

/** A string that names a member. */
export function readKey(source: ByteSource): string {
	source.expect('"', 'the outermost object');
	let key = '';
	readString(source, 'the name of a member', new Uint8Array(256), (bytes, start, end) => {
		key = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
	});
	return key;
}

/** The text of a value of any kind, at most `limit` bytes of it; `undefined` reads past it and keeps nothing. */
export function readValue(source: ByteSource, where: string, limit?: number): string {
	const parts: number[] = [];
	let depth = 0;
	let inString = false;
	let escaped = false;
	if (source.peek() < 0) throw source.cut(where);
	for (;;) {
		if (source.at >= source.end && !source.fill()) throw source.cut(where);
		const byte = source.buffer[source.at] as number;
		const sign = String.fromCharCode(byte);
		if (!inString && depth === 0 && (sign === ',' || sign === '}' || sign === ']')) {
			return Buffer.from(parts).toString('utf8');
		}
		source.at++;
		if (limit !== undefined) {
			if (parts.length >= limit) throw new SnapshotFault(`${where} is longer than ${limit} bytes.`);
			parts.push(byte);
		}
		if (inString) {
			if (escaped) escaped = false;
			else if (byte === BACKSLASH) escaped = true;
			else if (byte === QUOTE) inString = false;
		} else if (byte === QUOTE) inString = true;
		else if (sign === '{' || sign === '[') depth++;
		else if (sign === '}' || sign === ']') depth--;
	}
}
