/**
 * Readers of scientific and media files in bounded memory: `memory-manager-runtime/formats`.
 *
 * @packageDocumentation
 */
export type { FilePlace } from '../files/fileErrors.ts';
export { FileError } from '../internals.ts';
export type { FitsArray, FitsColumnData } from './fits/columnDecoder.ts';
export type { FitsBatch, FitsField, FitsRow } from './fits/fitsBatch.ts';
export type { FitsCard, FitsComplex, FitsValue } from './fits/fitsCards.ts';
export type { FitsChecksumState, FitsVerification } from './fits/fitsChecksum.ts';
export type { FitsColumn, FitsColumnType } from './fits/fitsColumns.ts';
export type { FitsGroups } from './fits/fitsGroups.ts';
export type { FitsHdu, FitsHduKind } from './fits/fitsHdu.ts';
export type { FitsHeader } from './fits/fitsHeader.ts';
export type { FitsBand } from './fits/fitsImages.ts';
export type {
	FitsBandOptions,
	FitsGroupOptions,
	FitsPieceOptions,
	FitsReaderOptions,
	FitsSectionOptions,
	FitsTableOptions,
} from './fits/fitsOptions.ts';
export type { Bitpix, FitsPixels, FitsValues } from './fits/fitsPixels.ts';
export { type FitsHduChoice, FitsReader } from './fits/fitsReader.ts';
export type { FileInput, Format, FormatReader, ReaderOptions, ReadProgress } from './formatReader.ts';
export { Hdf5Reader } from './hdf5/hdf5Reader.ts';
export type {
	Hdf5Attribute,
	Hdf5Columns,
	Hdf5Dataset,
	Hdf5Dtype,
	Hdf5Entry,
	Hdf5Filter,
	Hdf5Group,
	Hdf5Link,
	Hdf5Member,
	Hdf5NamedType,
	Hdf5Numbers,
	Hdf5Range,
	Hdf5ReaderOptions,
	Hdf5Slab,
	Hdf5SlabOptions,
	Hdf5Values,
} from './hdf5/hdf5Types.ts';
export { VideoReader } from './video/videoReader.ts';
export type { AudioTrackFacts, VideoFacts, VideoFrame, VideoReaderOptions } from './video/videoTypes.ts';
