import { Transform, type TransformCallback } from 'node:stream';

const ATTACHED = Buffer.from('Debugger attached.\n');

/**
 * Takes Node's own "Debugger attached." lines out of a script's stderr. Node writes one for each of our connections while the
 * script has not begun, so only the first `expected` ones that start a line are ours; what the script prints later stays,
 * even when it reads the same. Bytes are never changed otherwise.
 */
export class ChatterFilter extends Transform {
	#left: number;
	#held: Buffer = Buffer.alloc(0);
	#atLineStart = true;

	constructor(expected: number) {
		super();
		this.#left = expected;
	}

	/** No more lines of ours will come: let everything pass. */
	finish(): void {
		this.#left = 0;
		this.#release();
	}

	override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
		if (this.#left === 0) this.push(chunk);
		else this.#scan(this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk);
		done();
	}

	override _flush(done: TransformCallback): void {
		this.#release();
		done();
	}

	#scan(data: Buffer): void {
		this.#held = Buffer.alloc(0);
		let at = 0;
		while (at < data.length && this.#left > 0) {
			if (this.#atLineStart) {
				const length = Math.min(ATTACHED.length, data.length - at);
				if (data.compare(ATTACHED, 0, length, at, at + length) === 0) {
					if (length < ATTACHED.length) {
						this.#held = data.subarray(at);
						return;
					}
					at += length;
					this.#left--;
					continue;
				}
			}
			const newline = data.indexOf(10, at);
			const end = newline < 0 ? data.length : newline + 1;
			this.push(data.subarray(at, end));
			this.#atLineStart = newline >= 0;
			at = end;
		}
		if (at < data.length) this.push(data.subarray(at));
	}

	#release(): void {
		if (this.#held.length > 0) this.push(this.#held);
		this.#held = Buffer.alloc(0);
	}
}
