import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { fileErrors, messageOf } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';

/** A file that exists only as long as it is open. */
export interface UnpackedFile {
	readonly handle: FileHandle;
	close(): Promise<void>;
}

const GZIP_MAGIC = 0x1f8b;
const PIECE_BYTES = 64 * 1024;

export async function isGzip(source: ByteSource): Promise<boolean> {
	const start = Buffer.alloc(2);
	return (await source.readInto(start, 0)) === 2 && start.readUInt16BE(0) === GZIP_MAGIC;
}

/**
 * Unpacks a file to one in the system's folder for temporary files, since FITS is read here and there, and gzip only from the start.
 * Throws `truncated` or `damaged` for gzip that makes no sense, `tooLarge` beyond `maxUnpackedBytes`, whatever it claims.
 */
export async function unpackGzip(source: ByteSource, maxUnpackedBytes: number): Promise<UnpackedFile> {
	const path = join(tmpdir(), `memory-manager-unpacked-${process.pid}-${randomBytes(6).toString('hex')}`);
	const handle = await open(path, 'wx+', 0o600);
	// Where the system lets an open file go, nothing is left of it, however the process ends.
	const unlinked = await unlink(path).then(
		() => true,
		() => false,
	);
	const close = async () => {
		await handle.close();
		if (!unlinked) await unlink(path);
	};
	try {
		await unpackInto(handle, path, source, maxUnpackedBytes);
		return { handle, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function unpackInto(handle: FileHandle, path: string, source: ByteSource, maxBytes: number): Promise<void> {
	const window = source.window(PIECE_BYTES);
	let written = 0;
	async function* packed(): AsyncGenerator<Buffer> {
		// Copies: the window's memory is used again while gunzip still looks at it.
		for await (const piece of window.pieces(0, source.size)) yield Buffer.from(piece);
	}
	async function write(chunks: AsyncIterable<Buffer>): Promise<void> {
		for await (const chunk of chunks) {
			if (written + chunk.length > maxBytes) {
				const bytes = written + chunk.length;
				throw formatErrors.tooLarge(source.path, 'its content, unpacked so far,', bytes, 'maxUnpackedBytes', maxBytes);
			}
			await handle.write(chunk, 0, chunk.length, written).catch((error: unknown) => {
				throw fileErrors.fileUnwritable(path, error);
			});
			written += chunk.length;
		}
	}
	try {
		await pipeline(packed, createGunzip(), write);
	} catch (error) {
		const code = error instanceof Error && 'code' in error ? String(error.code) : '';
		if (code === 'Z_BUF_ERROR') throw source.truncated(source.size, 1, 'the rest of what gzip packed');
		if (code.startsWith('Z_')) {
			throw formatErrors.damaged(source.path, undefined, `gzip cannot unpack it (${messageOf(error)})`, error);
		}
		throw error;
	} finally {
		window.release();
	}
}
