import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 21;

/** What is wrong with a snapshot, and where. */
export class SnapshotFault extends Error {
	override readonly name = 'SnapshotFault';
}

/**
 * A file as bytes, a chunk at a time. Reading waits for the disk: this runs in a thread of its own. The hot loops of the reader look at
 * `buffer` from `at` to `end` themselves and call `fill` where they run out.
 */
export class ByteSource {
	readonly sizeBytes: number;
	buffer: Uint8Array = Buffer.allocUnsafe(CHUNK_BYTES);
	at = 0;
	end = 0;
	readonly #file: number;
	readonly #onProgress: ((bytes: number, total: number) => void) | undefined;
	/** Place in the file of the first byte of `buffer`. */
	#base = 0;

	constructor(path: string, onProgress?: (bytes: number, total: number) => void) {
		this.#file = openSync(path, 'r');
		this.sizeBytes = fstatSync(this.#file).size;
		this.#onProgress = onProgress;
	}

	close(): void {
		closeSync(this.#file);
	}

	/** Place of the next byte in the file. */
	get offset(): number {
		return this.#base + this.at;
	}

	/** The next chunk; false at the end of the file. */
	fill(): boolean {
		this.#base += this.end;
		this.at = 0;
		this.end = readSync(this.#file, this.buffer, 0, this.buffer.length, null);
		this.#onProgress?.(this.#base + this.end, this.sizeBytes);
		return this.end > 0;
	}

	/** The next byte that is no white space, not taken; -1 at the end. */
	peek(): number {
		for (;;) {
			if (this.at >= this.end && !this.fill()) return -1;
			const byte = this.buffer[this.at] as number;
			if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
			this.at++;
		}
	}

	/** Takes this sign, or says what stands there instead of it. */
	expect(sign: string, where: string): void {
		if (this.peek() !== sign.charCodeAt(0)) throw this.unexpected(`"${sign}"`, where);
		this.at++;
	}

	/** Takes this sign if it is next. */
	accept(sign: string): boolean {
		if (this.peek() !== sign.charCodeAt(0)) return false;
		this.at++;
		return true;
	}

	unexpected(wanted: string, where: string): SnapshotFault {
		const byte = this.peek();
		if (byte < 0) return this.cut(where);
		const found = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `the byte ${byte}`;
		return new SnapshotFault(`at byte ${this.offset} (${where}) stands ${found} where ${wanted} belongs.`);
	}

	cut(where: string): SnapshotFault {
		return new SnapshotFault(
			`it ends at byte ${this.offset}, inside ${where}. It was probably cut off while it was written.`,
		);
	}
}
