/** Who decodes: our own reader (WAV, AIFF), a library in WebAssembly (MP3, FLAC, Vorbis, Opus), or the program ffmpeg. */
export type AudioDecoder = 'own' | 'wasm' | 'ffmpeg';

/** What a file says of its sound. What it does not say is absent. */
export interface AudioFacts {
	/** `wav`, `rf64`, `bw64`, `rifx`, `aiff`, `aifc`, `mp3`, `flac`, `ogg`, or what ffprobe calls it (`mov,mp4,m4a,3gp,3g2,mj2`). */
	readonly container: string;
	/** By ffmpeg's names: `pcm_s16le`, `pcm_mulaw`, `adpcm_ima_wav`, `mp3`, `vorbis`, `aac`. */
	readonly codec: string;
	/** Samples per second and channel. */
	readonly sampleRate: number;
	readonly channels: number;
	/** Bits of one sample as it is stored; absent for codecs that store none. */
	readonly bits?: number;
	/** Samples of each channel. */
	readonly samples?: number;
	/** Seconds. */
	readonly duration?: number;
	/**
	 * Where `samples` and `duration` are from: the length of the data, a field of the header, the last page of an Ogg stream, or what ffprobe
	 * says, which may be an estimate.
	 */
	readonly durationFrom?: 'data' | 'header' | 'lastPage' | 'ffprobe';
	/** Title, artist, date and the like, by the file's own names (`INAM`, `TITLE`): at most 64, of at most 1,000 characters. */
	readonly tags: Readonly<Record<string, string>>;
	readonly decoder: AudioDecoder;
}

/** One stretch of sound, of the mean of all channels. */
export interface AudioFrame {
	/** From 0. */
	readonly number: number;
	/** Where it begins, seconds from the start of the file. */
	readonly time: number;
	/** Samples of each channel in it. */
	readonly samples: number;
	/** The last frame, where the sound ended before `frameSize`. */
	readonly partial: boolean;
	/** Root of the mean of the squares; full scale is 1. As librosa has it: the mean of the channels first, then this. */
	readonly rms: number;
	/** The greatest absolute value. Above 1 only where the file holds such samples. */
	readonly peak: number;
	/** The same of each channel, with `{ channels: 'each' }`. */
	readonly channels?: readonly AudioLevel[];
}

export interface AudioLevel {
	readonly rms: number;
	readonly peak: number;
}

/** Samples as they follow on each other; full scale is ±1. */
export interface AudioBlock {
	/** Of its first sample, from the start of the file. */
	readonly firstSample: number;
	/** Seconds from the start of the file. */
	readonly time: number;
	/** Of each channel. */
	readonly samples: number;
	/** Of `samples` values each, in the file's order of channels. They are the caller's. */
	readonly channels: readonly Float32Array[];
}

/** A stretch of the sound, in seconds from the start of the file. */
export interface AudioRange {
	/** 0 without it. */
	start?: number;
	/** The end of the sound without it. */
	end?: number;
}

/** A stretch in samples; `to` is infinite up to the end. */
export interface SampleRange {
	readonly from: number;
	readonly to: number;
}

/** @internal As `AudioBlock`, but valid only until the next one is asked for. */
export interface RawBlock {
	readonly firstSample: number;
	readonly samples: number;
	/** May be longer than `samples`. */
	readonly channels: readonly Float32Array[];
}

/** @internal One way of decoding an open file. */
export interface AudioTrack {
	readonly facts: AudioFacts;
	/** In order, without gaps, covering the range as far as the sound goes; at the edges a block may reach beyond it. */
	blocks(range: SampleRange): AsyncGenerator<RawBlock, void, undefined>;
}
