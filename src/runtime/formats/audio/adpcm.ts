/** Compression of four bits a sample, in blocks that stand for themselves: what old recorders and telephones write to WAV files. */

/** Gives the samples of one block to `channels`; how many there are of each. */
export type AdpcmDecode = (block: Buffer, channels: readonly Float32Array[]) => number;

const IMA_STEPS = imaSteps();
const IMA_MOVES = [-1, -1, -1, -1, 2, 4, 6, 8];

/** IMA/DVI ADPCM as Microsoft's WAV has it (IMA Digital Audio Focus Group, 1992): 4 header bytes a channel, then 4 bytes of each in turn. */
export function decodeIma(block: Buffer, channels: readonly Float32Array[]): number {
	const count = channels.length;
	const groups = Math.floor((block.length - 4 * count) / (4 * count));
	if (groups < 0) return 0;
	for (const [channel, into] of channels.entries()) {
		let value = block.readInt16LE(4 * channel);
		let index = Math.min(block.readUInt8(4 * channel + 2), IMA_STEPS.length - 1);
		into[0] = value / 32_768;
		let at = 1;
		for (let group = 0; group < groups; group++) {
			const start = 4 * count * (1 + group) + 4 * channel;
			for (let nibble = 0; nibble < 8; nibble++) {
				const code = (block.readUInt8(start + (nibble >> 1)) >> (nibble & 1 ? 4 : 0)) & 15;
				const step = IMA_STEPS[index] ?? 0;
				let change = step >> 3;
				if (code & 4) change += step;
				if (code & 2) change += step >> 1;
				if (code & 1) change += step >> 2;
				value = to16(code & 8 ? value - change : value + change);
				index = Math.max(0, Math.min(index + (IMA_MOVES[code & 7] ?? 0), IMA_STEPS.length - 1));
				into[at++] = value / 32_768;
			}
		}
	}
	return 1 + 8 * groups;
}

const MS_ADAPTION = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

/** The pairs of coefficients that every Microsoft ADPCM file begins its list with. */
export const MS_COEFFICIENTS: readonly (readonly [number, number])[] = [
	[256, 0],
	[512, -256],
	[0, 0],
	[192, 64],
	[240, 0],
	[460, -208],
	[392, -232],
];

/** Microsoft ADPCM (Multimedia Standards Update, 1994), with the coefficients of the file. */
export function msDecoder(coefficients: readonly (readonly [number, number])[]): AdpcmDecode {
	return (block, channels) => {
		const count = channels.length;
		if (block.length < 7 * count) return 0;
		const states = channels.map((into, channel) => {
			const [first = 0, second = 0] = coefficients[block.readUInt8(channel)] ?? [];
			const delta = block.readInt16LE(count + 2 * channel);
			const newer = block.readInt16LE(3 * count + 2 * channel);
			const older = block.readInt16LE(5 * count + 2 * channel);
			into[0] = older / 32_768;
			into[1] = newer / 32_768;
			return { into, first, second, delta, newer, older };
		});
		const nibbles = Math.floor(((block.length - 7 * count) * 2) / count) * count;
		for (let nibble = 0; nibble < nibbles; nibble++) {
			const state = states[nibble % count];
			if (!state) break;
			const code = (block.readUInt8(7 * count + (nibble >> 1)) >> (nibble & 1 ? 0 : 4)) & 15;
			// Rounded down, as Microsoft's codec, libsndfile and sox do; ffmpeg rounds towards zero, a difference of 1 in 32,768.
			const guess = Math.floor((state.newer * state.first + state.older * state.second) / 256);
			const value = to16(guess + (code & 8 ? code - 16 : code) * state.delta);
			state.delta = Math.max(16, Math.min((state.delta * (MS_ADAPTION[code] ?? 230)) >> 8, 0x7fff_ffff >> 8));
			state.older = state.newer;
			state.newer = value;
			state.into[2 + Math.floor(nibble / count)] = value / 32_768;
		}
		return 2 + nibbles / count;
	};
}

/** Most samples of each channel that a block of so many bytes may hold. */
export function adpcmBlockSamples(codec: 'ima' | 'ms', blockBytes: number, channels: number): number {
	if (codec === 'ima') return Math.max(0, 1 + 8 * Math.floor((blockBytes - 4 * channels) / (4 * channels)));
	return Math.max(0, 2 + Math.floor(((blockBytes - 7 * channels) * 2) / channels));
}

const to16 = (value: number) => (value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value);

/** 7 to 32,767: the 89 steps of the standard, which are a table and no formula. */
function imaSteps(): readonly number[] {
	return [
		7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
		118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
		1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
		6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
		32767,
	];
}
