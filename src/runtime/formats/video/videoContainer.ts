import { type ByteSource, ByteWindow } from '../byteSource.ts';

/** Who reads the file, by its first bytes. */
export type VideoContainer = 'iso' | 'matroska' | 'other';

const WINDOW_BYTES = 64 * 1024;
/** What an MP4 or MOV file may begin with. */
const ISO_BOXES = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp', 'uuid']);
const EBML = 0x1a45dfa3;

export async function videoContainer(source: ByteSource): Promise<VideoContainer> {
	const window = new ByteWindow(source, WINDOW_BYTES);
	try {
		const head = await window.upTo(0, 8);
		if (head.length < 8) return 'other';
		if (head.readUInt32BE(0) === EBML) return 'matroska';
		return ISO_BOXES.has(head.toString('latin1', 4, 8)) ? 'iso' : 'other';
	} finally {
		window.release();
	}
}
