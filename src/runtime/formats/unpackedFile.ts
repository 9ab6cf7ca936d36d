import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Gunzip, InflateRaw } from 'node:zlib';
import { fileErrors, messageOf } from '../internals.ts';
import type { ByteSource } from './byteSource.ts';
import { formatErrors } from './formatErrors.ts';

/** A file that exists only as long as it is open. */
export interface UnpackedFile {
	readonly handle: FileHandle;
	close(): Promise<void>;
}

export interface Unpacking {
	/** Where what is packed begins in the source. */
	readonly offset: number;
	/** A new one. */
	readonly through: Gunzip | InflateRaw;
	readonly signal: AbortSignal | undefined;
	readonly maxBytes: number;
	/** The option that raises `maxBytes`. */
	readonly option: string;
	/** What is packed, as errors name it ("the deflated data set"). */
	readonly what: string;
}

const PIECE_BYTES = 64 * 1024;

/**
 * Unpacks what the source holds from `offset` on to a file of its own in the system's temporary folder, for formats that are read here
 * and there, which a stream does not allow. Where the system lets it, the file has no name while it is used, so that nothing stays
 * behind however the process ends; else it goes with `close`.
 *
 * Throws `tooLarge` beyond `maxBytes`, whatever the source claims, `truncated`, `damaged`, `fileUnwritable`, the signal's reason.
 */
export async function unpackToFile(source: ByteSource, unpacking: Unpacking): Promise<UnpackedFile> {
	const path = join(tmpdir(), `memory-manager-unpacked-${process.pid}-${randomBytes(6).toString('hex')}`);
	const failed = (error: unknown) => fileErrors.fileUnwritable(path, error);
	const handle = await open(path, 'wx+', 0o600).catch((error: unknown) => {
		throw failed(error);
	});
	// Not on Windows: there it stays until it is closed.
	const unlinked = await unlink(path).then(
		() => true,
		() => false,
	);
	const close = async () => {
		await handle.close();
		if (!unlinked) await unlink(path).catch(() => undefined);
	};
	try {
		await unpackInto(handle, source, unpacking, failed);
		return { handle, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function unpackInto(
	handle: FileHandle,
	source: ByteSource,
	{ offset, through, signal, maxBytes, option, what }: Unpacking,
	failed: (error: unknown) => Error,
): Promise<void> {
	const window = source.window(PIECE_BYTES);
	async function* packed(): AsyncGenerator<Buffer> {
		// Copies: the window's memory is used again while earlier pieces are still being unpacked.
		for await (const piece of window.pieces(offset, source.size)) yield Buffer.from(piece);
	}
	async function write(pieces: AsyncIterable<Buffer>): Promise<void> {
		let written = 0;
		for await (const piece of pieces) {
			const end = written + piece.length;
			if (end > maxBytes) throw formatErrors.tooLarge(source.path, `${what}, unpacked,`, end, option, maxBytes, offset);
			for (let from = 0; from < piece.length; ) {
				const writing = handle.write(piece, from, piece.length - from, written + from);
				from += (await writing.catch((error: unknown) => Promise.reject(failed(error)))).bytesWritten;
			}
			written = end;
		}
	}
	try {
		await pipeline(packed, through, write, signal ? { signal } : {});
	} catch (error) {
		signal?.throwIfAborted();
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		if (code === 'Z_BUF_ERROR') throw source.truncated(source.size, 1, what);
		if (code.startsWith('Z_')) {
			throw formatErrors.damaged(source.path, offset, `${what} cannot be unpacked (${messageOf(error)})`, error);
		}
		throw error;
	} finally {
		window.release();
	}
}
