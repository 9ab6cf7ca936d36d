/** MP4 and Matroska files as tests and the bench need them: the structure of a real one, with frames of noise. */

export interface WrittenFrame {
	/** Units of 1/1000 s. */
	readonly time: number;
	readonly key: boolean;
	readonly sizeBytes: number;
}

const u32 = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(value >>> 0);
	return bytes;
};
const u64 = (value: number): Buffer => {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return bytes;
};

export function box(type: string, ...parts: Uint8Array[]): Buffer {
	const body = Buffer.concat(parts);
	return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

const table = (type: string, entries: readonly number[][]): Buffer =>
	box(type, u32(0), u32(entries.length), ...entries.flat().map(u32));

/** `ftyp` and the header of `mdat`, whose content begins right behind. */
export function mp4Head(dataBytes: number): Buffer {
	const ftyp = box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2avc1mp41', 'latin1'));
	return Buffer.concat([ftyp, u32(1), Buffer.from('mdat'), u64(dataBytes + 16)]);
}

/** The table of contents of frames that lie one behind the other from `dataOffset` on, 25 a second. */
export function mp4Movie(frames: readonly WrittenFrame[], dataOffset: number): Buffer {
	const units = frames.length * 40;
	const entry = box('avc1', Buffer.alloc(24), Buffer.from([0, 64, 0, 48]), Buffer.alloc(50));
	const keys = frames.flatMap(({ key }, i) => (key ? [[i + 1]] : []));
	const stbl = box(
		'stbl',
		box('stsd', u32(0), u32(1), entry),
		table('stts', [[frames.length, 40]]),
		table(
			'ctts',
			frames.map(({ time }, i) => [1, time - i * 40]),
		),
		table('stss', keys),
		table('stsc', [[1, frames.length, 1]]),
		box('stsz', u32(0), u32(0), u32(frames.length), ...frames.map(({ sizeBytes }) => u32(sizeBytes))),
		box('co64', u32(0), u32(1), u64(dataOffset)),
	);
	const mdhd = box('mdhd', u32(0), u32(0), u32(0), u32(1000), u32(units), u32(0));
	const hdlr = box('hdlr', u32(0), u32(0), Buffer.from('vide'), Buffer.alloc(13));
	const tkhd = box(
		'tkhd',
		u32(3),
		u32(0),
		u32(0),
		u32(1),
		Buffer.alloc(24),
		...[1, 0, 0, 0, 1, 0, 0, 0, 1].map(n => u32(n << 16)),
		u32(0),
		u32(0),
	);
	const mvhd = box('mvhd', u32(0), u32(0), u32(0), u32(1000), u32(units), Buffer.alloc(80));
	return box('moov', mvhd, box('trak', tkhd, box('mdia', mdhd, hdlr, box('minf', stbl))));
}

/** An element of Matroska; `sizeBytes` where its content follows by itself. */
export function element(id: number, content: Uint8Array | number): Buffer {
	const idBytes = Buffer.from(id.toString(16), 'hex');
	const bytes = typeof content === 'number' ? content : content.length;
	const size = Buffer.alloc(8);
	size.writeBigUInt64BE(BigInt(bytes) | (1n << 56n));
	return Buffer.concat([idBytes, size, ...(typeof content === 'number' ? [] : [content])]);
}

/** A size that says that it is not known. */
export const openElement = (id: number): Buffer =>
	Buffer.concat([Buffer.from(id.toString(16), 'hex'), Buffer.from([0x01, ...Array<number>(7).fill(0xff)])]);

const number = (id: number, value: number): Buffer => element(id, u32(value));

/** Everything before the first cluster; `segmentBytes` as the segment says of itself. */
export function matroskaHead(segmentBytes: number | undefined): Buffer {
	const segment = segmentBytes === undefined ? openElement(0x18538067) : element(0x18538067, segmentBytes);
	return Buffer.concat([element(0x1a45dfa3, element(0x4282, Buffer.from('matroska'))), segment, matroskaTracks()]);
}

export function matroskaTracks(): Buffer {
	const video = element(0xe0, Buffer.concat([number(0xb0, 64), number(0xba, 48)]));
	const codec = element(0x86, Buffer.from('V_VP9'));
	const entry = [number(0xd7, 1), number(0x83, 1), codec, number(0x23e383, 40_000_000), video];
	return Buffer.concat([
		element(0x1549a966, number(0x2ad7b1, 1_000_000)),
		element(0x1654ae6b, element(0xae, Buffer.concat(entry))),
	]);
}

/** What stands before the data of each frame in a cluster. */
export function simpleBlockHead({ time, key, sizeBytes }: WrittenFrame, clusterTime: number): Buffer {
	const head = Buffer.from([0x81, 0, 0, key ? 0x80 : 0]);
	head.writeInt16BE(time - clusterTime, 1);
	return Buffer.concat([element(0xa3, sizeBytes + 4), head]);
}

export const clusterTime = (time: number): Buffer => number(0xe7, time);

/** Whether decoding and showing differ, key frames each second, sizes that vary. */
export function frameAt(i: number, meanBytes: number): WrittenFrame {
	// I P B B: the third and fourth are shown before the second.
	const shown = [0, 3, 1, 2][i % 4] ?? 0;
	const time = (i - (i % 4) + shown) * 40;
	return { time, key: i % 24 === 0, sizeBytes: Math.max(1, Math.round(meanBytes * (0.5 + ((i * 37) % 101) / 100))) };
}
