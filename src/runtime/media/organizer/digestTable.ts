import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { BoundedCache } from '../../internals.ts';

const PAGE_BYTES = 4096;
/** Two words of key, two of value. */
const SLOT_WORDS = 4;
const SLOT_BYTES = SLOT_WORDS * 4;
const PAGE_SLOTS = PAGE_BYTES / SLOT_BYTES;
/** 512 KiB of file, sparse. */
const FIRST_BITS = 15;
/** A table fuller than this makes long searches. */
const FULLEST = 0.6;
const WORD = 2 ** 32;

/** Pages that wait to be filled again: memory that comes and goes a page at a time leaves holes in the process. */
const MOST_SPARE = 64;
/** More than any table has. */
const MOST_PAGES = 2 ** 24;

/** The pages of several tables that are in memory, bounded together. */
export class PageCache implements Disposable {
	readonly cache: BoundedCache<number, Uint32Array>;
	readonly #spare: Uint32Array[] = [];
	#lastTable = 0;

	constructor(name: string, maxBytes: number) {
		const onEvict = (page: Uint32Array) => {
			if (this.#spare.length < MOST_SPARE) this.#spare.push(page);
		};
		this.cache = new BoundedCache({ name, maxBytes, onEvict });
	}

	/** A number that no other table has. */
	nextTable(): number {
		return ++this.#lastTable;
	}

	/** A page, read from the file where it is not here. Valid until the next is asked for. */
	page(table: number, index: number, fd: number): Uint32Array {
		const key = table * MOST_PAGES + index;
		const cached = this.cache.get(key);
		if (cached) return cached;
		const page = this.#spare.pop() ?? new Uint32Array(PAGE_BYTES / 4);
		readSync(fd, page, 0, PAGE_BYTES, index * PAGE_BYTES);
		this.cache.set(key, page, PAGE_BYTES);
		return page;
	}

	forget(table: number, pages: number): void {
		for (let index = 0; index < pages; index++) this.cache.delete(table * MOST_PAGES + index);
	}

	[Symbol.dispose](): void {
		this.cache.dispose();
	}
}

/** The first 8 bytes of a SHA-256. */
export type Key = Readonly<[high: number, low: number]>;

/** Of a text, or of the digest of a content in hexadecimal. */
export function keyOf(text: string): Key {
	const digest = createHash('sha256').update(text).digest();
	return [digest.readUInt32BE(0), digest.readUInt32BE(4)];
}

/**
 * A table from 8-byte digests to whole numbers, in a file: 16 bytes of disk for each, and in memory no more than the pages that the cache keeps.
 * The file is gone with the process. Two texts may have one key: who must know for sure compares what the numbers lead to.
 */
export class DigestTable {
	readonly #path: string;
	readonly #cache: PageCache;
	readonly #slot = new Uint32Array(SLOT_WORDS);
	#table: number;
	#bits = FIRST_BITS;
	#fd: number;
	#count = 0;
	#open = true;

	/** `path` is new. */
	constructor(path: string, cache: PageCache) {
		this.#path = path;
		this.#cache = cache;
		this.#table = cache.nextTable();
		this.#fd = this.#create();
	}

	get count(): number {
		return this.#count;
	}

	/** All numbers under the key. */
	values(key: Key): number[] {
		const [high, low] = stored(key);
		const found: number[] = [];
		const slots = 2 ** this.#bits;
		for (let i = this.#home(high); ; i = (i + 1) % slots) {
			const page = this.#page(Math.floor(i / PAGE_SLOTS));
			const at = (i % PAGE_SLOTS) * SLOT_WORDS;
			if (page[at] === 0 && page[at + 1] === 0) return found;
			if (page[at] === high && page[at + 1] === low) found.push((page[at + 2] ?? 0) * WORD + (page[at + 3] ?? 0));
		}
	}

	/** One more number under the key. */
	add(key: Key, value: number): void {
		if (this.#count + 1 > FULLEST * 2 ** this.#bits) this.#grow();
		this.#insert(stored(key), value, false);
		this.#count++;
	}

	/** The one number under the key. */
	set(key: Key, value: number): void {
		if (this.values(key).length === 0) this.add(key, value);
		else this.#insert(stored(key), value, true);
	}

	close(): void {
		if (!this.#open) return;
		this.#open = false;
		this.#cache.forget(this.#table, 2 ** this.#bits / PAGE_SLOTS);
		closeSync(this.#fd);
		unlinkSync(this.#file());
	}

	#insert([high, low]: Key, value: number, replace: boolean): void {
		const slots = 2 ** this.#bits;
		for (let i = this.#home(high); ; i = (i + 1) % slots) {
			const page = this.#page(Math.floor(i / PAGE_SLOTS));
			const at = (i % PAGE_SLOTS) * SLOT_WORDS;
			const free = page[at] === 0 && page[at + 1] === 0;
			if (!free && !(replace && page[at] === high && page[at + 1] === low)) continue;
			this.#slot.set([high, low, Math.floor(value / WORD), value % WORD]);
			// The page may leave the cache at any time, so that the file is always up to date.
			page.set(this.#slot, at);
			writeSync(this.#fd, this.#slot, 0, SLOT_BYTES, i * SLOT_BYTES);
			return;
		}
	}

	/** By the highest bits, so that a larger table has the keys in the same order. */
	#home(high: number): number {
		return high >>> (32 - this.#bits);
	}

	#page(index: number): Uint32Array {
		return this.#cache.page(this.#table, index, this.#fd);
	}

	#grow(): void {
		const { fd, file, pages } = { fd: this.#fd, file: this.#file(), pages: 2 ** this.#bits / PAGE_SLOTS };
		this.#cache.forget(this.#table, pages);
		this.#table = this.#cache.nextTable();
		this.#bits += 2;
		this.#fd = this.#create();
		const page = new Uint32Array(PAGE_BYTES / 4);
		try {
			for (let index = 0; index < pages; index++) {
				readSync(fd, page, 0, PAGE_BYTES, index * PAGE_BYTES);
				for (let at = 0; at < page.length; at += SLOT_WORDS) {
					const [high = 0, low = 0, upper = 0, lower = 0] = page.subarray(at, at + SLOT_WORDS);
					if (high !== 0 || low !== 0) this.#insert([high, low], upper * WORD + lower, false);
				}
			}
		} finally {
			closeSync(fd);
			unlinkSync(file);
		}
	}

	#create(): number {
		const fd = openSync(this.#file(), 'wx+', 0o600);
		ftruncateSync(fd, 2 ** this.#bits * SLOT_BYTES);
		return fd;
	}

	#file(): string {
		return `${this.#path}.${this.#table}`;
	}
}

/** Two zeros are a free slot. */
const stored = ([high, low]: Key): Key => (high === 0 && low === 0 ? [0, 1] : [high, low]);
