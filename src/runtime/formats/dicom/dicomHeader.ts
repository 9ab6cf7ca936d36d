import { FileError, shownPath } from '../../internals.ts';
import { formatErrors } from '../formatErrors.ts';
import { type DicomElement, nameOf } from './dicomElement.ts';
import type { DicomWalker } from './dicomWalker.ts';
import { type DicomImage, isPixelData } from './pixelFacts.ts';
import type { TransferSyntax } from './transferSyntaxes.ts';
import type { DicomItem, DicomValue } from './values.ts';

export interface DicomHeaderOptions {
	/** Most elements, those of items among them; 100,000 without it. */
	maxElements?: number;
	/** Longest value that is read, bytes; 64 KiB without it. Longer ones are named in `leftOut`. */
	maxValueBytes?: number;
	/** Most bytes of all values together; 16 MiB without it. What comes after is named in `leftOut`. */
	maxTotalBytes?: number;
}

/** An element whose value was not read, since it was too long or is in fragments. */
export interface LeftOutElement {
	readonly tag: string;
	readonly keyword: string | undefined;
	/** The items around it, see `DicomElement.path`. */
	readonly path: string;
	readonly vr: string;
	/** `undefined` in fragments. */
	readonly lengthBytes: number | undefined;
}

/** What a file says before its pixel data. */
export interface DicomHeader {
	readonly transferSyntax: TransferSyntax;
	/** The values of (0008,0005); empty for ASCII. */
	readonly characterSets: readonly string[];
	/** By keyword, or by `GGGG,EEEE` where there is none; the file meta information among them, sequences as arrays of items. */
	readonly values: DicomItem;
	readonly leftOut: readonly LeftOutElement[];
	/** What the pixel data are; `undefined` in a file without. */
	readonly image: DicomImage | undefined;
}

type Open = { [keyword: string]: DicomValue };

/** Puts elements together to items, within bounds. */
export class ItemBuilder {
	readonly values: Open = Object.create(null) as Open;
	readonly leftOut: LeftOutElement[] = [];
	readonly #path: string;
	readonly #limits: Required<DicomHeaderOptions>;
	/** Throws for what is too long instead of leaving it out. */
	readonly #strict: boolean;
	#elements = 0;
	#bytes = 0;

	constructor(path: string, limits: Required<DicomHeaderOptions>, strict = false) {
		this.#path = path;
		this.#limits = limits;
		this.#strict = strict;
	}

	/** Everything from the walker, which has to be a nested one; stops at pixel data and gives that element. */
	take(walker: DicomWalker): Promise<DicomElement | undefined> {
		return this.#build(walker, [this.values], []);
	}

	/** The items of one sequence, from a walker within it. */
	async items(walker: DicomWalker): Promise<readonly DicomItem[]> {
		const found: DicomItem[] = [];
		await this.#build(walker, [], [found]);
		return found;
	}

	async #build(walker: DicomWalker, items: Open[], sequences: DicomItem[][]): Promise<DicomElement | undefined> {
		for (;;) {
			const event = await walker.next();
			if (event === undefined) return undefined;
			if (event === 'item') {
				const item = Object.create(null) as Open;
				sequences.at(-1)?.push(item);
				items.push(item);
			} else if (event === 'itemEnd') items.pop();
			else if (event === 'sequenceEnd') sequences.pop();
			else {
				if (event.depth === 0 && isPixelData(event.tagNumber)) return event;
				const sequence = await this.#element(event, items.at(-1) ?? this.values);
				if (sequence) sequences.push(sequence);
			}
		}
	}

	async #element(element: DicomElement, into: Open): Promise<DicomItem[] | undefined> {
		if (++this.#elements > this.#limits.maxElements) throw this.#tooMany(element);
		const key = element.keyword || element.tag;
		if (element.vr === 'SQ') {
			const items: DicomItem[] = [];
			into[key] = items;
			return items;
		}
		const { lengthBytes = Number.POSITIVE_INFINITY } = element;
		const { maxValueBytes, maxTotalBytes } = this.#limits;
		if (lengthBytes <= maxValueBytes && this.#bytes + lengthBytes <= maxTotalBytes) {
			this.#bytes += lengthBytes;
			into[key] = await element.value();
		} else if (this.#strict && lengthBytes < Number.POSITIVE_INFINITY) {
			throw formatErrors.tooLarge(
				this.#path,
				nameOf(element.tagNumber),
				lengthBytes,
				'maxValueBytes',
				maxValueBytes,
				element.offset,
			);
		} else {
			const { tag, keyword, path, vr, lengthBytes } = element;
			this.leftOut.push({ tag, keyword, path, vr, lengthBytes });
		}
		return undefined;
	}

	#tooMany({ offset }: DicomElement): Error {
		const { maxElements } = this.#limits;
		return new FileError(
			'tooLarge',
			`${shownPath(this.#path)} has more than the ${maxElements} elements that "maxElements" allows; elements() gives them one by one.`,
			{ path: this.#path, offset },
		);
	}
}
