import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

export interface HashOptions {
	/** Holds the bytes on their way. */
	readonly buffer: Buffer;
	readonly signal: AbortSignal | undefined;
	/** Gets all that is read, before the next is. */
	readonly into?: FileHandle;
}

export interface Hashed {
	/** SHA-256, hexadecimal. */
	readonly hash: string;
	readonly bytes: number;
}

/** Of a whole file, piece by piece. Throws what the system says, and the signal's reason. */
export async function hashFile(path: string, options: HashOptions): Promise<Hashed> {
	const handle = await open(path, 'r');
	try {
		return await hashHandle(handle, options);
	} finally {
		await handle.close();
	}
}

export async function hashHandle(handle: FileHandle, { buffer, signal, into }: HashOptions): Promise<Hashed> {
	const digest = createHash('sha256');
	let bytes = 0;
	for (;;) {
		signal?.throwIfAborted();
		const { bytesRead } = await handle.read(buffer, 0, buffer.length, bytes);
		if (bytesRead === 0) return { hash: digest.digest('hex'), bytes };
		digest.update(buffer.subarray(0, bytesRead));
		for (let from = 0; into && from < bytesRead; ) {
			from += (await into.write(buffer, from, bytesRead - from, bytes + from)).bytesWritten;
		}
		bytes += bytesRead;
	}
}
