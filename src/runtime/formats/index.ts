/**
 * Readers of scientific and media files in bounded memory: `memory-manager-runtime/formats`.
 *
 * @packageDocumentation
 */
export type { FilePlace } from '../files/fileErrors.ts';
export { FileError } from '../internals.ts';
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
