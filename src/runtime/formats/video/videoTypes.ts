import type { ReaderOptions } from '../formatReader.ts';

export interface VideoReaderOptions extends ReaderOptions {
	/**
	 * Who finds the frames. `'own'`: this package, for MP4, MOV, Matroska and WebM, without reading the pictures. `'ffprobe'`: that program, for
	 * whatever it knows (AVI, FLV, MPEG-TS, …). `'auto'`, and without it: `'own'` where that reads the container, else `'ffprobe'`.
	 */
	via?: 'auto' | 'own' | 'ffprobe';
	/**
	 * `'presentation'`, and without it: as they are shown. They are sorted within a window of 64 frames, far more than codecs may reorder; frames
	 * of a broken file that are further apart come as they stand. `'decode'`: as they stand in the file.
	 */
	order?: 'presentation' | 'decode';
	/** Every how manieth frame is given, from the first on; 1 without it. The others are passed over, and keep their numbers. */
	sampleRate?: number;
	/** The program; without it `MEMORY_MANAGER_FFPROBE`, else the one on `PATH`. */
	ffprobe?: string;
}

/** One frame, without its picture. */
export interface VideoFrame {
	/** From 0, in the order asked for. */
	readonly number: number;
	/** When it is shown, s from the beginning. */
	readonly timestamp: number;
	/** Can be decoded without others. */
	readonly key: boolean;
	/** Compressed. */
	readonly sizeBytes: number;
	/** How long it is shown, s; absent where the file does not tell. */
	readonly duration?: number;
}

export interface AudioTrackFacts {
	/** As FFmpeg calls it (`aac`, `mp3`), else as the file does. */
	readonly codec: string;
	readonly channels?: number;
	/** Hz. */
	readonly sampleRate?: number;
}

/** What the file says of itself, or is read off it. What nobody tells is absent. */
export interface VideoFacts {
	/** `mp4`, `mov`, `matroska`, `webm`, or as ffprobe calls it: `avi`, `flv`, `mpegts`. */
	readonly container: string;
	/** As FFmpeg calls it (`h264`, `hevc`, `vp9`), else as the file does. */
	readonly codec: string;
	/** Pixels, as coded: not turned by `rotation`. */
	readonly width: number;
	readonly height: number;
	/** Frames per second, the mean. */
	readonly frameRate?: number;
	/** s. */
	readonly duration?: number;
	/** Frames, where the file says so before they are counted. */
	readonly frames?: number;
	/** Degrees by which the picture is to be turned clockwise to be shown: 90, 180 or 270. */
	readonly rotation?: number;
	readonly audio: readonly AudioTrackFacts[];
	/** Who found the frames. */
	readonly via: 'own' | 'ffprobe';
}

/** A frame as it stands in the file. */
export interface FoundFrame {
	timestamp: number;
	key: boolean;
	sizeBytes: number;
	duration: number | undefined;
}

/** One way to find the frames of a file. @internal */
export interface FrameFinder {
	readonly facts: VideoFacts;
	/** In the order of the file, anew each time. */
	frames(): AsyncGenerator<FoundFrame, void, undefined>;
}
