import type { ByteWindow } from '../byteSource.ts';

/** More boxes at one level than a film has; a fragmented one has its `moov` before its fragments. */
const MOST_BOXES = 1024;

/**
 * Whether an ISO media file (MP4, QuickTime) has a picture: the kind of each track stands in `moov/trak/mdia/hdlr`. `undefined` where
 * that cannot be found out: no `moov`, a damaged one.
 */
export async function hasPicture(window: ByteWindow): Promise<boolean | undefined> {
	const [moov] = await boxesIn(window, 0, window.source.size, 'moov');
	if (!moov) return undefined;
	const handlers: string[] = [];
	for (const track of await boxesIn(window, moov.at, moov.end, 'trak')) {
		const [media] = await boxesIn(window, track.at, track.end, 'mdia');
		const [handler] = media ? await boxesIn(window, media.at, media.end, 'hdlr') : [];
		if (handler) handlers.push((await window.upTo(handler.at + 8, 4)).toString('latin1'));
	}
	if (handlers.includes('vide')) return true;
	return handlers.includes('soun') ? false : undefined;
}

interface Box {
	/** Of its contents. */
	readonly at: number;
	readonly end: number;
}

async function boxesIn(window: ByteWindow, begin: number, end: number, name: string): Promise<Box[]> {
	const found: Box[] = [];
	let at = begin;
	for (let count = 0; count < MOST_BOXES && at + 8 <= end; count++) {
		const header = await window.upTo(at, Math.min(16, end - at));
		if (header.length < 8) break;
		const short = header.readUInt32BE(0);
		// 1: the length follows, in 64 bits; 0: to the end.
		if (short === 1 && header.length < 16) break;
		const bytes = short === 1 ? Number(header.readBigUInt64BE(8)) : short === 0 ? end - at : short;
		const headerBytes = short === 1 ? 16 : 8;
		if (bytes < headerBytes) break;
		if (header.toString('latin1', 4, 8) === name) found.push({ at: at + headerBytes, end: Math.min(at + bytes, end) });
		at += bytes;
	}
	return found;
}
