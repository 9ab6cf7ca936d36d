import { setImmediate } from 'node:timers/promises';
import type { SessionModel } from '../../analysis/sessionModel.ts';
import { checkpointEnd, checkpointLines } from './checkpointLines.ts';
import type { RecordingWriter } from './recordingWriter.ts';

/** A file that is shorter than this opens quickly enough without. */
const FIRST_BYTES = 8 * 1024 * 1024;
/** So many times the last checkpoint's bytes must be written before the next: checkpoints take a fifth of a long file at most. */
const FACTOR = 4;
/** What may wait for the disk before more is put together. */
const PAUSE_BYTES = 2 * 1024 * 1024;

/** Writes the state of the model into its recording from time to time, a few ms at once, so that a long one opens without being read whole. */
export class Checkpointer {
	readonly #writer: RecordingWriter;
	readonly #model: SessionModel;
	/** End of the last checkpoint, and what it took. */
	#end = 0;
	#bytes = 0;
	#running: Promise<void> | undefined;
	#closing = false;

	constructor(writer: RecordingWriter, model: SessionModel) {
		this.#writer = writer;
		this.#model = model;
	}

	/** To be called when all that the model has was handed to the writer. */
	consider(): void {
		const since = this.#writer.bytes - this.#end;
		if (this.#running || this.#closing || since < Math.max(FIRST_BYTES, FACTOR * this.#bytes)) return;
		this.#running = this.#write().finally(() => {
			this.#running = undefined;
		});
	}

	/** The last one, behind all entries. */
	async close(): Promise<void> {
		this.#closing = true;
		await this.#running;
		if (this.#writer.place() - this.#end >= FIRST_BYTES / 2) await this.#write();
	}

	async #write(): Promise<void> {
		const writer = this.#writer;
		const from = writer.place();
		let parts = 0;
		let waiting = 0;
		this.#bytes = 0;
		for (const line of checkpointLines(this.#model.snapshot())) {
			if (writer.failed) return;
			this.#bytes += writer.writeLine(line);
			parts++;
			waiting += line.length;
			if (waiting > PAUSE_BYTES) {
				waiting = 0;
				await writer.flush();
			}
			await setImmediate();
		}
		this.#bytes += writer.writeLine(checkpointEnd(parts, from));
		this.#end = writer.place();
	}
}
