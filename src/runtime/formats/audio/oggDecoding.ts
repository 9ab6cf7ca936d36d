import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { Decoding } from './decodedBlocks.ts';
import { type FlacInfo, mostFrameBytes, toFullScale } from './flacFrames.ts';
import { flacPreamble } from './flacTrack.ts';
import { OggPackets, type OggPage } from './oggPages.ts';
import type { OggStream } from './oggStreams.ts';

/** Packets of Vorbis and Opus are a few kB; the comments before them may hold a picture. */
const MOST_PACKET_BYTES = 16 * 1024 * 1024;
const LAST_PAGE = 4;
const NO_SAMPLES = new Float32Array(0);
const FIRST_BYTE = Buffer.from('O');

/** One stream of sound in an Ogg file, from its first page to its last. */
export class OggDecoding {
	readonly serial: number;
	readonly #source: ByteSource;
	readonly #stream: OggStream;
	readonly #decoding: Decoding;
	readonly #packets: OggPackets;
	#sequence: number | undefined;
	/** Samples that came out so far, and the position at which the first of them stands. */
	#given = 0;
	#origin: number | undefined;

	private constructor(source: ByteSource, serial: number, stream: OggStream, decoding: Decoding) {
		this.#source = source;
		this.serial = serial;
		this.#stream = stream;
		this.#decoding = decoding;
		const mostBytes = stream.codec === 'flac' ? mostFrameBytes(stream.info, stream.info.maxBlock) : 0;
		this.#packets = new OggPackets(Math.max(mostBytes, MOST_PACKET_BYTES));
	}

	static async start(source: ByteSource, serial: number, stream: OggStream): Promise<OggDecoding> {
		const decoding = await Decoding.start(source, stream.codec, stream.channels);
		try {
			if (stream.codec === 'flac') await decoding.decode(flacPreamble(stream.streamInfo), 0);
			// See #library.
			else await decoding.decode(FIRST_BYTE, 0);
			return new OggDecoding(source, serial, stream, decoding);
		} catch (error) {
			decoding.free();
			throw error;
		}
	}

	/** Sound that the page brings. Throws `damaged` where a page is missing before it. */
	async *decode(page: OggPage): AsyncGenerator<readonly Float32Array[], void, undefined> {
		const { path } = this.#source;
		if (this.#sequence !== undefined && page.sequence !== this.#sequence + 1) {
			const problem = `page ${page.sequence} follows where page ${this.#sequence + 1} should`;
			throw formatErrors.damaged(path, page.offset, problem);
		}
		this.#sequence = page.sequence;
		if (this.#stream.codec === 'flac') yield* this.#flac(page, this.#stream.info);
		else yield await this.#library(page);
	}

	free(): void {
		this.#decoding.free();
	}

	/**
	 * The libraries take a page for whole when a byte of the next one has come: so each page is given them with the next one's first byte,
	 * which is always the same. That it is the last is not told them: they would begin anew, and cut the sound by what they counted
	 * themselves.
	 */
	async #library(page: OggPage): Promise<readonly Float32Array[]> {
		const bytes = Buffer.concat([page.bytes.subarray(1), FIRST_BYTE]);
		bytes.writeUInt8(bytes.readUInt8(4) & ~LAST_PAGE, 4);
		const { channels } = await this.#decoding.decode(bytes, page.offset);
		const given = this.#trimmed(page, channels);
		if (this.#stream.gain !== 1) scale(given, this.#stream.gain);
		const { order } = this.#stream;
		return order && given.length > 0 ? order.map(channel => given[channel] ?? NO_SAMPLES) : given;
	}

	async *#flac(page: OggPage, info: FlacInfo): AsyncGenerator<readonly Float32Array[], void, undefined> {
		try {
			for (const packet of this.#packets.of(page)) {
				if (packet[0] !== 0xff) continue;
				const { channels } = await this.#decoding.decode(packet, page.offset);
				toFullScale(channels, info);
				yield channels;
			}
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			throw formatErrors.damaged(this.#source.path, page.offset, error.message, error);
		}
	}

	/** Without what the encoder added to fill its last packet: the last page's position says where the sound ends. */
	#trimmed(page: OggPage, channels: readonly Float32Array[]): readonly Float32Array[] {
		const samples = channels[0]?.length ?? 0;
		this.#given += samples;
		const { position } = page;
		if (samples === 0 || position === undefined) return channels;
		const { preSkip } = this.#stream;
		// A stream that was cut out of a longer one begins later; a short one that ends in its first page, at zero.
		this.#origin ??= page.isLast ? 0 : Math.max(0, position - preSkip - this.#given);
		const tooMany = page.isLast ? this.#given - (position - preSkip - this.#origin) : 0;
		if (tooMany <= 0) return channels;
		this.#given -= tooMany;
		return channels.map(values => values.subarray(0, Math.max(0, samples - tooMany)));
	}
}

function scale(channels: readonly Float32Array[], factor: number): void {
	for (const values of channels) {
		for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * factor;
	}
}
