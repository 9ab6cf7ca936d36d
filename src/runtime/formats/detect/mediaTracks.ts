import type { ByteWindow } from '../byteSource.ts';

/** More boxes than stand in a film before its tracks are known; a fragmented one has its `moov` before its fragments. */
const MOST_BOXES = 4096;

/**
 * Whether an ISO media file (MP4, QuickTime) has a picture: the kind of each track stands in `moov/trak/mdia/hdlr`. `undefined` where
 * that cannot be found out: no `moov`, a damaged one.
 */
export async function hasPicture(window: ByteWindow): Promise<boolean | undefined> {
	let left = MOST_BOXES;
	const boxes = async (within: Box, name: string, wanted = 1) => {
		const { found, seen } = await boxesIn(window, within, name, wanted, left);
		left -= seen;
		return found;
	};
	const [moov] = await boxes({ at: 0, end: window.source.size }, 'moov');
	if (!moov) return undefined;
	const handlers: string[] = [];
	for (const track of await boxes(moov, 'trak', Number.POSITIVE_INFINITY)) {
		const [media] = await boxes(track, 'mdia');
		const [handler] = media ? await boxes(media, 'hdlr') : [];
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

/** Ends with the last one `wanted`, or after `most` that were looked at. */
async function boxesIn(
	window: ByteWindow,
	{ at: begin, end }: Box,
	name: string,
	wanted: number,
	most: number,
): Promise<{ found: Box[]; seen: number }> {
	const found: Box[] = [];
	let at = begin;
	let seen = 0;
	for (; found.length < wanted && seen < most && at + 8 <= end; seen++) {
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
	return { found, seen };
}
