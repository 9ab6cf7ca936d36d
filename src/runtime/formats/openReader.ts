import { calledFrom, callSiteOf, runtimeErrors } from '../internals.ts';
import { AudioReader } from './audio/audioReader.ts';
import { BinaryReader } from './binary/binaryReader.ts';
import { detectFormat } from './detect.ts';
import { DicomReader } from './dicom/dicomReader.ts';
import { FitsReader } from './fits/fitsReader.ts';
import { formatErrors } from './formatErrors.ts';
import type { FileInput, Format, ReaderOptions } from './formatReader.ts';
import { Hdf5Reader } from './hdf5/hdf5Reader.ts';
import { NetcdfReader } from './netcdf/netcdfReader.ts';
import { VideoReader } from './video/videoReader.ts';

/** Every reader; the libraries that some need are loaded when a file is opened. */
const READERS = {
	dicom: DicomReader,
	fits: FitsReader,
	hdf5: Hdf5Reader,
	netcdf: NetcdfReader,
	audio: AudioReader,
	video: VideoReader,
	binary: BinaryReader,
} as const satisfies Readonly<Record<Format, unknown>>;

/** The reader of a format. */
export type ReaderOf<F extends Format> = (typeof READERS)[F]['prototype'];

/** The options of a format's reader. */
export type OptionsOf<F extends Format> = NonNullable<Parameters<(typeof READERS)[F]['open']>[1]>;

/** One of the readers; `reader.format` tells which, also to TypeScript. */
export type AnyReader = { [F in Format]: ReaderOf<F> }[Format];

/** For a file whose format is known: no other is tried, and the options of its reader may be given. */
export type OpenAsOptions<F extends Format> = OptionsOf<F> & { format: F };

/** For a file whose format is to be found out. */
export type OpenOptions = ReaderOptions & { format?: Format };

/**
 * Opens a file with the reader of its format, which its content tells; its name does not count. What is of no known format is read by
 * `BinaryReader`.
 *
 * Throws `unsupported` for what is recognised and read elsewhere (images) or not at all (HDF4, archives …), saying what to do; what the
 * reader's own `open` throws; `fileUnreadable`, `chunkTimeout`, `invalidOption` and the signal's reason.
 *
 * @example
 * await using reader = await openReader('unknown.dat');
 * if (reader.format === 'fits') for await (const hdu of reader) console.log(hdu);
 * await using sound = await openReader('take.wav', { format: 'audio', frameSize: 2048 });
 */
export function openReader<F extends Format>(input: FileInput, options: OpenAsOptions<F>): Promise<ReaderOf<F>>;
export function openReader(input: FileInput, options?: OpenOptions): Promise<AnyReader>;
export async function openReader(input: FileInput, options: OpenOptions = {}): Promise<AnyReader> {
	const site = callSiteOf(openReader);
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption('openReader', 'options', "an object such as { format: 'fits' }", options);
	}
	const { format, ...rest } = options;
	if (format !== undefined && !Object.hasOwn(READERS, format)) {
		const expected = `one of ${Object.keys(READERS).join(', ')}`;
		throw runtimeErrors.invalidOption('openReader', 'format', expected, format);
	}
	const chosen = format ?? (await readable(input, rest));
	const reader: { open(input: FileInput, options: ReaderOptions): Promise<AnyReader> } = READERS[chosen];
	return calledFrom(site, () => reader.open(input, rest));
}

async function readable(input: FileInput, { signal, timeoutMs }: ReaderOptions): Promise<Format> {
	const bounds = { ...(signal !== undefined && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
	const { format, name, advice } = await detectFormat(input, bounds);
	if (format !== 'image' && format !== 'other') return format;
	const path = typeof input === 'object' && 'fd' in input ? `file descriptor ${input.fd}` : String(input);
	const hint = format === 'image' ? 'Open it with ImageLoader of memory-manager-runtime/images.' : advice;
	throw formatErrors.unsupported(path, `it is ${name}.`, hint, 0);
}
