import { createHash } from 'node:crypto';
import { SpillFolder } from './spillFolder.ts';

export interface DiskEntry {
	readonly file: string;
	/** Length of the file. */
	readonly bytes: number;
	readonly checksum: string;
	/** What the value counts for in memory. */
	readonly size: number;
	readonly from: 'declared' | 'estimated';
}

/** What is known of a value besides its bytes. */
export type EntryFacts = Pick<DiskEntry, 'size' | 'from'>;

/** The files of one cache by key, the least recently used first, together never longer than the bound. */
export class SpillDisk<K> {
	readonly folder: SpillFolder;
	readonly #maxBytes: number;
	readonly #dropped: () => void;
	readonly #index = new Map<K, DiskEntry>();
	#bytes = 0;
	/** Of files that are being written. */
	#reserved = 0;

	constructor(parent: string | undefined, maxBytes: number, dropped: () => void) {
		this.folder = new SpillFolder(parent);
		this.#maxBytes = maxBytes;
		this.#dropped = dropped;
	}

	get size(): number {
		return this.#index.size;
	}

	get bytes(): number {
		return this.#bytes;
	}

	get(key: K): DiskEntry | undefined {
		return this.#index.get(key);
	}

	/** Undefined: there is no room for it, even without all others. The least recently used make room. `wanted` is asked when it is written. */
	async write(key: K, data: Uint8Array, facts: EntryFacts, wanted: () => boolean): Promise<DiskEntry | undefined> {
		if (!this.#reserve(data.byteLength)) return undefined;
		try {
			const entry = { file: await this.folder.write(data), ...described(data), ...facts };
			if (wanted()) this.put(key, entry);
			else this.folder.remove(entry.file);
			return entry;
		} finally {
			this.#reserved -= data.byteLength;
		}
	}

	/** `write`, at once. */
	writeSync(key: K, data: Uint8Array, facts: EntryFacts): DiskEntry | undefined {
		if (!this.#reserve(data.byteLength)) return undefined;
		try {
			const entry = { file: this.folder.writeSync(data), ...described(data), ...facts };
			this.put(key, entry);
			return entry;
		} finally {
			this.#reserved -= data.byteLength;
		}
	}

	/** What was written; `undefined`: the file is gone or was changed. */
	async read({ file, checksum }: DiskEntry): Promise<Buffer | undefined> {
		const data = await this.folder.read(file).catch(() => undefined);
		return data && described(data).checksum === checksum ? data : undefined;
	}

	/** As the most recently used. */
	put(key: K, entry: DiskEntry): void {
		this.remove(key);
		this.#index.set(key, entry);
		this.#bytes += entry.bytes;
	}

	/** Out of the index; its file stays. */
	take(key: K): DiskEntry | undefined {
		const entry = this.#index.get(key);
		if (!entry) return undefined;
		this.#index.delete(key);
		this.#bytes -= entry.bytes;
		return entry;
	}

	remove(key: K): boolean {
		const entry = this.take(key);
		if (entry) this.folder.remove(entry.file);
		return entry !== undefined;
	}

	async clear(): Promise<void> {
		this.#index.clear();
		this.#bytes = 0;
		await this.folder.dispose();
	}

	#reserve(bytes: number): boolean {
		if (bytes + this.#reserved > this.#maxBytes) return false;
		for (const key of this.#index.keys()) {
			if (this.#bytes + this.#reserved + bytes <= this.#maxBytes) break;
			this.remove(key);
			this.#dropped();
		}
		this.#reserved += bytes;
		return true;
	}
}

/** SHA-256 rather than CRC-32, which `node:zlib` has from Node 20.15 and 22.2 on only. */
function described(data: Uint8Array): { bytes: number; checksum: string } {
	return { bytes: data.byteLength, checksum: createHash('sha256').update(data).digest('base64') };
}
