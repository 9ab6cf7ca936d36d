import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type Chunk, checkShape, chunksOf, chunkText, Tags } from './chunks.ts';
import { frameBytes, type PcmLayout } from './pcmTrack.ts';
import type { SampleEncoding } from './sampleEncodings.ts';

/** Chunks that hold one text. */
const TEXTS: ReadonlySet<string> = new Set(['NAME', 'AUTH', '(c) ', 'ANNO']);

interface Common {
	readonly channels: number;
	readonly samples: number;
	readonly bits: number;
	readonly sampleRate: number;
	/** Of AIFF-C. */
	readonly compression: string;
	readonly offset: number;
}

/**
 * Where the sound of an AIFF or AIFF-C file is (Apple, Audio Interchange File Format 1.3 and AIFF-C draft of 1991). Throws `damaged`,
 * `truncated`, and `unsupported` with the name of a compression.
 */
export async function readAiff(source: ByteSource): Promise<PcmLayout> {
	const window = source.window();
	try {
		return await readLayout(source, window);
	} finally {
		window.release();
	}
}

async function readLayout(source: ByteSource, window: ByteWindow): Promise<PcmLayout> {
	const kind = (await window.bytes(0, 12, 'the header')).toString('latin1', 8, 12);
	if (kind !== 'AIFF' && kind !== 'AIFC') throw formatErrors.wrongFormat(source.path, 'an AIFF file', undefined);
	const tags = new Tags();
	let common: Common | undefined;
	let sound: Chunk | undefined;
	let skip = 0;
	for await (const chunk of chunksOf({ window, little: false }, 12, Number.POSITIVE_INFINITY)) {
		if (chunk.id === 'COMM' && !common) common = await readCommon(source, window, chunk, kind);
		else if (chunk.id === 'SSND' && !sound) {
			if (chunk.bytes < 8) throw formatErrors.damaged(source.path, chunk.offset, 'its sound chunk has no header');
			skip = 8 + (await window.bytes(chunk.offset, 8, 'the sound')).readUInt32BE(0);
			sound = chunk;
		} else if (TEXTS.has(chunk.id)) tags.add(chunk.id, await chunkText(window, chunk));
		if (chunk.offset + chunk.bytes >= source.size) break;
	}
	if (!common || (!sound && common.samples > 0)) throw source.truncated(source.size, 8, 'its chunks');
	const { channels, sampleRate, samples, bits, compression, offset } = common;
	checkShape(source, offset, channels, sampleRate);
	const { encoding, little } = codingOf(source, common);
	const blockBytes = frameBytes(encoding, channels);
	const order = SINGLE_BYTE.has(encoding) ? '' : little ? 'le' : 'be';
	const promised = samples * blockBytes;
	const declared = sound ? Math.max(sound.bytes - skip, 0) : 0;
	if (promised > declared) {
		throw formatErrors.damaged(
			source.path,
			offset + 2,
			`it promises ${samples} samples, more than its sound chunk can hold`,
		);
	}
	return {
		container: kind.toLowerCase(),
		codec: `pcm_${encoding}${order}`,
		sampleRate,
		channels,
		bits: compression === 'NONE' || bits > 0 ? bits : undefined,
		blockBytes,
		coding: { encoding, little },
		statedSamples: samples,
		dataOffset: (sound?.offset ?? source.size) + skip,
		declaredBytes: promised,
		tags: tags.toJSON(),
	};
}

const SINGLE_BYTE: ReadonlySet<SampleEncoding> = new Set(['u8', 's8', 'alaw', 'mulaw']);

async function readCommon(
	source: ByteSource,
	window: ByteWindow,
	{ offset, bytes }: Chunk,
	kind: string,
): Promise<Common> {
	const length = kind === 'AIFC' ? 22 : 18;
	if (bytes < length)
		throw formatErrors.damaged(source.path, offset, `its "COMM" chunk has ${bytes} bytes, not ${length}`);
	const field = await window.bytes(offset, length, 'the "COMM" chunk');
	return {
		channels: field.readUInt16BE(0),
		samples: field.readUInt32BE(2),
		bits: field.readUInt16BE(6),
		sampleRate: extended(field.subarray(8, 18)),
		compression: kind === 'AIFC' ? field.toString('latin1', 18, 22) : 'NONE',
		offset,
	};
}

/** A number of 80 bits (IEEE 754 extended): sign and exponent, then 64 bits with their leading one written out. */
function extended(bytes: Buffer): number {
	const exponent = (bytes.readUInt16BE(0) & 0x7fff) - 16_383 - 63;
	return (bytes.readUInt32BE(2) * 2 ** 32 + bytes.readUInt32BE(6)) * 2 ** exponent;
}

function codingOf(
	source: ByteSource,
	{ compression, bits, offset }: Common,
): { encoding: SampleEncoding; little: boolean } {
	const little = compression === 'sowt';
	switch (compression) {
		case 'NONE':
		case 'twos':
		case 'sowt': {
			const bytes = Math.ceil(bits / 8);
			if (bytes === 1) return { encoding: 's8', little };
			if (bytes >= 2 && bytes <= 4) return { encoding: `s${8 * bytes}` as SampleEncoding, little };
			throw formatErrors.damaged(source.path, offset + 6, `its samples would have ${bits} bits`);
		}
		case 'raw ':
			return { encoding: 'u8', little };
		case 'in24':
			return { encoding: 's24', little };
		case 'in32':
			return { encoding: 's32', little };
		case 'fl32':
		case 'FL32':
			return { encoding: 'f32', little };
		case 'fl64':
		case 'FL64':
			return { encoding: 'f64', little };
		case 'alaw':
		case 'ALAW':
			return { encoding: 'alaw', little };
		case 'ulaw':
		case 'ULAW':
			return { encoding: 'mulaw', little };
		default:
			throw formatErrors.unsupported(
				source.path,
				`its sound is compressed ("${compression.trim()}").`,
				'',
				offset + 18,
			);
	}
}
