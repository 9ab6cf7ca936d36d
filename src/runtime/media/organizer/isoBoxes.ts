import type { Probe } from './probe.ts';

export interface IsoBox {
	readonly type: string;
	/** First byte of the content. */
	readonly start: number;
	/** The byte after the last. */
	readonly end: number;
}

/** Boxes of one level that are looked at; media data is one of them, however large. */
const MOST_BOXES = 256;
/** Seconds from 1904, from which QuickTime counts, to 1970. */
const EPOCH_SECONDS = 2_082_844_800;

/** The boxes of ISO/IEC 14496-12 from `start` to `end`; their contents are not read. */
export async function* isoBoxes(probe: Probe, start: number, end: number): AsyncGenerator<IsoBox, void, undefined> {
	let at = start;
	for (let count = 0; count < MOST_BOXES && at + 8 <= end; count++) {
		const head = Buffer.from(await probe.at(at, 8));
		if (head.length < 8) return;
		let size = head.readUInt32BE(0);
		let header = 8;
		if (size === 1) {
			const large = await probe.at(at + 8, 8);
			if (large.length < 8) return;
			size = Number(large.readBigUInt64BE(0));
			header = 16;
		} else if (size === 0) size = end - at;
		if (size < header || at + size > end) return;
		yield { type: head.toString('latin1', 4, 8), start: at + header, end: at + size };
		at += size;
	}
}

export async function findBox(probe: Probe, type: string, start: number, end: number): Promise<IsoBox | undefined> {
	for await (const box of isoBoxes(probe, start, end)) if (box.type === type) return box;
	return undefined;
}

export interface MovieFacts {
	width?: number;
	height?: number;
	/** UTC, `2024-05-01T13:22:11`. */
	taken?: string;
}

/** When a film was made and how large it is, out of its header, which may be at the file's end. */
export async function readMovie(probe: Probe): Promise<MovieFacts> {
	const moov = await findBox(probe, 'moov', 0, probe.size);
	if (!moov) return {};
	const facts: MovieFacts = {};
	for await (const box of isoBoxes(probe, moov.start, moov.end)) {
		if (box.type === 'mvhd') {
			const taken = dateOf(await probe.at(box.start, 12));
			if (taken !== undefined) facts.taken = taken;
		} else if (box.type === 'trak' && facts.width === undefined) {
			const tkhd = await findBox(probe, 'tkhd', box.start, box.end);
			// Width and height end the box, as 16.16; those of sound are 0.
			const size = tkhd ? await probe.at(tkhd.end - 8, 8) : undefined;
			if (size?.length === 8 && size.readUInt16BE(0) > 0) {
				facts.width = size.readUInt16BE(0);
				facts.height = size.readUInt16BE(4);
			}
		}
	}
	return facts;
}

function dateOf(header: Buffer): string | undefined {
	if (header.length < 12) return undefined;
	const seconds = header[0] === 1 ? Number(header.readBigUInt64BE(4)) : header.readUInt32BE(4);
	const ms = (seconds - EPOCH_SECONDS) * 1_000;
	// Cameras without a clock write 0, or their own first day.
	return ms > 0 && ms < 4e12 ? new Date(ms).toISOString().slice(0, 19) : undefined;
}

const MOST_ITEMS = 4_096;

/** Where the EXIF item of a HEIC or AVIF image stands, its own header passed over. */
export async function heifExif(probe: Probe, meta: IsoBox): Promise<number | undefined> {
	// A full box: four bytes of version and flags.
	const inside = meta.start + 4;
	const iinf = await findBox(probe, 'iinf', inside, meta.end);
	const iloc = await findBox(probe, 'iloc', inside, meta.end);
	if (!iinf || !iloc) return undefined;
	const version = await probe.at(iinf.start, 1);
	const first = iinf.start + (version[0] === 0 ? 6 : 8);
	for await (const entry of isoBoxes(probe, first, iinf.end)) {
		const head = Buffer.from(await probe.at(entry.start, Math.min(12, entry.end - entry.start)));
		if (entry.type !== 'infe' || head.length < 12 || (head[0] ?? 0) < 2) continue;
		const wide = head[0] === 3 && head.length >= 14 ? 2 : 0;
		if (head.toString('latin1', 8 + wide, 12 + wide) !== 'Exif') continue;
		const offset = await itemOffset(probe, iloc, head.readUInt16BE(4));
		const skip = offset === undefined ? undefined : await probe.at(offset, 4);
		return skip?.length === 4 && offset !== undefined ? offset + 4 + skip.readUInt32BE(0) : undefined;
	}
	return undefined;
}

/** Of an item in one piece, counted from the file's start; version 0 and 1 of the box. */
async function itemOffset(probe: Probe, iloc: IsoBox, item: number): Promise<number | undefined> {
	const head = Buffer.from(await probe.at(iloc.start, 8));
	const version = head[0];
	if (head.length < 8 || version === undefined || version > 1) return undefined;
	const [offsetBytes, lengthBytes] = [head.readUInt8(4) >> 4, head.readUInt8(4) & 15];
	const [baseBytes, indexBytes] = [head.readUInt8(5) >> 4, version === 1 ? head.readUInt8(5) & 15 : 0];
	const count = Math.min(head.readUInt16BE(6), MOST_ITEMS);
	let at = iloc.start + 8;
	for (let i = 0; i < count; i++) {
		const fixed = 2 + (version === 1 ? 2 : 0) + 2 + baseBytes;
		const entry = Buffer.from(await probe.at(at, fixed + 2));
		if (entry.length < fixed + 2) return undefined;
		const extents = entry.readUInt16BE(fixed);
		const each = indexBytes + offsetBytes + lengthBytes;
		if (entry.readUInt16BE(0) === item) {
			if (version === 1 && (entry.readUInt16BE(2) & 15) !== 0) return undefined;
			const extent = await probe.at(at + fixed + 2 + indexBytes, offsetBytes);
			return extents === 1 ? bigEndian(entry.subarray(fixed - baseBytes, fixed)) + bigEndian(extent) : undefined;
		}
		at += fixed + 2 + extents * each;
	}
	return undefined;
}

const bigEndian = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
