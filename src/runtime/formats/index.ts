/**
 * Readers of scientific and media files in bounded memory: `memory-manager-runtime/formats`.
 *
 * @packageDocumentation
 */
export type { FilePlace } from '../files/fileErrors.ts';
export { FileError } from '../internals.ts';
export type { FileInput, Format, FormatReader, ReaderOptions, ReadProgress } from './formatReader.ts';
