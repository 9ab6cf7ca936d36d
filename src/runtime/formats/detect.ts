import { StreamTrack } from '../internals.ts';
import { ByteSource, type ByteWindow } from './byteSource.ts';
import { byElements } from './detect/bareDicom.ts';
import { byContainer, byText } from './detect/containers.ts';
import { hdf5Behind, hdf5In, hdf5Kind } from './detect/hdf5.ts';
import { audio, type DetectedFormat, EMPTY, UNKNOWN } from './detect/kinds.ts';
import { hasPicture } from './detect/mediaTracks.ts';
import { byFrames } from './detect/mpeg.ts';
import { packedFits } from './detect/packed.ts';
import { bySignature } from './detect/signatures.ts';
import { type FileInput, type ReaderOptions, readerSettings } from './formatReader.ts';

/** What is read of every file; most need no more. */
const HEAD_BYTES = 16 * 1024;
const WINDOW_BYTES = 64 * 1024;

export type DetectOptions = Pick<ReaderOptions, 'signal' | 'timeoutMs'>;

/**
 * What the file is, by its content; its name does not count. Reads 16 kB, of few formats some more (HDF5 up to 1 MiB, to tell NetCDF-4).
 * What is known by nothing is `'binary'`, with `confidence: 'none'`.
 *
 * Throws `fileUnreadable`, `chunkTimeout`, `invalidOption` and the signal's reason.
 *
 * @example
 * const { format, mediaType } = await detectFormat('upload.bin'); // 'netcdf', 'application/x-netcdf'
 */
export async function detectFormat(input: FileInput, options: DetectOptions = {}): Promise<DetectedFormat> {
	const { path, name, handle, signal, timeoutMs } = readerSettings(
		'detectFormat',
		input,
		options,
		{ signal: true, timeoutMs: true },
		detectFormat,
	);
	const track = new StreamTrack({ kind: 'reader', name, path, site: undefined, format: 'unknown' });
	// Thousands of files are looked at one after the other: none of them is a reader that anybody could watch.
	const source = await ByteSource.open({ path, ...(handle && { handle }), signal, timeoutMs, track, unseen: true });
	try {
		return await detectSource(source);
	} finally {
		await source.close();
	}
}

/** The same for a file that is open. */
export async function detectSource(source: ByteSource): Promise<DetectedFormat> {
	if (source.size === 0) return EMPTY;
	const window = source.window(WINDOW_BYTES);
	try {
		// A copy: what is looked at further back must not overwrite it.
		const head = Buffer.from(await window.upTo(0, Math.min(HEAD_BYTES, source.size)));
		return (await byContent(head, window)) ?? UNKNOWN;
	} finally {
		window.release();
	}
}

async function byContent(head: Buffer, window: ByteWindow): Promise<DetectedFormat | undefined> {
	// HDF5 first: what stands in a user's block before it (as in MATLAB 7.3 files) is a description of it.
	const begin = hdf5In(head);
	if (begin !== undefined) return hdf5Kind(begin, window);
	const found = bySignature(head) ?? byContainer(head);
	if (found?.mediaType === 'video/mp4' && (await hasPicture(window)) === false)
		return audio('MPEG-4 sound', 'audio/mp4');
	if (found?.mediaType === 'application/gzip') return packedFits(head) ?? found;
	const { size } = window.source;
	const streamed = found ?? byElements(head, size) ?? (await byFrames(head, window));
	if (streamed) return streamed;
	const behind = await hdf5Behind(head, window);
	return behind === undefined ? byText(head, head.length === size) : hdf5Kind(behind, window);
}
