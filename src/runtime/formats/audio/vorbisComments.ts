import type { Tags } from './chunks.ts';

const MOST_NAME_LENGTH = 64;

/** Comments as FLAC, Vorbis and Opus have them, as far as they lie in `bytes`; what contradicts itself ends them. */
export function readComments(bytes: Buffer, offset: number, tags: Tags): void {
	if (offset + 4 > bytes.length) return;
	let at = offset + 4 + bytes.readUInt32LE(offset);
	if (at + 4 > bytes.length) return;
	const count = bytes.readUInt32LE(at);
	at += 4;
	for (let i = 0; i < count && at + 4 <= bytes.length; i++) {
		const length = bytes.readUInt32LE(at);
		if (at + 4 + length > bytes.length) return;
		const text = bytes.toString('utf8', at + 4, at + 4 + length);
		const equals = text.indexOf('=');
		// Pictures are comments, too.
		if (equals > 0 && equals <= MOST_NAME_LENGTH && !text.startsWith('METADATA_BLOCK_PICTURE')) {
			tags.add(text.slice(0, equals).toUpperCase(), text.slice(equals + 1));
		}
		at += 4 + length;
	}
}
