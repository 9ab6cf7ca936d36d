import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import {
	checkOptions,
	type FileInput,
	FormatReader,
	openFormatSource,
	READER_OPTION_NAMES,
	type ReaderOptions,
	type ReaderSettings,
	readerSettings,
} from '../formatReader.ts';
import { type BinaryChunk, type BinaryPart, checkedPart, chunksOf, type PartOptions } from './chunks.ts';
import { type BinaryColumns, type ColumnFields, columnsOf } from './columns.ts';
import type { BinaryArrays, BinaryFields, BinaryNumber, BinaryRecord } from './fields.ts';
import { numberKind } from './numbers.ts';
import { recordPlan } from './recordPlan.ts';
import { type BinaryText, MOST_TEXT_BYTES, textsIn } from './texts.ts';
import { type BinaryValues, valuesOf } from './values.ts';

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

export type BinaryReaderOptions = ReaderOptions;

/** Which part of the file, and in what pieces it comes. */
export interface BinaryChunkOptions extends PartOptions {
	/** Most bytes of one chunk; the reader's `windowBytes` without it. */
	chunkBytes?: number;
	/** `false`: each chunk has memory of its own and may be kept, which takes two to three times as long. */
	reuse?: boolean;
}

export interface BinaryOrder {
	/** The highest byte of a number comes first; `false` without it. */
	bigEndian?: boolean;
}

export interface BinaryRecordOptions extends PartOptions, BinaryOrder {
	/** From one record to the next, bytes; what the fields take without it. */
	recordBytes?: number;
}

export interface BinaryTextOptions extends PartOptions {
	/** Least characters; 4 without it. */
	minLength?: number;
}

const PART_NAMES: OptionNames<PartOptions> = { start: true, end: true };
const CHUNK_NAMES: OptionNames<BinaryChunkOptions> = { ...PART_NAMES, chunkBytes: true, reuse: true };
const VALUE_NAMES: OptionNames<PartOptions & BinaryOrder> = { ...PART_NAMES, bigEndian: true };
const RECORD_NAMES: OptionNames<BinaryRecordOptions> = { ...VALUE_NAMES, recordBytes: true };
const TEXT_NAMES: OptionNames<BinaryTextOptions> = { ...PART_NAMES, minLength: true };

/**
 * A file of any content, in bounded memory: chunks, numbers, records of fixed size, texts that stand between other bytes. Iterating gives
 * chunks. A chunk is valid until the next is asked for, and empty (detached) afterwards.
 *
 * @example
 * await using reader = await BinaryReader.open('events.dat');
 * const fields = { time: 'float64', channel: 'uint16', flags: { type: 'skip', bytes: 2 }, energy: 'float32' } as const;
 * for await (const { time, energy } of reader.records(fields, { start: 512 })) console.log(time, energy);
 */
export class BinaryReader extends FormatReader<BinaryChunk> {
	readonly format = 'binary';

	private constructor(source: ByteSource, settings: ReaderSettings) {
		super(source, settings);
	}

	/** Throws `fileUnreadable`, `chunkTimeout`, `invalidOption` and the signal's reason. */
	static async open(input: FileInput, options: BinaryReaderOptions = {}): Promise<BinaryReader> {
		const settings = readerSettings('BinaryReader', input, options, READER_OPTION_NAMES, BinaryReader.open);
		return new BinaryReader(await openFormatSource(settings, 'binary'), settings);
	}

	/**
	 * The bytes from `start` (0 without it) to `end` (the file's end without it), in pieces. Throws `truncated` where the file ends before
	 * `end`, and `invalidOption`.
	 *
	 * @example
	 * for await (const { offset, bytes } of reader.chunks({ start: 4096, chunkBytes: 65536 })) hash.update(bytes);
	 */
	chunks(options: BinaryChunkOptions = {}): AsyncGenerator<BinaryChunk, void, undefined> {
		checked(options, CHUNK_NAMES);
		const { chunkBytes = this.settings.windowBytes, reuse = true } = options;
		if (!isPositiveInteger(chunkBytes)) {
			throw runtimeErrors.invalidOption('BinaryReader', 'chunkBytes', 'a positive whole number of bytes', chunkBytes);
		}
		return this.counted(chunksOf(this.source, this.#part(options), chunkBytes, reuse));
	}

	/**
	 * So many bytes from `offset` on, at once. Throws `truncated` where the file ends before, `tooLarge` beyond `maxBytes` (64 MiB without
	 * it), and `invalidOption`.
	 *
	 * @example
	 * const magic = await reader.bytes(0, 4);
	 */
	bytes(offset: number, length: number, options: { maxBytes?: number } = {}): Promise<Buffer> {
		return this.answer(async () => {
			checked(options, { maxBytes: true });
			const { maxBytes = DEFAULT_MAX_BYTES } = options;
			if (!isPositiveInteger(maxBytes)) {
				const expected = 'a positive whole number of bytes';
				throw runtimeErrors.invalidOption('BinaryReader', 'maxBytes', expected, maxBytes);
			}
			for (const [option, value] of Object.entries({ offset, length })) {
				if (Number.isSafeInteger(value) && value >= 0) continue;
				throw runtimeErrors.invalidOption('BinaryReader', option, 'a whole number of bytes from 0 on', value);
			}
			if (offset + length > this.size) throw this.source.truncated(offset, length);
			if (length > maxBytes) throw formatErrors.tooLarge(this.path, 'the part', length, 'maxBytes', maxBytes, offset);
			const bytes = Buffer.allocUnsafeSlow(length);
			await this.source.readExactly(bytes, offset);
			return bytes;
		});
	}

	/**
	 * Numbers of one type that follow each other, as typed arrays in this machine's byte order; the array is valid until the next is asked
	 * for. Throws `truncated` where the part ends within a number, and `invalidOption`.
	 *
	 * @example
	 * for await (const { index, values } of reader.values('float32', { start: 1024, bigEndian: true })) sum(values);
	 */
	values<Type extends BinaryNumber>(
		type: Type,
		options: PartOptions & BinaryOrder = {},
	): AsyncGenerator<BinaryValues<BinaryArrays[Type]>, void, undefined> {
		checked(options, VALUE_NAMES);
		const { bigEndian = false } = options;
		return this.counted(
			valuesOf(this.source, this.#part(options), numberKind(type), bigEndian, this.settings.windowBytes),
		);
	}

	/**
	 * Records of fixed size as objects. Throws `truncated` where the part ends within a record, and `invalidOption`.
	 *
	 * @example
	 * for await (const { id, name } of reader.records({ id: 'uint32', name: { type: 'text', bytes: 16 } })) console.log(id, name);
	 */
	records<const Fields extends BinaryFields>(
		fields: Fields,
		options: BinaryRecordOptions = {},
	): AsyncGenerator<BinaryRecord<Fields>, void, undefined> {
		checked(options, RECORD_NAMES);
		const { bigEndian = false } = options;
		const plan = recordPlan(fields, !bigEndian);
		return this.counted(this.#records(this.#part(options), this.#recordBytes(options, plan.bytes), plan.read));
	}

	/**
	 * The same, many records at once, of numbers only: of each field a typed array, valid until the next batch is asked for. Many times as
	 * fast as single records. Throws as `records`.
	 *
	 * @example
	 * const fields = { time: 'float64', energy: 'float32' } as const;
	 * for await (const { count, columns } of reader.columns(fields)) histogram(columns.energy, count);
	 */
	columns<const Fields extends ColumnFields>(
		fields: Fields,
		options: BinaryRecordOptions = {},
	): AsyncGenerator<BinaryColumns<Fields>, void, undefined> {
		checked(options, RECORD_NAMES);
		const { bigEndian = false } = options;
		const recordBytes = this.#recordBytes(options, recordPlan(fields, !bigEndian).bytes);
		const part = this.#part(options);
		return this.counted(columnsOf(this.source, part, fields, recordBytes, !bigEndian, this.settings.windowBytes));
	}

	/**
	 * Texts of printable ASCII that stand between other bytes, as the program `strings` finds them; one that is longer than 64 KiB comes in
	 * several. Throws `invalidOption`.
	 *
	 * @example
	 * for await (const { offset, text } of reader.texts({ minLength: 8 })) console.log(offset, text);
	 */
	texts(options: BinaryTextOptions = {}): AsyncGenerator<BinaryText, void, undefined> {
		checked(options, TEXT_NAMES);
		const { minLength = 4 } = options;
		if (!isPositiveInteger(minLength) || minLength > MOST_TEXT_BYTES) {
			throw runtimeErrors.invalidOption(
				'BinaryReader',
				'minLength',
				`a whole number from 1 to ${MOST_TEXT_BYTES}`,
				minLength,
			);
		}
		return this.counted(textsIn(this.source.window(this.settings.windowBytes), this.#part(options), minLength));
	}

	protected items(): AsyncGenerator<BinaryChunk, void, undefined> {
		return chunksOf(this.source, { start: 0, end: this.size }, this.settings.windowBytes, true);
	}

	#recordBytes({ recordBytes }: BinaryRecordOptions, fieldBytes: number): number {
		const { windowBytes } = this.settings;
		const bytes = recordBytes ?? fieldBytes;
		if (isPositiveInteger(bytes) && bytes >= fieldBytes && bytes <= windowBytes) return bytes;
		const expected = `a whole number of bytes from ${fieldBytes}, what the fields take, to ${windowBytes} ("windowBytes")`;
		throw runtimeErrors.invalidOption('BinaryReader', 'recordBytes', expected, bytes);
	}

	#part(options: PartOptions): BinaryPart {
		return checkedPart(options, this.size);
	}

	async *#records<Item>(
		{ start, end }: BinaryPart,
		recordBytes: number,
		read: (view: DataView, at: number) => Item,
	): AsyncGenerator<Item, void, undefined> {
		const { windowBytes } = this.settings;
		const chunkBytes = Math.floor(windowBytes / recordBytes) * recordBytes;
		for await (const { offset, bytes } of chunksOf(this.source, { start, end }, chunkBytes, true)) {
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
			let at = 0;
			for (; at + recordBytes <= bytes.length; at += recordBytes) yield read(view, at);
			if (at < bytes.length) throw this.source.truncated(offset + at, recordBytes, 'the record');
		}
	}
}

/** Throws `invalidOption` for options that are none, and for flags that are neither true nor false. */
function checked<Options extends object>(options: Options, names: OptionNames<Options>): void {
	checkOptions('BinaryReader', options, names);
	for (const [option, value] of Object.entries(options)) {
		if ((option === 'bigEndian' || option === 'reuse') && value !== undefined && typeof value !== 'boolean') {
			throw runtimeErrors.invalidOption('BinaryReader', option, 'true or false', value);
		}
	}
}
