import type { DicomElement } from './dicomElement.ts';
import type { DicomItem, DicomValue } from './values.ts';

/** What the pixel data are, as the header has it (PS3.3, C.7.6.3); `undefined` for what it does not say. */
export interface DicomImage {
	/** `PixelData`, `FloatPixelData` or `DoubleFloatPixelData`. */
	readonly kind: 'PixelData' | 'FloatPixelData' | 'DoubleFloatPixelData';
	/** In fragments, compressed or not; else plain. */
	readonly encapsulated: boolean;
	/** Of the pixel data; `undefined` in fragments. */
	readonly lengthBytes: number | undefined;
	/** Bytes that the file lacks of it, because it was cut off; 0 in a whole file, and not known in fragments. */
	readonly missingBytes: number;
	readonly rows: number | undefined;
	readonly columns: number | undefined;
	readonly frames: number;
	readonly samplesPerPixel: number;
	readonly bitsAllocated: number | undefined;
	readonly bitsStored: number | undefined;
	/** Samples are two's complement. */
	readonly signed: boolean;
	readonly photometricInterpretation: string | undefined;
	/** 0: samples of a pixel stand together; 1: one plane after the other. */
	readonly planarConfiguration: number | undefined;
	/** Bytes of one plain frame, the last begun one whole; `undefined` in fragments, and where the header does not tell. */
	readonly frameBytes: number | undefined;
}

const kinds: ReadonlyMap<number, DicomImage['kind']> = new Map([
	[0x7fe00010, 'PixelData'],
	[0x7fe00008, 'FloatPixelData'],
	[0x7fe00009, 'DoubleFloatPixelData'],
]);
const keywords: ReadonlyMap<number, string> = new Map([
	[0x00280002, 'SamplesPerPixel'],
	[0x00280004, 'PhotometricInterpretation'],
	[0x00280006, 'PlanarConfiguration'],
	[0x00280008, 'NumberOfFrames'],
	[0x00280010, 'Rows'],
	[0x00280011, 'Columns'],
	[0x00280100, 'BitsAllocated'],
	[0x00280101, 'BitsStored'],
	[0x00280103, 'PixelRepresentation'],
]);
/** Half of the samples of two of three planes are left out, or three quarters (PS3.3, C.7.6.3.1.2): samples for each pixel. */
const subsampled: Readonly<Record<string, number>> = { YBR_FULL_422: 2, YBR_PARTIAL_422: 2, YBR_PARTIAL_420: 1.5 };
const MOST_VALUE_BYTES = 256;

export const isPixelData = (tag: number): boolean => kinds.has(tag);

/** The name under which a short value counts for the image. */
export function imageKeyword(element: DicomElement): string | undefined {
	return (element.lengthBytes ?? Number.POSITIVE_INFINITY) > MOST_VALUE_BYTES
		? undefined
		: keywords.get(element.tagNumber);
}

export function imageOf(values: DicomItem, pixels: DicomElement, fileBytes: number): DicomImage {
	const encapsulated = pixels.lengthBytes === undefined;
	const lengthBytes = pixels.lengthBytes;
	const kind = kinds.get(pixels.tagNumber) ?? 'PixelData';
	const number = (keyword: string) => count(values[keyword]);
	const photometric = values.PhotometricInterpretation;
	const photometricInterpretation = typeof photometric === 'string' ? photometric : undefined;
	const image = {
		kind,
		encapsulated,
		lengthBytes,
		missingBytes: lengthBytes === undefined ? 0 : Math.max(pixels.valueOffset + lengthBytes - fileBytes, 0),
		rows: number('Rows'),
		columns: number('Columns'),
		frames: number('NumberOfFrames') || 1,
		samplesPerPixel: number('SamplesPerPixel') ?? 1,
		bitsAllocated: kind === 'FloatPixelData' ? 32 : kind === 'DoubleFloatPixelData' ? 64 : number('BitsAllocated'),
		bitsStored: number('BitsStored'),
		signed: number('PixelRepresentation') === 1,
		photometricInterpretation,
		planarConfiguration: number('PlanarConfiguration'),
	};
	const bits = encapsulated ? undefined : frameBits(image);
	return { ...image, frameBytes: bits === undefined ? undefined : Math.ceil(bits / 8) };
}

/** Bits of one plain frame; frames follow each other without gaps, also within a byte. */
export function frameBits(image: Omit<DicomImage, 'frameBytes'>): number | undefined {
	const { rows, columns, samplesPerPixel, bitsAllocated, photometricInterpretation = '' } = image;
	if (!rows || !columns || !bitsAllocated) return undefined;
	const samples = (samplesPerPixel === 3 ? subsampled[photometricInterpretation] : undefined) ?? samplesPerPixel;
	const bits = rows * columns * samples * bitsAllocated;
	return Number.isSafeInteger(bits) && bits > 0 ? bits : undefined;
}

function count(value: DicomValue | undefined): number | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
