import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { fileErrors } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { openFormatSource, type ReaderSettings } from '../formatReader.ts';

const PIECE_BYTES = 64 * 1024;

/**
 * What a deflated file holds from `offset` on, as a file of its own in the system's temporary folder: elements are looked for here and
 * there, which a stream does not allow. Where the system lets it, the file has no name while it is used, so that nothing stays behind
 * even when the process is killed; else it goes with `remove`.
 *
 * Throws `tooLarge` for more than `maxInflatedBytes`, `truncated`, `damaged`, `fileUnwritable`.
 */
export async function inflate(
	source: ByteSource,
	settings: ReaderSettings,
	offset: number,
	maxInflatedBytes: number,
): Promise<{ source: ByteSource; remove(): Promise<void> }> {
	const path = join(tmpdir(), `memory-manager-${randomBytes(8).toString('hex')}.dcm`);
	const failed = (error: unknown) => fileErrors.fileUnwritable(path, error);
	const handle = await open(path, 'wx+', 0o600).catch((error: unknown) => {
		throw failed(error);
	});
	let named = true;
	const remove = async () => {
		await handle.close();
		if (named) await unlink(path).catch(() => undefined);
	};
	try {
		if (process.platform !== 'win32') {
			await unlink(path).catch((error: unknown) => {
				throw failed(error);
			});
			named = false;
		}
		let inflatedBytes = 0;
		const file = new Writable({
			write(piece: Buffer, _encoding, done) {
				inflatedBytes += piece.length;
				if (inflatedBytes > maxInflatedBytes) {
					done(
						formatErrors.tooLarge(
							settings.path,
							'what it inflates to',
							inflatedBytes,
							'maxInflatedBytes',
							maxInflatedBytes,
							offset,
						),
					);
				} else
					writeAll(handle, piece).then(
						() => done(),
						(error: unknown) => done(failed(error)),
					);
			},
		});
		const { signal } = settings;
		const inflating = createInflateRaw({ chunkSize: PIECE_BYTES });
		await pipeline(
			Readable.from(deflated(source, offset), { objectMode: false }),
			inflating,
			file,
			signal ? { signal } : {},
		).catch((error: unknown) => {
			signal?.throwIfAborted();
			throw translated(error, source, offset);
		});
		const inflated = { ...settings, path: `${settings.path} (inflated)`, name: `${settings.name} (inflated)`, handle };
		return { source: await openFormatSource(inflated, 'DICOM'), remove };
	} catch (error) {
		await remove();
		throw error;
	}
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
	for (let from = 0; from < bytes.length; ) {
		from += (await handle.write(bytes, from, bytes.length - from, null)).bytesWritten;
	}
}

/** Copies, since pieces are read ahead of what inflates them. */
async function* deflated(source: ByteSource, offset: number): AsyncGenerator<Buffer, void, undefined> {
	const window = source.window(PIECE_BYTES);
	try {
		for await (const piece of window.pieces(offset, source.size)) yield Buffer.from(piece);
	} finally {
		window.release();
	}
}

function translated(error: unknown, source: ByteSource, offset: number): unknown {
	const { code } = error as { code?: string };
	if (code === 'Z_BUF_ERROR') return source.truncated(source.size, 1, 'the deflated data set');
	if (code?.startsWith('Z_'))
		return formatErrors.damaged(source.path, offset, 'its data set cannot be inflated', error);
	return error;
}
