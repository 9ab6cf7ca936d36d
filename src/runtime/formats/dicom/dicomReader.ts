import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { OptionNames } from '../../optionNames.ts';
import type { ByteSource } from '../byteSource.ts';
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
import type { DicomElement } from './dicomElement.ts';
import { type Bounds, DicomFile } from './dicomFile.ts';
import type { DicomFrame, FrameAccess } from './dicomFrame.ts';
import { type DicomHeader, type DicomHeaderOptions, ItemBuilder } from './dicomHeader.ts';
import { MORE } from './dicomWalker.ts';
import { EncapsulatedFrames, plainFrames } from './frameLayout.ts';
import { type DicomImage, imageOf } from './pixelFacts.ts';
import type { TransferSyntax } from './transferSyntaxes.ts';

export interface DicomReaderOptions extends ReaderOptions {
	/** Longest value that `element.value()` and `element.bytes()` give, bytes; 16 MiB without it. */
	maxValueBytes?: number;
	/** Most elements of a sequence that `element.value()` gives as items; 100,000 without it. */
	maxElements?: number;
	/** Largest frame that `frame.bytes()` and `frame.samples()` give, bytes; 256 MiB without it. */
	maxFrameBytes?: number;
	/** Most sequences within each other; 128 without it. */
	maxDepth?: number;
	/** Most bytes that a deflated file may take in the temporary folder; 1 GiB without it. */
	maxInflatedBytes?: number;
}

export interface DicomElementsOptions {
	/** Whether the elements of sequence items are given as well, in the file's order, each after its sequence. */
	nested?: boolean;
}

export interface DicomFramesOptions {
	/** The first frame, from 0; 0 without it. */
	start?: number;
	/** The frame after the last; all without it. */
	end?: number;
}

const MIB = 1024 * 1024;
const OWNER = 'DicomReader';
const NAMES: OptionNames<DicomReaderOptions> = {
	...READER_OPTION_NAMES,
	maxValueBytes: true,
	maxElements: true,
	maxFrameBytes: true,
	maxDepth: true,
	maxInflatedBytes: true,
};
/** Enhanced images of a thousand frames have tens of thousands in their sequences; as items they take some 300 bytes each. */
const MAX_ELEMENTS = 100_000;
const BOUNDS = {
	maxValueBytes: 16 * MIB,
	maxElements: MAX_ELEMENTS,
	maxFrameBytes: 256 * MIB,
	maxDepth: 128,
	maxInflatedBytes: 1024 * MIB,
};
const LIMIT_NAMES: OptionNames<DicomHeaderOptions> = { maxElements: true, maxValueBytes: true, maxTotalBytes: true };
const HEADER_LIMITS: Required<DicomHeaderOptions> = {
	maxElements: MAX_ELEMENTS,
	maxValueBytes: 64 * 1024,
	maxTotalBytes: 16 * MIB,
};

/**
 * Reads DICOM files (PS3.5, PS3.10): implicit and explicit, of both orders of bytes, deflated, with or without preamble and file meta
 * information. Iterating gives the elements of the file itself, the file meta information first. Values stay in the file until they are
 * asked for; pixel data are never read for anything but their frames.
 *
 * A file that is cut off gives everything that is whole and then throws `truncated`, with the offset. Everything throws a `FileError`
 * besides: `damaged`, `unsupported`, `tooLarge`, `fileUnreadable`, `chunkTimeout`; and the signal's reason.
 *
 * @example
 * await using reader = await DicomReader.open('ct.dcm');
 * const { values, image } = await reader.header();
 * console.log(values.PatientName, values.StudyDate, image?.rows, image?.columns);
 * for await (const element of reader.elements({ nested: true })) console.log(element.tag, element.vr, element.keyword);
 * for await (const frame of reader.frames({ start: 10, end: 20 })) {
 *   for await (const piece of frame.pieces()) hash.update(piece);
 * }
 */
export class DicomReader extends FormatReader<DicomElement> {
	readonly format = 'dicom';
	/** How the elements and pixels are written. */
	readonly transferSyntax: TransferSyntax;
	readonly #bounds: Bounds;
	readonly #file: DicomFile;

	private constructor(source: ByteSource, settings: ReaderSettings, bounds: Bounds, file: DicomFile) {
		super(source, settings);
		this.#bounds = bounds;
		this.#file = file;
		this.transferSyntax = file.start.transferSyntax;
		file.guardedBy(work => this.answer(work));
	}

	/** Reads the file meta information. Throws `wrongFormat` for a file that is none of DICOM, `invalidOption`, and as the reader does. */
	static async open(input: FileInput, options: DicomReaderOptions = {}): Promise<DicomReader> {
		const settings = readerSettings(OWNER, input, options, NAMES, DicomReader.open);
		const bounds = bounded(options, BOUNDS);
		const source = await openFormatSource(settings, 'DICOM');
		try {
			return new DicomReader(source, settings, bounds, await DicomFile.open(source, settings, bounds));
		} catch (error) {
			source.track.failed();
			await source.close();
			throw error;
		}
	}

	/** The elements in the file's order. With `nested`, `depth` and `path` tell where each belongs. */
	elements(options: DicomElementsOptions = {}): AsyncGenerator<DicomElement, void, undefined> {
		checkOptions(OWNER, options, { nested: true });
		const { nested = false } = options;
		if (typeof nested !== 'boolean') throw runtimeErrors.invalidOption(OWNER, 'nested', 'true or false', nested);
		return this.counted(this.#elements(nested));
	}

	/**
	 * All values up to the pixel data, those in sequences among them. Throws `tooLarge` for more than `maxElements`; what is too long is
	 * left out and named.
	 */
	header(limits: DicomHeaderOptions = {}): Promise<DicomHeader> {
		checkOptions(OWNER, limits, LIMIT_NAMES);
		const held = bounded(limits, HEADER_LIMITS);
		return this.answer(() => this.#header(held));
	}

	/**
	 * Frames of the pixel data by range, none of them read before it is asked for. A file without pixel data gives none. Throws `damaged`
	 * where the header and the pixel data contradict each other, after the frames before.
	 */
	frames(options: DicomFramesOptions = {}): AsyncGenerator<DicomFrame, void, undefined> {
		checkOptions(OWNER, options, { start: true, end: true });
		const { start = 0, end = Number.POSITIVE_INFINITY } = options;
		if (!(Number.isSafeInteger(start) && start >= 0))
			throw runtimeErrors.invalidOption(OWNER, 'start', 'a whole number from 0 on', start);
		if (!(end === Number.POSITIVE_INFINITY || (Number.isSafeInteger(end) && end >= start))) {
			throw runtimeErrors.invalidOption(OWNER, 'end', `a whole number from start (${start}) on`, end);
		}
		return this.counted(this.#frames(start, end));
	}

	/** Also removes what a deflated file took in the temporary folder. */
	override async close(): Promise<void> {
		await super.close();
		await this.#file.close();
	}

	protected override items(): AsyncGenerator<DicomElement, void, undefined> {
		return this.#elements(false);
	}

	async *#elements(nested: boolean): AsyncGenerator<DicomElement, void, undefined> {
		for await (const walker of this.#file.walks({ nested })) {
			for (;;) {
				const event = walker.step();
				if (event === MORE) await walker.fetch();
				else if (event === undefined) break;
				else if (typeof event !== 'string') yield event;
			}
		}
	}

	async #header(limits: Required<DicomHeaderOptions>): Promise<DicomHeader> {
		const builder = new ItemBuilder(this.path, limits);
		let image: DicomImage | undefined;
		for await (const walker of this.#file.walks({ nested: true, untilPixels: true })) {
			const pixels = await builder.take(walker);
			if (pixels) image = imageOf(builder.values, pixels, (await this.#file.dataSource()).size);
		}
		const { values, leftOut } = builder;
		const sets = values.SpecificCharacterSet;
		const characterSets = (Array.isArray(sets) ? sets : [sets]).filter(set => typeof set === 'string');
		return { transferSyntax: this.transferSyntax, characterSets, values, leftOut, image };
	}

	async *#frames(start: number, end: number): AsyncGenerator<DicomFrame, void, undefined> {
		const pixels = await this.#file.pixels();
		if (!pixels) return;
		const { image, element, extended, source } = pixels;
		const { windowBytes } = this.settings;
		const window = source.window(windowBytes);
		let lent = false;
		let ended = false;
		const access: FrameAccess = {
			source,
			path: source.path,
			image,
			littleEndian: element.dataSet.littleEndian,
			vr: element.vr,
			pixelsOffset: element.valueOffset,
			transferSyntax: this.transferSyntax,
			maxFrameBytes: this.#bounds.maxFrameBytes,
			windowBytes,
			guard: work => this.answer(work),
			borrow: () => {
				if (lent) return source.window(windowBytes);
				lent = true;
				return window;
			},
			giveBack: given => {
				if (given === window) lent = false;
				// Frames may be kept longer than they are iterated over.
				if (given !== window || ended) given.release();
			},
		};
		const last = Math.min(end, image.frames);
		try {
			if (image.encapsulated) yield* new EncapsulatedFrames(element, access, extended).frames(start, last);
			else yield* plainFrames(element, access, start, last);
		} finally {
			ended = true;
			if (!lent) window.release();
		}
	}
}

/** Limits as given, or as they are without being given. Throws `invalidOption`. */
function bounded<Limits extends Readonly<Record<string, number>>>(
	given: Partial<Record<keyof Limits, unknown>>,
	without: Limits,
): Limits {
	const held: Record<string, number> = { ...without };
	for (const name of Object.keys(without)) {
		const value = given[name];
		if (value === undefined) continue;
		if (!isPositiveInteger(value)) throw runtimeErrors.invalidOption(OWNER, name, 'a positive whole number', value);
		held[name] = value;
	}
	return held as Limits;
}
