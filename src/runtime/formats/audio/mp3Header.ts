/** The header of an MPEG audio frame, versions 1, 2 and 2.5, layers I to III (ISO 11172-3 and 13818-3). */
export interface MpegHeader {
	readonly version: 1 | 2 | 2.5;
	readonly layer: 1 | 2 | 3;
	readonly sampleRate: number;
	readonly channels: 1 | 2;
	/** Samples of each channel in the frame. */
	readonly samples: number;
	readonly frameBytes: number;
}

/** kbit/s by index 1 to 14: of version 1 by layer, of the others layer I and the rest. */
const BITRATES = {
	v1l1: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
	v1l2: [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
	v1l3: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
	v2l1: [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
	v2l23: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const SAMPLE_RATES = [44_100, 48_000, 32_000];
export const HEADER_BYTES = 4;

/** `undefined` where no frame begins, or one without a stated bit rate ("free format"). */
export function mpegHeader(bytes: Uint8Array, at: number): MpegHeader | undefined {
	const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + HEADER_BYTES);
	if (a !== 0xff || (b & 0xe0) !== 0xe0) return undefined;
	const version = ([2.5, undefined, 2, 1] as const)[(b >> 3) & 3];
	const layer = ([undefined, 3, 2, 1] as const)[(b >> 1) & 3];
	const baseRate = SAMPLE_RATES[(c >> 2) & 3];
	if (version === undefined || layer === undefined || baseRate === undefined || (d & 3) === 2) return undefined;
	const table = version === 1 ? BITRATES[`v1l${layer}`] : layer === 1 ? BITRATES.v2l1 : BITRATES.v2l23;
	const kilobits = table[(c >> 4) - 1];
	if (kilobits === undefined) return undefined;
	const sampleRate = version === 1 ? baseRate : version === 2 ? baseRate / 2 : baseRate / 4;
	const padding = (c >> 1) & 1;
	const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152;
	const slots = Math.floor(((samples / 8) * kilobits * 1000) / sampleRate / (layer === 1 ? 4 : 1)) + padding;
	return {
		version,
		layer,
		sampleRate,
		channels: d >> 6 === 3 ? 1 : 2,
		samples,
		frameBytes: layer === 1 ? slots * 4 : slots,
	};
}

/** Whether both can belong to one stream. */
export const isSameStream = (a: MpegHeader, b: MpegHeader) =>
	a.version === b.version && a.layer === b.layer && a.sampleRate === b.sampleRate && a.channels === b.channels;

/** What the first frame may say instead of holding sound. */
export interface MpegInfo {
	/** Of sound. */
	readonly frames: number | undefined;
	/** Of all frames, this one among them, at least. */
	readonly leastFrames: number;
	/** Of all of them, where it says so. */
	readonly bytes?: number;
	/** Samples that the encoder put before and behind the sound. */
	readonly delay: number;
	readonly padding: number;
}

/** They count the frames without their own tag; of others it is not known. */
const STRICT_ENCODERS: ReadonlySet<string> = new Set(['LAME', 'Lavc', 'Lavf']);

/** The Xing or Info tag with LAME's extension, or Fraunhofer's VBRI. */
export function mpegInfo(frame: Buffer, header: MpegHeader): MpegInfo | undefined {
	if (header.layer !== 3) return undefined;
	const side = header.version === 1 ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17;
	const at = HEADER_BYTES + side;
	const name = frame.toString('latin1', at, at + 4);
	if (name === 'Xing' || name === 'Info') {
		if (frame.length < at + 8) return undefined;
		const flags = frame.readUInt32BE(at + 4);
		let next = at + 8;
		const hasFrames = (flags & 1) !== 0 && frame.length >= next + 4;
		const frames = hasFrames ? frame.readUInt32BE(next) : undefined;
		next += flags & 1 ? 4 : 0;
		const bytes = (flags & 2) !== 0 && frame.length >= next + 4 ? { bytes: frame.readUInt32BE(next) } : {};
		next += (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
		const isKnown = frame.length >= next + 24 && STRICT_ENCODERS.has(frame.toString('latin1', next, next + 4));
		if (!isKnown) return { frames, leastFrames: frames ?? 0, ...bytes, delay: 0, padding: 0 };
		const gaps = frame.readUIntBE(next + 21, 3);
		return { frames, leastFrames: (frames ?? 0) + 1, ...bytes, delay: gaps >> 12, padding: gaps & 0xfff };
	}
	if (frame.toString('latin1', 36, 40) === 'VBRI' && frame.length >= 54) {
		const frames = frame.readUInt32BE(50);
		return { frames, leastFrames: frames, delay: 0, padding: 0 };
	}
	return undefined;
}
