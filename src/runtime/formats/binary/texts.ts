import type { ByteWindow } from '../byteSource.ts';
import type { BinaryPart } from './chunks.ts';

/** A text between other bytes. */
export interface BinaryText {
	/** Of its first character, from the start of the file. */
	readonly offset: number;
	readonly text: string;
}

/** What is longer comes in pieces. */
export const MOST_TEXT_BYTES = 64 * 1024;

const isPrintable = (byte: number): boolean => (byte >= 32 && byte < 127) || byte === 9;

/** Runs of printable ASCII of at least `minLength` characters. */
export async function* textsIn(
	window: ByteWindow,
	{ start, end }: BinaryPart,
	minLength: number,
): AsyncGenerator<BinaryText, void, undefined> {
	let text = '';
	let offset = start;
	let at = start;
	try {
		for await (const piece of window.pieces(start, end)) {
			let from = 0;
			for (let i = 0; i <= piece.length; i++) {
				const isEnd = i === piece.length;
				if (!isEnd && isPrintable(piece[i] ?? 0) && text.length + i - from < MOST_TEXT_BYTES) continue;
				if (text === '') offset = at + from;
				text += piece.toString('latin1', from, i);
				if (isEnd) break;
				if (text.length >= minLength) yield { offset, text };
				text = '';
				// A text that is cut for its length goes on with this character.
				from = isPrintable(piece[i] ?? 0) ? i : i + 1;
			}
			at += piece.length;
		}
		if (text.length >= minLength) yield { offset, text };
	} finally {
		window.release();
	}
}
