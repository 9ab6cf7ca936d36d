import type { Format } from '../formatReader.ts';

/** What a file is by its content. */
export interface DetectedFormat {
	/** The reader that reads it; `'image'`: `ImageLoader` of `memory-manager-runtime/images`; `'other'`: recognised, and not read here. */
	readonly format: Format | 'image' | 'other';
	/** As it stands in a sentence: "a JPEG image". */
	readonly name: string;
	readonly mediaType: string;
	/** By a signature; by a structure that could be chance; or, for `'binary'`, by nothing. */
	readonly confidence: 'certain' | 'likely' | 'none';
	/** A sentence that says what to do with what is not read here. */
	readonly advice?: string;
}

type Kind = Omit<DetectedFormat, 'confidence'> & Partial<Pick<DetectedFormat, 'confidence'>>;

/** Certain unless it says otherwise. */
export const kind = (found: Kind): DetectedFormat => ({ confidence: 'certain', ...found });

export const audio = (name: string, mediaType: string): DetectedFormat => kind({ format: 'audio', name, mediaType });
export const video = (name: string, mediaType: string): DetectedFormat => kind({ format: 'video', name, mediaType });
export const image = (name: string, mediaType: string): DetectedFormat => kind({ format: 'image', name, mediaType });
export const other = (name: string, mediaType: string, advice: string): DetectedFormat =>
	kind({ format: 'other', name, mediaType, advice });

export const likely = (found: DetectedFormat): DetectedFormat => ({ ...found, confidence: 'likely' });

export const DICOM = kind({ format: 'dicom', name: 'a DICOM file', mediaType: 'application/dicom' });
export const HDF5 = kind({ format: 'hdf5', name: 'an HDF5 file', mediaType: 'application/x-hdf5' });
export const NETCDF4 = kind({ format: 'netcdf', name: 'a NetCDF-4 file', mediaType: 'application/x-netcdf4' });
export const TEXT = kind({ format: 'binary', name: 'text', mediaType: 'text/plain', confidence: 'likely' });
export const EMPTY = kind({
	format: 'binary',
	name: 'an empty file',
	mediaType: 'application/octet-stream',
	confidence: 'none',
});
export const UNKNOWN = kind({
	format: 'binary',
	name: 'of no format known here',
	mediaType: 'application/octet-stream',
	confidence: 'none',
});
