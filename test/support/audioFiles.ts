import { SAMPLE_BYTES, type SampleEncoding } from '../../src/runtime/formats/audio/sampleEncodings.ts';

export interface Sound {
	readonly channels: number;
	readonly sampleRate: number;
	/** Of each channel. */
	readonly samples: number;
	readonly encoding: SampleEncoding;
	/** Of sample `i`; full scale is ±1. Of A-law and µ-law, the code itself. */
	value(i: number, channel: number): number;
}

export interface WavSound extends Sound {
	readonly container?: 'RIFF' | 'RIFX' | 'RF64' | 'BW64';
	readonly extensible?: boolean;
	/** Before the sound, a chunk of an odd length as well. */
	readonly tags?: Readonly<Record<string, string>>;
	/** Written instead of the true length of the sound. */
	readonly dataLength?: number;
	/** Written instead of the true length of everything. */
	readonly riffLength?: number;
}

const TAGS: Readonly<Partial<Record<SampleEncoding, number>>> = { f32: 3, f64: 3, alaw: 6, mulaw: 7 };
const GUID_TAIL = Buffer.from('00001000800000aa00389b71', 'hex');

export function wavFile(sound: WavSound): Buffer {
	const { container = 'RIFF', channels, sampleRate, encoding, extensible, tags } = sound;
	const little = container !== 'RIFX';
	const number = numbers(little);
	const data = soundBytes(sound, little);
	const sampleBytes = SAMPLE_BYTES[encoding];
	const tag = TAGS[encoding] ?? 1;
	const bits = 8 * sampleBytes;
	const shape = [number(2, channels), number(4, sampleRate), number(4, sampleRate * channels * sampleBytes)];
	const format = [number(2, extensible ? 0xfffe : tag), ...shape, number(2, channels * sampleBytes), number(2, bits)];
	const tail = little ? GUID_TAIL : Buffer.from('00000010800000aa00389b71', 'hex');
	if (extensible) format.push(number(2, 22), number(2, bits), number(4, 0), number(4, tag), tail);
	const chunk = (id: string, content: Buffer, length = content.length) =>
		Buffer.concat([Buffer.from(id), number(4, length), content, Buffer.alloc(content.length % 2)]);
	const info = Object.entries(tags ?? {}).map(([id, text]) => chunk(id, Buffer.from(`${text}\0`)));
	const is64 = container === 'RF64' || container === 'BW64';
	const ds64 = Buffer.alloc(28);
	ds64.writeBigUInt64LE(BigInt(data.length), 8);
	ds64.writeBigUInt64LE(BigInt(sound.samples), 16);
	const body = Buffer.concat([
		Buffer.from('WAVE'),
		...(is64 ? [chunk('ds64', ds64)] : []),
		...(tags ? [chunk('odd ', Buffer.from('odd'))] : []),
		chunk('fmt ', Buffer.concat(format)),
		chunk('data', data, sound.dataLength ?? (is64 ? 0xffff_ffff : data.length)),
		...(tags ? [chunk('LIST', Buffer.concat([Buffer.from('INFO'), ...info]))] : []),
	]);
	const length = sound.riffLength ?? (is64 ? 0xffff_ffff : body.length);
	return Buffer.concat([Buffer.from(container), number(4, length), body]);
}

/** With `compression`, AIFF-C. */
export function aiffFile(sound: Sound & { readonly compression?: string }): Buffer {
	const { channels, samples, sampleRate, encoding, compression } = sound;
	const number = numbers(false);
	const chunk = (id: string, content: Buffer) =>
		Buffer.concat([Buffer.from(id), number(4, content.length), content, Buffer.alloc(content.length % 2)]);
	const rate = Buffer.alloc(10);
	const exponent = Math.floor(Math.log2(sampleRate));
	rate.writeUInt16BE(16_383 + exponent, 0);
	rate.writeBigUInt64BE(BigInt(sampleRate) << BigInt(63 - exponent), 2);
	const shape = [number(2, channels), number(4, samples), number(2, 8 * SAMPLE_BYTES[encoding]), rate];
	const name = compression === undefined ? [] : [Buffer.from(compression, 'latin1'), Buffer.from([0, 0])];
	const data = soundBytes(sound, compression === 'sowt');
	return Buffer.concat([
		Buffer.from('FORM'),
		number(4, 0),
		Buffer.from(compression === undefined ? 'AIFF' : 'AIFC'),
		chunk('NAME', Buffer.from('A name')),
		chunk('COMM', Buffer.concat([...shape, ...name])),
		chunk('SSND', Buffer.concat([number(4, 0), number(4, 0), data])),
	]);
}

/** What a reader gives for a value that was stored so. */
export function stored(encoding: SampleEncoding, value: number): number {
	switch (encoding) {
		case 'f32':
			return Math.fround(value);
		case 'f64':
		case 's64':
			return Math.fround(value);
		default: {
			// No negative zero: integers have none.
			const full = 2 ** (8 * SAMPLE_BYTES[encoding] - 1);
			return Math.fround(Math.round(value * full) / full) + 0;
		}
	}
}

function numbers(little: boolean) {
	return (bytes: number, value: number): Buffer => {
		const buffer = Buffer.alloc(bytes);
		if (little) buffer.writeUIntLE(value, 0, bytes);
		else buffer.writeUIntBE(value, 0, bytes);
		return buffer;
	};
}

function soundBytes({ channels, samples, encoding, value }: Sound, little: boolean): Buffer {
	const bytes = SAMPLE_BYTES[encoding];
	const data = Buffer.alloc(samples * channels * bytes);
	for (let i = 0; i < samples; i++) {
		for (let channel = 0; channel < channels; channel++) {
			write(data, (i * channels + channel) * bytes, encoding, little, value(i, channel));
		}
	}
	return data;
}

function write(data: Buffer, at: number, encoding: SampleEncoding, little: boolean, value: number): void {
	const bytes = SAMPLE_BYTES[encoding];
	const whole = Math.round(value * 2 ** (8 * bytes - 1));
	if (encoding === 'alaw' || encoding === 'mulaw') data.writeUInt8(value, at);
	else if (encoding === 'u8') data.writeUInt8(whole + 128, at);
	else if (encoding === 'f32') little ? data.writeFloatLE(value, at) : data.writeFloatBE(value, at);
	else if (encoding === 'f64') little ? data.writeDoubleLE(value, at) : data.writeDoubleBE(value, at);
	else if (encoding === 's64')
		little ? data.writeBigInt64LE(BigInt(whole), at) : data.writeBigInt64BE(BigInt(whole), at);
	else if (little) data.writeIntLE(whole, at, bytes);
	else data.writeIntBE(whole, at, bytes);
}
