import { createGunzip } from 'node:zlib';
import { runtimeErrors } from '../../internals.ts';
import { ByteSource } from '../byteSource.ts';
import { detectSource } from '../detect.ts';
import { formatErrors } from '../formatErrors.ts';
import {
	type FileInput,
	FormatReader,
	openFormatSource,
	type ReaderSettings,
	readerSettings,
} from '../formatReader.ts';
import { type UnpackedFile, unpackToFile } from '../unpackedFile.ts';
import type { FitsBatch, FitsRow } from './fitsBatch.ts';
import { type FitsVerification, verifyHdu } from './fitsChecksum.ts';
import { type FitsGroups, readGroups } from './fitsGroups.ts';
import type { FitsHdu } from './fitsHdu.ts';
import { type FitsHduChoice, FitsHdus } from './fitsHdus.ts';
import type { FitsHeader } from './fitsHeader.ts';
import { type FitsBand, type PixelSource, PlainPixels, readBands, readSection } from './fitsImages.ts';
import {
	BAND_NAMES,
	boxOf,
	FITS_OPTION_NAMES,
	type FitsBandOptions,
	type FitsGroupOptions,
	type FitsLimits,
	type FitsReaderOptions,
	type FitsSectionOptions,
	type FitsTableOptions,
	fitsLimits,
	GROUP_NAMES,
	type PieceSettings,
	pieceSettings,
	sectionSettings,
	stretch,
	TABLE_NAMES,
} from './fitsOptions.ts';
import { TableReader } from './fitsTables.ts';
import { TiledPixels } from './fitsTiles.ts';
import { PieceMemory } from './pieceMemory.ts';

/** gzip's first three bytes, of which the third says how it packed. */
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
const UNPACKED_PIECE_BYTES = 64 * 1024;

/**
 * Reads FITS files: headers, images band by band, compressed ones too, tables batch by batch, random groups. Iterating gives the HDUs; what
 * they hold stays in the file until it is asked for. No more than a window and a piece are in memory at a time, however large the file.
 *
 * A file that is cut off is read as far as it goes and then throws `truncated`; one that contradicts itself throws `damaged`, with the offset.
 * A file packed by gzip is unpacked to a temporary file first.
 *
 * @example
 * await using cube = await FitsReader.open('cube.fits');
 * let sum = 0;
 * for await (const { data } of cube.bands(0, { values: 'float' })) for (const value of data) sum += Number(value);
 */
export class FitsReader extends FormatReader<FitsHdu> {
	readonly format = 'fits';
	readonly #limits: FitsLimits;
	/** What the bytes are read from: the file, or what gzip had packed in it. */
	readonly #bytes: ByteSource;
	readonly #memories = new PieceMemory();
	readonly #unpacked: UnpackedFile | undefined;
	readonly #hdus: FitsHdus;
	#closing: Promise<void> | undefined;

	private constructor(
		source: ByteSource,
		settings: ReaderSettings,
		limits: FitsLimits,
		bytes: ByteSource,
		unpacked: UnpackedFile | undefined,
	) {
		super(source, settings);
		this.#limits = limits;
		this.#bytes = bytes;
		this.#unpacked = unpacked;
		this.#hdus = new FitsHdus(bytes, settings.windowBytes, limits.maxHeaderBytes);
	}

	/**
	 * Throws `fileUnreadable`, `wrongFormat` for what does not begin as FITS does, `chunkTimeout`, `invalidOption`, the signal's reason; of
	 * packed files also what unpacking throws.
	 */
	static async open(input: FileInput, options: FitsReaderOptions = {}): Promise<FitsReader> {
		const settings = readerSettings('FitsReader', input, options, FITS_OPTION_NAMES, FitsReader.open);
		const limits = fitsLimits(options);
		const source = await openFormatSource(settings, 'FITS');
		let unpacked: UnpackedFile | undefined;
		try {
			let bytes = source;
			if (await begins(source, GZIP)) {
				const { path, signal, timeoutMs } = settings;
				unpacked = await unpackToFile(source, {
					offset: 0,
					through: createGunzip({ chunkSize: UNPACKED_PIECE_BYTES }),
					signal,
					maxBytes: limits.maxUnpackedBytes,
					option: 'maxUnpackedBytes',
					what: 'what gzip packed in it',
				});
				const { handle } = unpacked;
				bytes = await ByteSource.open({ path, handle, signal, timeoutMs, track: source.track, unseen: true });
				source.track.record.totalBytes = source.size + bytes.size;
			}
			const start = Buffer.alloc(9);
			await bytes.readInto(start, 0);
			if (!/^SIMPLE *=/.test(start.toString('latin1'))) {
				const { name } = await detectSource(bytes);
				throw formatErrors.wrongFormat(settings.path, 'a FITS file, which begins with SIMPLE =', name);
			}
			return new FitsReader(source, settings, limits, bytes, unpacked);
		} catch (error) {
			source.track.failed();
			await source.close();
			await unpacked?.close();
			throw error;
		}
	}

	/** The headers of all HDUs, one after the other. Throws `truncated`, `damaged`, `tooLarge`. */
	headers(): AsyncGenerator<FitsHeader, void, undefined> {
		const hdus = this.#hdus.walk();
		return this.counted(
			(async function* () {
				for await (const hdu of hdus) yield hdu.header;
			})(),
		);
	}

	/** One HDU. Throws `invalidOption` where there is none of that number or name, and as iterating does. */
	hdu(choice: FitsHduChoice): Promise<FitsHdu> {
		return this.answer(() => this.#hdus.find(choice));
	}

	/**
	 * The pixels of an image, or of a part of it, in bands that follow one another: as many whole rows, planes … as fit into `maxBytes`.
	 * Throws `truncated`, `damaged`, `tooLarge`, `unsupported` for a compression that is not read here, `invalidOption`.
	 *
	 * @example
	 * for await (const { start, shape, data } of reader.bands('SCI', { rows: 64 })) histogram.add(data);
	 */
	bands(hdu: FitsHduChoice, options: FitsBandOptions = {}): AsyncGenerator<FitsBand, void, undefined> {
		const settings = pieceSettings('FitsReader.bands', options, BAND_NAMES);
		return this.counted(this.#bands(hdu, options, settings));
	}

	/**
	 * A part of an image, as a whole and in memory of its own: `count` pixels on each axis from `start` on, the slowest axis first.
	 * Throws as `bands`, and `tooLarge` beyond `maxBytes`.
	 *
	 * @example
	 * const spectrum = await reader.section(0, [0, 120, 80], [300, 1, 1]);
	 */
	section(
		hdu: FitsHduChoice,
		start: readonly number[],
		count: readonly number[],
		options: FitsSectionOptions = {},
	): Promise<FitsBand> {
		return this.answer(async () => {
			const settings = sectionSettings('FitsReader.section', options);
			const image = await this.#image(hdu);
			const box = boxOf('FitsReader.section', image.shape, start, count);
			return readSection(this.#bytes, this.#pixels(image, settings), box, settings.maxBytes);
		});
	}

	/**
	 * The rows of a table in batches, column by column: the fast way. Throws `truncated`, `damaged`, `tooLarge`, `invalidOption`.
	 *
	 * @example
	 * for await (const batch of reader.columns('EVENTS', { columns: ['TIME'] })) histogram.add(batch.numbers('TIME'));
	 */
	columns(hdu: FitsHduChoice, options: FitsTableOptions = {}): AsyncGenerator<FitsBatch, void, undefined> {
		const settings = pieceSettings('FitsReader.columns', options, TABLE_NAMES);
		return this.counted(this.#batches('FitsReader.columns', hdu, options, settings));
	}

	/**
	 * The rows of a table as objects, one by one. Throws as `columns`.
	 *
	 * @example
	 * for await (const row of reader.rows(1)) if (row.FLUX > 10) console.log(row.NAME);
	 */
	rows(hdu: FitsHduChoice, options: FitsTableOptions = {}): AsyncGenerator<FitsRow, void, undefined> {
		const settings = pieceSettings('FitsReader.rows', options, TABLE_NAMES);
		const batches = this.#batches('FitsReader.rows', hdu, options, settings);
		return this.counted(
			(async function* () {
				for await (const batch of batches) yield* batch.objects();
			})(),
		);
	}

	/** The groups of a random-groups HDU, some at a time. Throws as `columns`. */
	groups(hdu: FitsHduChoice = 0, options: FitsGroupOptions = {}): AsyncGenerator<FitsGroups, void, undefined> {
		const settings = pieceSettings('FitsReader.groups', options, GROUP_NAMES);
		return this.counted(this.#groups(hdu, options, settings));
	}

	/** Compares DATASUM and CHECKSUM of each HDU with what stands in the file. Reads all of it. Throws `truncated`, `damaged`. */
	verify(): AsyncGenerator<FitsVerification, void, undefined> {
		const [hdus, bytes, { windowBytes }] = [this.#hdus.walk(), this.#bytes, this.settings];
		return this.counted(
			(async function* () {
				for await (const hdu of hdus) yield await verifyHdu(bytes, hdu, windowBytes);
			})(),
		);
	}

	override close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	protected items(): AsyncGenerator<FitsHdu, void, undefined> {
		return this.#hdus.walk();
	}

	async #close(): Promise<void> {
		await super.close();
		if (!this.#unpacked) return;
		await this.#bytes.close();
		await this.#unpacked.close();
	}

	async #image(choice: FitsHduChoice): Promise<FitsHdu> {
		const hdu = await this.#hdus.find(choice);
		if (hdu.kind === 'image' || hdu.kind === 'compressedImage') return hdu;
		throw this.#wrongKind(hdu, 'image', 'columns(), rows() and groups() read the others');
	}

	#wrongKind(hdu: FitsHdu, wanted: string, advice: string): Error {
		const name = hdu.name === '' ? '' : ` ("${hdu.name}")`;
		return runtimeErrors.invalidOption(
			'FitsReader',
			'hdu',
			`an HDU with ${wanted}; ${advice}`,
			`${hdu.index}${name}: ${hdu.kind}`,
		);
	}

	#pixels(hdu: FitsHdu, settings: PieceSettings): PixelSource {
		const { windowBytes } = this.settings;
		return hdu.kind === 'compressedImage'
			? new TiledPixels(this.#bytes, hdu, settings, windowBytes, this.#limits)
			: new PlainPixels(this.#bytes, hdu, settings, windowBytes);
	}

	async *#bands(choice: FitsHduChoice, options: FitsBandOptions, settings: PieceSettings) {
		const hdu = await this.#image(choice);
		const box = boxOf('FitsReader.bands', hdu.shape, options.start, options.count);
		const pixels = this.#pixels(hdu, settings);
		yield* readBands(this.#bytes, pixels, box, settings, options.rows, this.#limits.maxItemBytes, this.#memories);
	}

	async *#batches(owner: string, choice: FitsHduChoice, options: FitsTableOptions, settings: PieceSettings) {
		const hdu = await this.#hdus.find(choice);
		if (hdu.kind !== 'table' && hdu.kind !== 'asciiTable' && hdu.kind !== 'compressedImage') {
			throw this.#wrongKind(hdu, 'a table', 'bands() and groups() read the others');
		}
		const { start, end } = stretch(owner, hdu.rows, options);
		const table = new TableReader(
			this.#bytes,
			hdu,
			options,
			settings,
			this.settings.windowBytes,
			this.#limits,
			this.#memories,
		);
		yield* table.batches(start, end);
	}

	async *#groups(choice: FitsHduChoice, options: FitsGroupOptions, settings: PieceSettings) {
		const hdu = await this.#hdus.find(choice);
		if (hdu.kind !== 'randomGroups')
			throw this.#wrongKind(hdu, 'random groups', 'bands() and columns() read the others');
		const { start, end } = stretch('FitsReader.groups', hdu.rows, options);
		yield* readGroups(this.#bytes, hdu, settings, this.#limits, start, end, this.#memories);
	}
}

async function begins(source: ByteSource, mark: Buffer): Promise<boolean> {
	const start = Buffer.alloc(mark.length);
	return (await source.readInto(start, 0)) === mark.length && start.equals(mark);
}
