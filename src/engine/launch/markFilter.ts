import { Transform, type TransformCallback } from 'node:stream';
import { ChatterStripper } from '../../protocol/chatter.ts';

/** Takes out of a script's output what its children say while a debugger attaches to them; see `protocol/chatter.ts`. */
export class MarkFilter extends Transform {
	readonly #stripper = new ChatterStripper();

	override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
		for (const piece of this.#stripper.strip(chunk)) this.push(piece);
		// What is there is read in one go: by then a mark would be whole.
		if (this.#stripper.waits) setImmediate(() => this.#stripper.waits && this.#release());
		done();
	}

	override _flush(done: TransformCallback): void {
		this.#release();
		done();
	}

	#release(): void {
		const held = this.#stripper.flush();
		if (held.length > 0) this.push(held);
	}
}
