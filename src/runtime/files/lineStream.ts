import { chunkStream } from './chunkStream.ts';
import type { FileSettings } from './fileOptions.ts';
import { type LineBlock, LineCutter, linesOf } from './lineBlocks.ts';
import type { StreamTrack } from './streamTrack.ts';

/** The lines of a file, an array for each piece that was decoded. */
export async function* lineBatchStream(
	settings: FileSettings,
	track: StreamTrack,
): AsyncGenerator<string[], void, undefined> {
	const cutter = new LineCutter(settings);
	for await (const block of blockStream(settings, track, cutter)) {
		const lines = linesOf(block);
		cutter.lines += lines.length;
		track.lines(lines.length);
		yield lines;
	}
}

async function* blockStream(
	settings: FileSettings,
	track: StreamTrack,
	cutter: LineCutter,
): AsyncGenerator<LineBlock, void, undefined> {
	const reading = chunkStream(settings, track);
	for await (const chunk of reading) yield* failing(cutter.cut(chunk), track);
	yield* failing(cutter.end(), track);
}

/** A line that cannot be given is a failure of the stream as well. */
function* failing(blocks: Generator<LineBlock, void, undefined>, track: StreamTrack): Generator<LineBlock> {
	try {
		yield* blocks;
	} catch (error) {
		track.failed();
		throw error;
	}
}

type LineResult = IteratorResult<string, undefined>;

/**
 * One line after the other. Written by hand: what an async generator costs per line is several times what a line costs. Lines that are
 * there are answered with a promise that is settled; calls that do not wait for each other are answered in their order.
 */
export class LineIterator implements AsyncIterableIterator<string, undefined, undefined> {
	readonly #blocks: AsyncGenerator<LineBlock, void, undefined>;
	readonly #cutter: LineCutter;
	readonly #track: StreamTrack;
	#text = '';
	#returns = false;
	#position = 0;
	#taken = 0;
	#done = false;
	/** The last call that had to wait. */
	#waiting: Promise<LineResult> | undefined;

	constructor(settings: FileSettings, track: StreamTrack) {
		this.#cutter = new LineCutter(settings);
		this.#track = track;
		this.#blocks = blockStream(settings, track, this.#cutter);
	}

	[Symbol.asyncIterator](): this {
		return this;
	}

	next(): Promise<LineResult> {
		if (this.#waiting === undefined) {
			const newline = this.#text.indexOf('\n', this.#position);
			if (newline >= 0) return Promise.resolve({ value: this.#upTo(newline), done: false });
		}
		return this.#wait(() => this.#advance());
	}

	/** Closes the file. */
	return(): Promise<LineResult> {
		return this.#wait(() => this.#end());
	}

	throw(error: unknown): Promise<LineResult> {
		return this.#wait(async () => {
			await this.#end();
			throw error;
		});
	}

	#wait(step: () => Promise<LineResult>): Promise<LineResult> {
		const waiting: Promise<LineResult> = (this.#waiting ? this.#waiting.then(step, step) : step()).finally(() => {
			if (this.#waiting === waiting) this.#waiting = undefined;
		});
		this.#waiting = waiting;
		return waiting;
	}

	async #advance(): Promise<LineResult> {
		for (;;) {
			const line = this.#line();
			if (line !== undefined) return { value: line, done: false };
			this.#count();
			if (this.#done) return { value: undefined, done: true };
			const { value: block, done } = await this.#blocks.next();
			this.#text = block?.text ?? '';
			this.#returns = block?.returns ?? false;
			this.#position = 0;
			this.#done = done === true;
		}
	}

	/** The next line of the text that is there; at its end also one without a line break. */
	#line(): string | undefined {
		if (this.#position >= this.#text.length) return undefined;
		const newline = this.#text.indexOf('\n', this.#position);
		if (newline >= 0) return this.#upTo(newline);
		const rest = this.#text.slice(this.#position);
		this.#position = this.#text.length;
		this.#taken++;
		return rest;
	}

	#upTo(newline: number): string {
		const end = this.#returns && this.#text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline;
		const line = this.#text.slice(this.#position, end);
		this.#position = newline + 1;
		this.#taken++;
		return line;
	}

	async #end(): Promise<LineResult> {
		this.#count();
		this.#done = true;
		this.#text = '';
		await this.#blocks.return();
		return { value: undefined, done: true };
	}

	#count(): void {
		if (this.#taken === 0) return;
		this.#cutter.lines += this.#taken;
		this.#track.lines(this.#taken);
		this.#taken = 0;
	}
}
