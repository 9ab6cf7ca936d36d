import { type FlacInfo, flacInfo, STREAM_INFO_BYTES } from './flacFrames.ts';

/** What the first page of a stream of sound says of it. */
export type OggStream = {
	readonly sampleRate: number;
	readonly channels: number;
	/** Samples at the beginning that are no sound, in units of the page's position. */
	readonly preSkip: number;
	/** Factor of every sample. */
	readonly gain: number;
	/** Where each channel of ours stands among those of the codec; `undefined` where it is the same order. */
	readonly order: readonly number[] | undefined;
} & (
	| { readonly codec: 'vorbis' | 'opus' }
	| { readonly codec: 'flac'; readonly info: FlacInfo; readonly streamInfo: Buffer }
);

/** Opus always decodes to this. */
const OPUS_RATE = 48_000;

/**
 * Vorbis and Opus have the centre second and the bass last (Vorbis I, section 4.3.9); WAV, FLAC and ffmpeg have left, right, centre, bass.
 * By the number of channels.
 */
const WAV_ORDER: Readonly<Record<number, readonly number[]>> = {
	3: [0, 2, 1],
	5: [0, 2, 1, 3, 4],
	6: [0, 2, 1, 5, 3, 4],
	7: [0, 2, 1, 6, 5, 3, 4],
	8: [0, 2, 1, 7, 5, 6, 3, 4],
};

/** `undefined` for what is no sound, or sound of another codec. `packet` is the first of the stream. */
export function oggStream(packet: Buffer): OggStream | undefined {
	const name = packet.toString('latin1', 0, 8);
	if (name.startsWith('\x01vorbis') && packet.length >= 30) {
		const channels = packet.readUInt8(11);
		return {
			codec: 'vorbis',
			sampleRate: packet.readUInt32LE(12),
			channels,
			preSkip: 0,
			gain: 1,
			order: WAV_ORDER[channels],
		};
	}
	if (name === 'OpusHead' && packet.length >= 19) {
		const channels = packet.readUInt8(9);
		const family = packet.readUInt8(18);
		// RFC 7845: a player has to apply it; in steps of a 256th of a decibel.
		const gain = 10 ** (packet.readInt16LE(16) / (20 * 256));
		return {
			codec: 'opus',
			sampleRate: OPUS_RATE,
			channels,
			preSkip: packet.readUInt16LE(10),
			gain,
			order: family === 1 ? WAV_ORDER[channels] : undefined,
		};
	}
	if (
		name.startsWith('\x7fFLAC') &&
		packet.length >= 17 + STREAM_INFO_BYTES &&
		packet.toString('latin1', 9, 13) === 'fLaC'
	) {
		const streamInfo = Buffer.from(packet.subarray(17, 17 + STREAM_INFO_BYTES));
		const info = flacInfo(streamInfo);
		const { sampleRate, channels } = info;
		return { codec: 'flac', sampleRate, channels, preSkip: 0, gain: 1, order: undefined, info, streamInfo };
	}
	return undefined;
}

const OTHERS: readonly (readonly [start: string, name: string])[] = [
	['Speex   ', 'Speex'],
	['\x80theora', 'Theora video'],
	['PCM     ', 'PCM'],
	['CELT    ', 'CELT'],
];

/** What a first packet is of, where it is known. */
export function oggCodecName(packet: Buffer): string | undefined {
	const text = packet.toString('latin1', 0, 8);
	return OTHERS.find(([start]) => text.startsWith(start))?.[1];
}

/** Where the list of comments begins in a stream's second packet. */
export function commentsOffset(codec: OggStream['codec'], packet: Buffer): number | undefined {
	const name = packet.toString('latin1', 0, 8);
	if (codec === 'vorbis') return name.startsWith('\x03vorbis') ? 7 : undefined;
	if (codec === 'opus') return name === 'OpusTags' ? 8 : undefined;
	return (packet[0] ?? 0) % 128 === 4 ? 4 : undefined;
}
