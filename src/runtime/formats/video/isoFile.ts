import { type ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Box, boxes, fourCharacters, topBoxes } from './isoBoxes.ts';
import { type FragmentState, fragmentFrames, type SampleDefaults } from './isoFragments.ts';
import { sampleFrames } from './isoSamples.ts';
import { fields, type IsoTrack, readTrack } from './isoTrack.ts';
import type { FoundFrame, FrameFinder, VideoFacts } from './videoTypes.ts';

/** More is no film. */
const MOST_TRACKS = 1_000;
/** Brands of files that are built alike. */
const PICTURES = new Set(['heic', 'heix', 'heim', 'heis', 'mif1', 'msf1', 'avif', 'crx ']);
const NO_DEFAULTS: SampleDefaults = { duration: 0, size: 0, flags: 0 };

/** MP4 and MOV: frames by the tables of the movie, and by those of its fragments. The pictures are never read. */
export class IsoFile implements FrameFinder {
	readonly facts: VideoFacts;
	readonly #source: ByteSource;
	readonly #windowBytes: number;
	readonly #track: IsoTrack;
	readonly #defaults: SampleDefaults;
	readonly #shiftUnits: number;
	/** Where the boxes behind the movie's begin. */
	readonly #rest: number;

	private constructor(source: ByteSource, windowBytes: number, movie: Movie) {
		const { track, audio, movieTimescale, brand } = movie;
		this.#source = source;
		this.#windowBytes = windowBytes;
		this.#track = track;
		this.#defaults = movie.defaults.get(track.id) ?? NO_DEFAULTS;
		this.#rest = movie.end;
		const delay = movieTimescale > 0 ? Math.round((track.delayUnits / movieTimescale) * track.timescale) : 0;
		this.#shiftUnits = delay - track.mediaTime;
		const { codec, width, height, rotation, durationUnits, timescale, sizes } = track;
		const duration = durationUnits === undefined ? undefined : durationUnits / timescale;
		const frames = sizes && sizes.count > 0 && !movie.isFragmented ? sizes.count : undefined;
		this.facts = {
			container: brand === 'qt  ' ? 'mov' : 'mp4',
			codec,
			width,
			height,
			...(frames !== undefined && duration !== undefined && { frameRate: frames / duration }),
			...(duration !== undefined && { duration }),
			...(frames !== undefined && { frames }),
			...(rotation !== undefined && { rotation }),
			audio: audio.map(({ codec: name, channels, sampleRate }) => ({
				codec: name,
				...(channels && { channels }),
				...(sampleRate && { sampleRate }),
			})),
			via: 'own',
		};
	}

	static async open(source: ByteSource, windowBytes: number): Promise<IsoFile> {
		const window = new ByteWindow(source, windowBytes);
		try {
			return new IsoFile(source, windowBytes, await readMovie(window));
		} finally {
			window.release();
		}
	}

	async *frames(): AsyncGenerator<FoundFrame, void, undefined> {
		yield* sampleFrames(this.#source, this.#track, this.#shiftUnits);
		const window = new ByteWindow(this.#source, this.#windowBytes);
		const { sizes, durationUnits = 0 } = this.#track;
		const state: FragmentState = { time: sizes && sizes.count > 0 ? durationUnits : 0 };
		try {
			// Also where there are no fragments: what is cut off behind the movie must not pass for whole.
			for await (const box of topBoxes(window, this.#rest)) {
				if (box.type !== 'moof') continue;
				const inner = new ByteWindow(this.#source, this.#windowBytes);
				try {
					yield* fragmentFrames(inner, box, this.#track, this.#defaults, state, this.#shiftUnits);
				} finally {
					inner.release();
				}
			}
		} finally {
			window.release();
		}
	}
}

interface Movie {
	brand: string;
	movieTimescale: number;
	track: IsoTrack;
	audio: IsoTrack[];
	defaults: Map<number, SampleDefaults>;
	isFragmented: boolean;
	end: number;
}

async function readMovie(window: ByteWindow): Promise<Movie> {
	const { path } = window.source;
	let brand = '';
	for await (const box of topBoxes(window, 0)) {
		if (box.type === 'ftyp') brand = fourCharacters(await fields(window, box, 4), 0);
		if (box.type === 'moov') return { ...(await readMoov(window, box)), brand: brand || 'qt  ', end: box.end };
	}
	if (PICTURES.has(brand)) throw formatErrors.unsupported(path, 'it holds pictures (HEIF or AVIF), no film.');
	throw formatErrors.damaged(path, undefined, 'it has no table of contents (moov)');
}

async function readMoov(window: ByteWindow, moov: Box): Promise<Omit<Movie, 'brand' | 'end'>> {
	const { path } = window.source;
	const tracks: IsoTrack[] = [];
	const defaults = new Map<number, SampleDefaults>();
	let movieTimescale = 0;
	let isFragmented = false;
	for await (const box of boxes(window, moov.body, moov.end)) {
		if (box.type === 'mvhd') {
			const isLong = (await fields(window, box, 4)).readUInt8(0) === 1;
			movieTimescale = (await fields(window, box, isLong ? 24 : 16)).readUInt32BE(isLong ? 20 : 12);
		} else if (box.type === 'trak') {
			if (tracks.length >= MOST_TRACKS) throw formatErrors.damaged(path, box.start, 'it has more than 1000 tracks');
			tracks.push(await readTrack(window, box));
		} else if (box.type === 'mvex') {
			isFragmented = true;
			await readDefaults(window, box, defaults);
		} else if (box.type === 'cmov') {
			throw formatErrors.unsupported(
				path,
				'its table of contents is compressed (cmov).',
				'ffprobe may read it.',
				box.start,
			);
		}
	}
	const track = tracks.find(({ handler }) => handler === 'vide');
	if (!track) throw formatErrors.unsupported(path, 'it holds no video track.');
	if (track.timescale === 0) throw formatErrors.damaged(path, moov.start, 'its video track has no time scale');
	return { track, audio: tracks.filter(({ handler }) => handler === 'soun'), movieTimescale, defaults, isFragmented };
}

async function readDefaults(window: ByteWindow, mvex: Box, defaults: Map<number, SampleDefaults>): Promise<void> {
	for await (const box of boxes(window, mvex.body, mvex.end)) {
		if (box.type !== 'trex' || defaults.size >= MOST_TRACKS) continue;
		const head = await fields(window, box, 24);
		const [duration, size, flags] = [12, 16, 20].map(at => head.readUInt32BE(at)) as [number, number, number];
		defaults.set(head.readUInt32BE(4), { duration, size, flags });
	}
}
