/**
 * Node says "Debugger attached." on stderr for each of our connections. A child process puts these marks around that moment where its stderr
 * goes through one of our filters, which take the marks and the lines between them out again.
 */
export const CHATTER_BEGINS = '\0memory-manager(\0';
export const CHATTER_ENDS = '\0memory-manager)\0';
const ATTACHED = 'Debugger attached.\n';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, char => char.charCodeAt(0));
const BEGINS = bytes(CHATTER_BEGINS);
const ENDS = bytes(CHATTER_ENDS);
const LINE = bytes(ATTACHED);
const NONE = new Uint8Array(0);

/**
 * A read of this size filled its buffer and may have cut a mark in two. A shorter one has not: each mark is written at once, and arrives at once.
 */
const FULL_READ_BYTES = 64 * 1024;

/** Takes marked chatter out of one stream; every other byte stays, in its order. */
export class ChatterStripper {
	#depth = 0;
	#held: Uint8Array = NONE;

	/**
	 * What is left of the stream so far, in pieces; a piece may be the chunk itself. What may be the beginning of a mark is held back where
	 * the stream was cut, and only there: whoever sends zeros may wait for an answer to them.
	 */
	strip(chunk: Uint8Array, isCut = chunk.length >= FULL_READ_BYTES): Uint8Array[] {
		const data = this.#held.length > 0 ? joined(this.#held, chunk) : chunk;
		this.#held = NONE;
		const out: Uint8Array[] = [];
		let from = 0;
		let at = this.#next(data, 0);
		while (at >= 0) {
			const mark = this.#marks().find(one => startsAt(data, at, one));
			const isWhole = mark && data.length - at >= mark.length;
			if (!mark || (!isWhole && !isCut && this.#depth === 0)) {
				at = this.#next(data, at + 1);
				continue;
			}
			if (at > from) out.push(data.subarray(from, at));
			if (!isWhole) {
				this.#held = data.slice(at);
				return out;
			}
			if (mark === BEGINS) this.#depth++;
			else if (mark === ENDS) this.#depth = Math.max(0, this.#depth - 1);
			from = at + mark.length;
			at = this.#next(data, from);
		}
		if (from < data.length) out.push(from === 0 ? data : data.subarray(from));
		return out;
	}

	/** Whether bytes are held back that are no mark if nothing comes right behind them. */
	get waits(): boolean {
		return this.#held.length > 0 && this.#depth === 0;
	}

	/** What was held back because it might have become a mark. */
	flush(): Uint8Array {
		const held = this.#held;
		this.#held = NONE;
		return held;
	}

	#marks(): Uint8Array[] {
		return this.#depth > 0 ? [BEGINS, ENDS, LINE] : [BEGINS, ENDS];
	}

	#next(data: Uint8Array, from: number): number {
		const mark = data.indexOf(0, from);
		if (this.#depth === 0) return mark;
		const line = data.indexOf(LINE[0] ?? 0, from);
		return line < 0 || (mark >= 0 && mark < line) ? mark : line;
	}
}

/** Whether `mark`, or as much of it as fits, stands there. */
function startsAt(data: Uint8Array, at: number, mark: Uint8Array): boolean {
	const length = Math.min(mark.length, data.length - at);
	for (let i = 0; i < length; i++) if (data[at + i] !== mark[i]) return false;
	return true;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const both = new Uint8Array(a.length + b.length);
	both.set(a);
	both.set(b, a.length);
	return both;
}
