import { loadPeer } from '../../internals.ts';

/** What all of them give for a piece of a file. */
export interface Decoded {
	readonly channelData: readonly Float32Array[];
	readonly errors: readonly { readonly message: string }[];
}

export interface WasmDecoder {
	/** Throws what the library throws; errors that it tells are in the answer. */
	decode(bytes: Uint8Array): Promise<Decoded>;
	free(): void;
}

/** The part of each library that is used here: declared, because none of them may be there when this is compiled by somebody else. */
interface LibraryDecoder {
	readonly ready: Promise<unknown>;
	decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
	decodeFrames?(frames: readonly Uint8Array[]): Decoded | Promise<Decoded>;
	free(): void;
}

/** By codec: the package, its class, and whether it is given whole frames that we found, instead of bytes in which it finds them itself. */
const LIBRARIES = {
	mp3: { specifier: 'mpg123-decoder', name: 'MPEGDecoder', frames: false, what: 'reading MP3' },
	flac: { specifier: '@wasm-audio-decoders/flac', name: 'FLACDecoder', frames: true, what: 'reading FLAC' },
	vorbis: {
		specifier: '@wasm-audio-decoders/ogg-vorbis',
		name: 'OggVorbisDecoder',
		frames: false,
		what: 'reading Ogg Vorbis',
	},
	opus: { specifier: 'ogg-opus-decoder', name: 'OggOpusDecoder', frames: false, what: 'reading Ogg Opus' },
} as const;
export type WasmCodec = keyof typeof LIBRARIES;

/** Rejects with `missingPackage`, which names the package to install. */
export async function requireDecoder(codec: WasmCodec): Promise<void> {
	await load(codec);
}

/** A decoder with its memory (16 MiB of WebAssembly, which `free` alone does not give back: a collection does). */
export async function startDecoder(codec: WasmCodec): Promise<WasmDecoder> {
	const Library = await load(codec);
	const decoder = new Library();
	await decoder.ready;
	const { frames } = LIBRARIES[codec];
	return {
		decode: async bytes =>
			quietly(() => (frames && decoder.decodeFrames ? decoder.decodeFrames([bytes]) : decoder.decode(bytes))),
		free: () => decoder.free(),
	};
}

async function load(codec: WasmCodec): Promise<new () => LibraryDecoder> {
	const { specifier, name, what } = LIBRARIES[codec];
	const module = await loadPeer<Record<string, new () => LibraryDecoder>>(specifier, what);
	const Library = module[name];
	if (typeof Library !== 'function') throw new TypeError(`The package "${specifier}" has no ${name}.`);
	return Library;
}

const LIBRARY_WORDS = /^(mpg123-decoder|@wasm-audio-decoders\/|ogg-opus-decoder|opus-decoder|libopus)/;
let quiet = 0;
let loud: typeof console.error | undefined;

/**
 * The libraries print what they also return as errors. Of a damaged file that is a line for each of its thousands of pieces, in the midst
 * of what the user's program prints: left out while they work. Whatever else is printed meanwhile passes.
 */
async function quietly<T>(work: () => T | Promise<T>): Promise<T> {
	if (quiet++ === 0) {
		loud = console.error;
		console.error = hushed;
	}
	try {
		return await work();
	} finally {
		if (--quiet === 0 && loud) {
			// Somebody else may have put theirs there meanwhile.
			if (console.error === hushed) console.error = loud;
			loud = undefined;
		}
	}
}

function hushed(...words: unknown[]): void {
	const [first] = words;
	if (typeof first === 'string' && LIBRARY_WORDS.test(first)) return;
	loud?.apply(console, words);
}
