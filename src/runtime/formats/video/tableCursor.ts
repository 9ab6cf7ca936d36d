import { type ByteSource, ByteWindow } from '../byteSource.ts';

/** Of each list so much is in memory. */
const WINDOW_BYTES = 64 * 1024;

/** Goes through a list of entries of the same width; in memory is a window of it, however long it is. */
export class TableCursor {
	readonly #window: ByteWindow;
	readonly #width: number;
	readonly #end: number;
	#at: number;

	constructor(source: ByteSource, at: number, count: number, width: number) {
		this.#window = new ByteWindow(source, WINDOW_BYTES);
		this.#at = at;
		this.#width = width;
		this.#end = at + count * width;
	}

	get hasMore(): boolean {
		return this.#at < this.#end;
	}

	/** The next entry if it is here already: a wait for each would cost more than all else. Valid until the next. */
	here(): Buffer | undefined {
		const entry = this.#window.at(this.#at, this.#width);
		if (entry) this.#at += this.#width;
		return entry;
	}

	async next(): Promise<Buffer> {
		const entry = await this.#window.bytes(this.#at, this.#width, 'a list of frames');
		this.#at += this.#width;
		return entry;
	}

	release(): void {
		this.#window.release();
	}
}

/** A list of (count, value): each value counts for so many frames. */
export class RunCursor {
	readonly #entries: TableCursor;
	readonly #isSigned: boolean;
	#left = 0;
	#value = 0;

	constructor(source: ByteSource, at: number, count: number, isSigned: boolean) {
		this.#entries = new TableCursor(source, at, count, 8);
		this.#isSigned = isSigned;
	}

	/** The next value if it is here already. */
	here(): number | undefined {
		if (this.#left === 0) return undefined;
		this.#left--;
		return this.#value;
	}

	/** `undefined` behind the last. */
	async next(): Promise<number | undefined> {
		while (this.#left === 0) {
			if (!this.#entries.hasMore) return undefined;
			const entry = this.#entries.here() ?? (await this.#entries.next());
			this.#left = entry.readUInt32BE(0);
			this.#value = this.#isSigned ? entry.readInt32BE(4) : entry.readUInt32BE(4);
		}
		this.#left--;
		return this.#value;
	}

	/** Whether values are left. */
	get hasMore(): boolean {
		return this.#left > 0 || this.#entries.hasMore;
	}

	release(): void {
		this.#entries.release();
	}
}
