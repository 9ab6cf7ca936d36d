import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import type { AudioFacts, AudioTrack, RawBlock } from './audioTypes.ts';
import { checkShape, Tags } from './chunks.ts';
import { INPUT_WINDOW_BYTES } from './decodedBlocks.ts';
import { flacFacts } from './flacTrack.ts';
import { OggDecoding } from './oggDecoding.ts';
import { lastOggPage, type OggPage, oggPages } from './oggPages.ts';
import { commentsOffset, type OggStream, oggCodecName, oggStream } from './oggStreams.ts';
import { readComments } from './vorbisComments.ts';
import { requireDecoder } from './wasmDecoders.ts';

/** Vorbis and Opus have no order of channels for more; a page of them could take a GiB when decoded. */
const MOST_CHANNELS = 8;
/** Pages before the sound: one for each stream, and the comments' first. */
const MOST_LEADING_PAGES = 64;

interface Found {
	readonly serial: number;
	readonly stream: OggStream;
	readonly tags: Tags;
}

/**
 * Vorbis, Opus or FLAC in Ogg. The pages are proven here before a decoder sees them, other streams in the same file are left out, and
 * streams that follow on each other ("chained") are read one after the other, as long as their shape is the same.
 */
export class OggTrack implements AudioTrack {
	readonly facts: AudioFacts;
	readonly #source: ByteSource;
	readonly #found: Found;

	private constructor(source: ByteSource, found: Found, facts: AudioFacts) {
		this.#source = source;
		this.#found = found;
		this.facts = facts;
	}

	/** Throws `unsupported` with the name of the codec where there is no sound for our decoders in it. */
	static async open(source: ByteSource): Promise<OggTrack> {
		const window = source.window(INPUT_WINDOW_BYTES);
		try {
			const found = await findStream(window);
			const { stream, tags, serial } = found;
			checkShape(source, 0, stream.channels, stream.sampleRate);
			if (stream.channels > MOST_CHANNELS) {
				throw formatErrors.unsupported(source.path, `it has ${stream.channels} channels.`, '', 0);
			}
			await requireDecoder(stream.codec);
			const samples = await statedSamples(window, found);
			const told = samples !== undefined && {
				samples,
				duration: samples / stream.sampleRate,
				durationFrom: 'lastPage' as const,
			};
			const { codec, sampleRate, channels } = stream;
			const common = { container: 'ogg', codec, sampleRate, channels, tags: tags.toJSON(), decoder: 'wasm' as const };
			const facts = stream.codec === 'flac' ? flacFacts(stream.info, 'ogg', tags) : { ...common, ...told };
			return new OggTrack(source, { stream, tags, serial }, facts);
		} finally {
			window.release();
		}
	}

	async *blocks(): AsyncGenerator<RawBlock, void, undefined> {
		const source = this.#source;
		const window = source.window(INPUT_WINDOW_BYTES);
		let decoding: OggDecoding | undefined;
		let firstSample = 0;
		try {
			for await (const page of oggPages(window, 0)) {
				if (page.isFirst && !decoding) decoding = await this.#begin(page);
				if (page.serial !== decoding?.serial) continue;
				for await (const channels of decoding.decode(page)) {
					const samples = channels[0]?.length ?? 0;
					if (samples > 0) yield { firstSample, samples, channels };
					firstSample += samples;
				}
				if (!page.isLast) continue;
				decoding.free();
				decoding = undefined;
			}
			if (decoding) throw source.truncated(source.size, 1, 'the sound, whose last page says so,');
		} finally {
			decoding?.free();
			window.release();
		}
	}

	/** Of a page that begins a stream: its decoder, if it is the sound, or goes on with it. */
	async #begin(page: OggPage): Promise<OggDecoding | undefined> {
		const { path } = this.#source;
		const { stream: first, serial } = this.#found;
		const stream = oggStream(page.bytes.subarray(page.bodyOffset));
		if (!stream) {
			if (page.serial !== serial) return undefined;
			throw formatErrors.damaged(path, page.offset, 'its stream begins again as another one');
		}
		if (stream.sampleRate !== first.sampleRate || stream.channels !== first.channels) {
			const shape = `${stream.sampleRate} Hz, ${stream.channels} channels`;
			throw formatErrors.unsupported(path, `its sound changes at byte ${page.offset} to ${shape}.`, '', page.offset);
		}
		return OggDecoding.start(this.#source, page.serial, stream);
	}
}

async function findStream(window: ByteWindow): Promise<Found> {
	const { source } = window;
	const tags = new Tags();
	const others: string[] = [];
	let found: Found | undefined;
	let count = 0;
	for await (const page of oggPages(window, 0)) {
		const packet = page.bytes.subarray(page.bodyOffset);
		if (page.isFirst && !found) {
			const stream = oggStream(packet);
			if (stream) found = { serial: page.serial, stream, tags };
			else others.push(oggCodecName(packet) ?? 'an unknown codec');
		} else if (page.serial === found?.serial) {
			const offset = commentsOffset(found.stream.codec, packet);
			if (offset !== undefined) readComments(packet, offset, tags);
			break;
		} else if (!page.isFirst && !found) break;
		if (++count === MOST_LEADING_PAGES) break;
	}
	if (found) return found;
	if (others.length === 0) throw formatErrors.damaged(source.path, 0, 'no stream begins in it');
	throw formatErrors.unsupported(source.path, `it holds ${[...new Set(others)].join(' and ')}.`, '', 0);
}

/** Samples of each channel by the last page, where that ends the stream that we found. */
async function statedSamples(window: ByteWindow, { serial, stream }: Found): Promise<number | undefined> {
	const last = await lastOggPage(window);
	if (last?.serial !== serial || !last.isLast || last.position === undefined) return undefined;
	return Math.max(last.position - stream.preSkip, 0);
}
