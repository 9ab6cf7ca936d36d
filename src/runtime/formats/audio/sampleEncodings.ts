/** How one sample is stored, without compression over several. Integers of 8 bits without sign are WAV's, with sign AIFF's. */
export type SampleEncoding = 'u8' | 's8' | 's16' | 's24' | 's32' | 's64' | 'f32' | 'f64' | 'alaw' | 'mulaw';

export const SAMPLE_BYTES: Readonly<Record<SampleEncoding, number>> = {
	u8: 1,
	s8: 1,
	s16: 2,
	s24: 3,
	s32: 4,
	s64: 8,
	f32: 4,
	f64: 8,
	alaw: 1,
	mulaw: 1,
};

/** Writes `samples` values of one channel to `into`: the first stands at `offset`, each next `stride` bytes behind. Full scale is ±1. */
type Decode = (
	view: DataView,
	offset: number,
	stride: number,
	little: boolean,
	samples: number,
	into: Float32Array,
) => void;

const DECODERS: Readonly<Record<SampleEncoding, Decode>> = {
	u8: (view, offset, stride, _, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = (view.getUint8(at) - 128) / 128;
	},
	s8: (view, offset, stride, _, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = view.getInt8(at) / 128;
	},
	s16: (view, offset, stride, little, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = view.getInt16(at, little) / 32_768;
	},
	s24: (view, offset, stride, little, samples, into) => {
		const high = little ? 2 : 0;
		for (let i = 0, at = offset; i < samples; i++, at += stride) {
			const low = view.getUint8(at + 1) * 256 + view.getUint8(at + 2 - high);
			into[i] = (view.getInt8(at + high) * 65_536 + low) / 8_388_608;
		}
	},
	s32: (view, offset, stride, little, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = view.getInt32(at, little) / 2_147_483_648;
	},
	s64: (view, offset, stride, little, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) {
			into[i] = Number(view.getBigInt64(at, little)) / 2 ** 63;
		}
	},
	f32: (view, offset, stride, little, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = view.getFloat32(at, little);
	},
	f64: (view, offset, stride, little, samples, into) => {
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = view.getFloat64(at, little);
	},
	alaw: fromTable(fromALaw),
	mulaw: fromTable(fromMuLaw),
};

/** Takes `samples` samples of each channel, interleaved, out of `bytes`. */
export function decodeSamples(
	bytes: Buffer,
	encoding: SampleEncoding,
	little: boolean,
	samples: number,
	channels: readonly Float32Array[],
): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const sampleBytes = SAMPLE_BYTES[encoding];
	const stride = sampleBytes * channels.length;
	for (const [channel, into] of channels.entries()) {
		DECODERS[encoding](view, channel * sampleBytes, stride, little, samples, into);
	}
}

function fromTable(decode: (code: number) => number): Decode {
	let table: Float32Array | undefined;
	return (view, offset, stride, _, samples, into) => {
		table ??= Float32Array.from({ length: 256 }, (_value, code) => decode(code) / 32_768);
		for (let i = 0, at = offset; i < samples; i++, at += stride) into[i] = table[view.getUint8(at)] ?? 0;
	};
}

/** ITU-T G.711, A-law: 13 bits, here scaled to 16. */
function fromALaw(code: number): number {
	const bits = code ^ 0x55;
	const exponent = (bits >> 4) & 7;
	const mantissa = ((bits & 15) << 4) + 8;
	const size = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
	return bits & 0x80 ? size : -size;
}

/** ITU-T G.711, µ-law: 14 bits, here scaled to 16. */
function fromMuLaw(code: number): number {
	const bits = ~code & 0xff;
	const size = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
	return bits & 0x80 ? 0 - size : size;
}
