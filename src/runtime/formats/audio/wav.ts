import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { adpcmBlockSamples, decodeIma, msDecoder } from './adpcm.ts';
import { type Chunk, checkShape, chunksOf, chunkText, Tags } from './chunks.ts';
import type { PcmLayout } from './pcmTrack.ts';
import { SAMPLE_BYTES, type SampleEncoding } from './sampleEncodings.ts';

export const WAV_MAGIC: ReadonlySet<string> = new Set(['RIFF', 'RIFX', 'RF64', 'BW64']);

/** "The length stands in the ds64 chunk", or "was not known when this was written". */
const UNKNOWN_LENGTH = 0xffff_ffff;
/** What sox and arecord write into a pipe, where they cannot come back to correct it: a little below, or exactly, 2 GiB. */
const PIPED_LENGTHS = { least: 0x7fff_f000, most: 0x8000_0000 };
const EXTENSIBLE = 0xfffe;
/** Behind its first two bytes, which are a format tag, every GUID of a format is this; the second is that of ambisonic sound. */
const GUID_TAILS = ['000000001000800000aa00389b71', '00002107d3118644c8c1ca000000'];
const MOST_BLOCK_BYTES = 64 * 1024;

/** Tags of formats that only name what is there, for the refusal. RFC 2361 lists them. */
const OTHER_FORMATS: Readonly<Record<number, string>> = {
	49: 'GSM 06.10',
	64: 'G.721 ADPCM',
	69: 'G.726 ADPCM',
	80: 'MPEG layer I or II',
	85: 'MP3',
	255: 'AAC',
	353: 'Windows Media Audio',
	8192: 'AC-3',
	61868: 'FLAC',
};

interface Format {
	readonly tag: number;
	readonly channels: number;
	readonly sampleRate: number;
	readonly blockBytes: number;
	readonly bits: number;
	/** What follows the sixteen bytes that all have, from its own length on. */
	readonly extra: Buffer;
	readonly offset: number;
}

/**
 * Where the sound of a WAV file is: RIFF and RIFX (Microsoft, Multimedia Programming Interface 1.0), RF64 (EBU Tech 3306) and BW64
 * (ITU-R BS.2088), WAVE_FORMAT_EXTENSIBLE. Throws `damaged`, `truncated`, `wrongFormat`, and `unsupported` with the name of a coding that
 * is not read here.
 */
export async function readWav(source: ByteSource): Promise<PcmLayout> {
	const window = source.window();
	try {
		return await new WavHeader(source, window).read();
	} finally {
		window.release();
	}
}

class WavHeader {
	readonly #source: ByteSource;
	readonly #window: ByteWindow;
	readonly #tags = new Tags();
	#format: Format | undefined;
	#factSamples: number | undefined;
	/** Of RF64: the data's length, and the samples of each channel. */
	#large: { dataBytes: number; samples: number } | undefined;

	constructor(source: ByteSource, window: ByteWindow) {
		this.#source = source;
		this.#window = window;
	}

	async read(): Promise<PcmLayout> {
		const { path, size } = this.#source;
		const head = await this.#window.bytes(0, 12, 'the header');
		const magic = head.toString('latin1', 0, 4);
		const little = magic !== 'RIFX';
		if (head.toString('latin1', 8, 12) !== 'WAVE')
			throw formatErrors.wrongFormat(path, 'a WAV file', 'another RIFF file');
		const riffBytes = little ? head.readUInt32LE(4) : head.readUInt32BE(4);
		const lengthOf = (id: string, field: number) =>
			id === 'data' && field === UNKNOWN_LENGTH && this.#large ? this.#large.dataBytes : field;
		let data: Chunk | undefined;
		let isStream = false;
		for await (const chunk of chunksOf({ window: this.#window, little, lengthOf }, 12, Number.POSITIVE_INFINITY)) {
			if (chunk.id === 'data' && !data) {
				data = chunk;
				isStream = this.#isStream(chunk, riffBytes);
				if (isStream) break;
			} else await this.#read(chunk, little);
			// Beyond the end there is nothing more to be found.
			if (chunk.offset + chunk.bytes >= size) break;
		}
		const format = this.#format;
		if (!format) {
			// Cut off within the header, or never whole.
			if (!data || data.offset + data.bytes > size) throw this.#source.truncated(size, 8, 'its chunks');
			throw formatErrors.damaged(path, undefined, 'it has no "fmt " chunk, which says how its sound is stored');
		}
		if (!data) throw this.#source.truncated(size, 8, 'the sound');
		return this.#layout(magic, little, format, data, isStream);
	}

	#isStream({ offset, bytes }: Chunk, riffBytes: number): boolean {
		const there = this.#source.size - offset;
		if (bytes <= there && bytes > 0) return false;
		if (bytes === 0) return there > 0 && (riffBytes === 0 || riffBytes === UNKNOWN_LENGTH || riffBytes + 8 <= offset);
		return bytes === UNKNOWN_LENGTH || (bytes >= PIPED_LENGTHS.least && bytes <= PIPED_LENGTHS.most);
	}

	async #read(chunk: Chunk, little: boolean): Promise<void> {
		const { id, offset, bytes } = chunk;
		const u32 = (buffer: Buffer, at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
		if (id === 'fmt ' && !this.#format) await this.#readFormat(chunk, little);
		else if (id === 'ds64' && bytes >= 24) {
			const field = await this.#window.bytes(offset, 24, 'the lengths of RF64');
			const [dataBytes, samples] = [Number(field.readBigUInt64LE(8)), Number(field.readBigUInt64LE(16))];
			if (!Number.isSafeInteger(dataBytes)) {
				throw formatErrors.damaged(this.#source.path, offset + 8, `the sound would take ${dataBytes} bytes`);
			}
			this.#large = { dataBytes, samples };
		} else if (id === 'fact' && bytes >= 4) {
			const field = await this.#window.bytes(offset, 4, 'the number of samples');
			const samples = u32(field, 0);
			if (samples !== UNKNOWN_LENGTH) this.#factSamples = samples;
		} else if (id === 'LIST' && bytes >= 4) {
			const kind = await this.#window.upTo(offset, 4);
			if (kind.toString('latin1') !== 'INFO') return;
			const entries = chunksOf({ window: this.#window, little }, offset + 4, offset + bytes);
			for await (const entry of entries) this.#tags.add(entry.id, await chunkText(this.#window, entry));
		}
	}

	async #readFormat({ offset, bytes }: Chunk, little: boolean): Promise<void> {
		const { path } = this.#source;
		if (bytes < 14) throw formatErrors.damaged(path, offset, `its "fmt " chunk has ${bytes} bytes and needs 16`);
		const buffer = await this.#window.bytes(offset, Math.min(bytes, 1024), 'the "fmt " chunk');
		const u16 = (at: number) => (little ? buffer.readUInt16LE(at) : buffer.readUInt16BE(at));
		const u32 = (at: number) => (little ? buffer.readUInt32LE(at) : buffer.readUInt32BE(at));
		const blockBytes = u16(12);
		// The oldest form ends before the bits.
		const bits = bytes >= 16 ? u16(14) : Math.floor((8 * blockBytes) / Math.max(u16(2), 1));
		const extra = Buffer.from(buffer.subarray(16));
		let tag = u16(0);
		if (tag === EXTENSIBLE && buffer.length >= 40) {
			// The GUID's first three fields are numbers, in the file's order of bytes.
			const tail = little ? buffer.toString('hex', 26, 40) : bigTail(buffer.subarray(24, 40));
			if (!GUID_TAILS.includes(tail)) {
				throw formatErrors.unsupported(path, `its sound has a coding of its own (GUID …${tail}).`, '', offset + 24);
			}
			tag = little ? u16(24) : u16(26);
		}
		this.#format = { tag, channels: u16(2), sampleRate: u32(4), blockBytes, bits, extra, offset };
	}

	#layout(magic: string, little: boolean, format: Format, data: Chunk, isStream: boolean): PcmLayout {
		const { channels, sampleRate, bits, offset } = format;
		checkShape(this.#source, offset, channels, sampleRate);
		const coding = this.#coding(format, little);
		return {
			container: magic === 'RIFF' ? 'wav' : magic.toLowerCase(),
			sampleRate,
			channels,
			bits: bits === 0 ? undefined : bits,
			...coding,
			dataOffset: data.offset,
			declaredBytes: isStream ? undefined : data.bytes,
			tags: this.#tags.toJSON(),
		};
	}

	#coding(
		{ tag, channels, bits, blockBytes, extra, offset }: Format,
		little: boolean,
	): Pick<PcmLayout, 'codec' | 'coding' | 'blockBytes' | 'statedSamples'> {
		const { path } = this.#source;
		const order = little ? 'le' : 'be';
		const plain = (encoding: SampleEncoding, codec: string) => ({
			codec,
			coding: { encoding, little },
			blockBytes: channels * SAMPLE_BYTES[encoding],
			statedSamples: undefined,
		});
		// 12 bits lie in two bytes, 20 in three or four: at the upper end, so that the full scale is that of the bytes.
		const perSample = blockBytes % channels === 0 && blockBytes > 0 ? blockBytes / channels : Math.ceil(bits / 8);
		if (tag === 1) {
			if (bits > 8 * perSample) {
				throw formatErrors.damaged(path, offset + 12, `a sample of ${bits} bits would lie in ${perSample} bytes`);
			}
			if (perSample === 1) return plain('u8', 'pcm_u8');
			const encoding = ([2, 3, 4, 8] as const).includes(perSample as 2)
				? (`s${8 * perSample}` as SampleEncoding)
				: undefined;
			if (encoding) return plain(encoding, `pcm_${encoding}${order}`);
			throw formatErrors.unsupported(path, `its samples take ${perSample} bytes each.`, '', offset + 12);
		}
		if (tag === 3 && (perSample === 4 || perSample === 8)) {
			const encoding = perSample === 4 ? 'f32' : 'f64';
			return plain(encoding, `pcm_${encoding}${order}`);
		}
		if (tag === 6 && perSample === 1) return plain('alaw', 'pcm_alaw');
		if (tag === 7 && perSample === 1) return plain('mulaw', 'pcm_mulaw');
		if ((tag === 2 || tag === 0x11) && bits === 4 && little) {
			const kind = tag === 2 ? 'ms' : 'ima';
			if (adpcmBlockSamples(kind, blockBytes, channels) < 1 || blockBytes > MOST_BLOCK_BYTES) {
				throw formatErrors.damaged(path, offset + 12, `a compressed block would have ${blockBytes} bytes`);
			}
			return {
				codec: kind === 'ms' ? 'adpcm_ms' : 'adpcm_ima_wav',
				coding: { adpcm: kind, decode: kind === 'ms' ? msDecoder(this.#coefficients(extra, offset)) : decodeIma },
				blockBytes,
				statedSamples: this.#large?.samples || this.#factSamples || undefined,
			};
		}
		const name = OTHER_FORMATS[tag] ?? (tag === 3 ? `floating point numbers of ${bits} bits` : undefined);
		const coding = name ?? `coding 0x${tag.toString(16).padStart(4, '0')} with ${bits} bits`;
		throw formatErrors.unsupported(path, `its sound is stored as ${coding}.`, '', offset);
	}

	#coefficients(extra: Buffer, offset: number): [number, number][] {
		// Its own length, the samples of a block, the number of pairs, the pairs.
		const count = extra.length >= 6 ? extra.readUInt16LE(4) : 0;
		if (count === 0 || extra.length < 6 + 4 * count) {
			throw formatErrors.damaged(this.#source.path, offset + 16, 'the coefficients of its compression are missing');
		}
		return Array.from({ length: count }, (_, i) => [extra.readInt16LE(6 + 4 * i), extra.readInt16LE(8 + 4 * i)]);
	}
}

/** Of a GUID that stands in big-endian order: what follows its first field's lower half, as little-endian files have it. */
function bigTail(guid: Buffer): string {
	const swapped = Buffer.from(guid);
	swapped.subarray(0, 4).swap32();
	swapped.subarray(4, 8).swap16();
	return swapped.toString('hex', 2);
}
