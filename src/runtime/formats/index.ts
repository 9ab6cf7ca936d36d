/**
 * Readers of scientific and media files in bounded memory: `memory-manager-runtime/formats`.
 *
 * @packageDocumentation
 */
export type { FilePlace } from '../files/fileErrors.ts';
export { FileError } from '../internals.ts';
export type { AudioReaderOptions } from './audio/audioOptions.ts';
export { AudioReader } from './audio/audioReader.ts';
export type {
	AudioBlock,
	AudioDecoder,
	AudioFacts,
	AudioFrame,
	AudioLevel,
	AudioRange,
} from './audio/audioTypes.ts';
export type {
	BinaryChunkOptions,
	BinaryOrder,
	BinaryReaderOptions,
	BinaryRecordOptions,
	BinaryTextOptions,
} from './binary/binaryReader.ts';
export { BinaryReader } from './binary/binaryReader.ts';
export type { BinaryChunk, PartOptions } from './binary/chunks.ts';
export type { BinaryColumns, ColumnFields } from './binary/columns.ts';
export type {
	ArrayField,
	BinaryArrays,
	BinaryField,
	BinaryFields,
	BinaryNumber,
	BinaryRecord,
	BinaryValue,
	BytesField,
	SkipField,
	TextField,
} from './binary/fields.ts';
export type { BinaryText } from './binary/texts.ts';
export type { BinaryValues } from './binary/values.ts';
export type { DetectedFormat } from './detect/kinds.ts';
export { type DetectOptions, detectFormat } from './detect.ts';
export type { DicomElement } from './dicom/dicomElement.ts';
export type { DicomFrame } from './dicom/dicomFrame.ts';
export type { DicomHeader, DicomHeaderOptions, LeftOutElement } from './dicom/dicomHeader.ts';
export {
	type DicomElementsOptions,
	type DicomFramesOptions,
	DicomReader,
	type DicomReaderOptions,
} from './dicom/dicomReader.ts';
export type { DicomImage } from './dicom/pixelFacts.ts';
export type { TransferSyntax } from './dicom/transferSyntaxes.ts';
export type { DicomArray, DicomItem, DicomScalar, DicomValue, PersonName } from './dicom/values.ts';
export type { FitsArray, FitsColumnData } from './fits/columnDecoder.ts';
export type { FitsBatch, FitsField, FitsRow } from './fits/fitsBatch.ts';
export type { FitsCard, FitsComplex, FitsValue } from './fits/fitsCards.ts';
export type { FitsChecksumState, FitsVerification } from './fits/fitsChecksum.ts';
export type { FitsColumn, FitsColumnType } from './fits/fitsColumns.ts';
export type { FitsGroups } from './fits/fitsGroups.ts';
export type { FitsHdu, FitsHduKind } from './fits/fitsHdu.ts';
export type { FitsHduChoice } from './fits/fitsHdus.ts';
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
export { FitsReader } from './fits/fitsReader.ts';
export type { FitsTexts } from './fits/fitsTexts.ts';
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
export type { NetcdfSlabOptions } from './netcdf/netcdfRange.ts';
export { NetcdfReader, type NetcdfReadOptions } from './netcdf/netcdfReader.ts';
export type {
	NetcdfAttribute,
	NetcdfAttributeValue,
	NetcdfData,
	NetcdfDimension,
	NetcdfItem,
	NetcdfLayout,
	NetcdfRange,
	NetcdfReaderOptions,
	NetcdfSlab,
	NetcdfType,
	NetcdfVariable,
} from './netcdf/netcdfTypes.ts';
export type { UnpackedData } from './netcdf/unpack.ts';
export {
	type AnyReader,
	type OpenAsOptions,
	type OpenOptions,
	type OptionsOf,
	openReader,
	type ReaderOf,
} from './openReader.ts';
export { VideoReader } from './video/videoReader.ts';
export type { AudioTrackFacts, VideoFacts, VideoFrame, VideoReaderOptions } from './video/videoTypes.ts';
