import { createInflateRaw } from 'node:zlib';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { openFormatSource, type ReaderSettings } from '../formatReader.ts';
import { unpackToFile } from '../unpackedFile.ts';
import type { DicomElement, ElementAccess } from './dicomElement.ts';
import type { DicomHeaderOptions } from './dicomHeader.ts';
import { ItemBuilder } from './dicomHeader.ts';
import { type DicomStart, readStart, rootDataSet } from './dicomStart.ts';
import { DicomWalker } from './dicomWalker.ts';
import type { ExtendedTable } from './frameLayout.ts';
import { type DicomImage, imageKeyword, imageOf, isPixelData } from './pixelFacts.ts';
import { DEFLATED } from './transferSyntaxes.ts';
import type { DicomValue } from './values.ts';

export interface Bounds {
	readonly maxValueBytes: number;
	readonly maxElements: number;
	readonly maxFrameBytes: number;
	readonly maxDepth: number;
	readonly maxInflatedBytes: number;
}

export interface Pixels {
	readonly image: DicomImage;
	readonly element: DicomElement;
	readonly extended: ExtendedTable | undefined;
	readonly source: ByteSource;
}

/** The data set, and what to do when it is no longer needed. */
interface Body {
	readonly source: ByteSource;
	readonly start: number;
	remove(): Promise<void>;
}

export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

const INFLATED_PIECE_BYTES = 64 * 1024;
const EXTENDED_OFFSET_TABLE = 0x7fe00001;

/** An open file with its beginning read: what walks through it start from. */
export class DicomFile {
	readonly start: DicomStart;
	readonly #source: ByteSource;
	readonly #settings: ReaderSettings;
	readonly #bounds: Bounds;
	#guard: Guard = work => work();
	#body: Promise<Body> | undefined;

	private constructor(source: ByteSource, settings: ReaderSettings, bounds: Bounds, start: DicomStart) {
		this.#source = source;
		this.#settings = settings;
		this.#bounds = bounds;
		this.start = start;
	}

	static async open(source: ByteSource, settings: ReaderSettings, bounds: Bounds): Promise<DicomFile> {
		const access = accessTo(source, settings, bounds, work => work());
		try {
			return new DicomFile(source, settings, bounds, await readStart(access));
		} finally {
			access.window.release();
		}
	}

	/** What the elements' own work goes through from here on. */
	guardedBy(guard: Guard): void {
		this.#guard = guard;
	}

	/** One for the file meta information, one for the data set; each gives its memory back when the next is asked for. */
	async *walks({
		nested,
		untilPixels = false,
	}: {
		nested: boolean;
		untilPixels?: boolean;
	}): AsyncGenerator<DicomWalker, void, undefined> {
		const { metaOffset, metaEnd, encoding } = this.start;
		if (metaEnd > metaOffset) {
			const meta = { implicit: false, littleEndian: true };
			yield* this.#walk(this.#source, { start: metaOffset, end: metaEnd, dataSet: rootDataSet(meta), nested });
		}
		const { source, start } = await this.#openBody();
		yield* this.#walk(source, { start, end: source.size, dataSet: rootDataSet(encoding), nested, untilPixels });
	}

	async *#walk(
		source: ByteSource,
		part: Pick<ConstructorParameters<typeof DicomWalker>[0], 'start' | 'end' | 'dataSet' | 'nested' | 'untilPixels'>,
	): AsyncGenerator<DicomWalker, void, undefined> {
		const access = accessTo(source, this.#settings, this.#bounds, this.#guard);
		try {
			yield new DicomWalker({ access, ...part, maxDepth: this.#bounds.maxDepth });
		} finally {
			access.window.release();
		}
	}

	/** What the pixel data are and where; `undefined` in a file without. */
	async pixels(): Promise<Pixels | undefined> {
		const values: { [keyword: string]: DicomValue } = {};
		let extended: ExtendedTable | undefined;
		for await (const walker of this.walks({ nested: false, untilPixels: true })) {
			for (let element = await walker.next(); element !== undefined; element = await walker.next()) {
				if (typeof element === 'string') continue;
				const { valueOffset, lengthBytes, tagNumber, dataSet } = element;
				const { source } = await this.#openBody();
				if (isPixelData(tagNumber)) return { image: imageOf(values, element, source.size), element, extended, source };
				const keyword = imageKeyword(element);
				if (keyword !== undefined) values[keyword] = await element.value();
				if (tagNumber === EXTENDED_OFFSET_TABLE && lengthBytes !== undefined) {
					extended = { offsets: { offset: valueOffset, lengthBytes }, littleEndian: dataSet.littleEndian };
				}
			}
		}
		return undefined;
	}

	/** Where the data set is: in the file, or inflated. */
	async dataSource(): Promise<ByteSource> {
		return (await this.#openBody()).source;
	}

	/** After the source was closed. */
	async close(): Promise<void> {
		const body = await this.#body?.catch(() => undefined);
		await body?.remove();
	}

	#openBody(): Promise<Body> {
		if (!this.#body) {
			const opening = this.#makeBody();
			this.#body = opening;
			// There may be room on the disk the next time.
			opening.catch(() => {
				this.#body = undefined;
			});
		}
		return this.#body;
	}

	async #makeBody(): Promise<Body> {
		const { metaEnd, transferSyntax } = this.start;
		if (transferSyntax.uid !== DEFLATED) return { source: this.#source, start: metaEnd, remove: async () => undefined };
		const { path, name, signal } = this.#settings;
		const unpacked = await unpackToFile(this.#source, {
			offset: metaEnd,
			through: createInflateRaw({ chunkSize: INFLATED_PIECE_BYTES }),
			signal,
			maxBytes: this.#bounds.maxInflatedBytes,
			option: 'maxInflatedBytes',
			what: 'the deflated data set',
		});
		const { handle } = unpacked;
		const inflated = { ...this.#settings, path: `${path} (inflated)`, name: `${name} (inflated)`, handle };
		const source = await openFormatSource(inflated, 'DICOM').catch(async (error: unknown) => {
			await unpacked.close();
			throw error;
		});
		return {
			source,
			start: 0,
			async remove() {
				await source.close();
				await unpacked.close();
			},
		};
	}
}

function accessTo(source: ByteSource, settings: ReaderSettings, bounds: Bounds, guard: Guard): ElementAccess {
	const { maxValueBytes, maxElements, maxDepth } = bounds;
	const { path } = source;
	const limits: Required<DicomHeaderOptions> = {
		maxElements,
		maxValueBytes,
		maxTotalBytes: maxValueBytes,
	};
	return {
		source,
		path,
		window: source.window(settings.windowBytes),
		maxValueBytes,
		guard,
		async items(sequence) {
			const access = accessTo(source, settings, bounds, guard);
			try {
				const walker = DicomWalker.within(sequence, { access, maxDepth });
				return await new ItemBuilder(path, limits, true).items(walker);
			} finally {
				access.window.release();
			}
		},
		async *pieces({ lengthBytes, valueOffset, offset, tag }) {
			if (lengthBytes === undefined) {
				throw formatErrors.unsupported(
					path,
					`the value of (${tag}) has no length of its own.`,
					'value() gives a sequence, frames() pixels.',
					offset,
				);
			}
			const window = source.window(settings.windowBytes);
			try {
				for await (const piece of window.pieces(valueOffset, valueOffset + lengthBytes, `(${tag})`)) {
					yield piece;
					await guard(async () => undefined);
				}
			} finally {
				window.release();
			}
		},
	};
}
