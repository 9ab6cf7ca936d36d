import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { DeadlineError, withDeadline } from '../base/deadlines.ts';

/** A child of the script may keep stderr open after it has gone; a shell would not wait for that either. */
const OPEN_MS = 500;
/** What a pipe can hold at most: whatever comes after so much was written by somebody who lives on. */
const PIPE_BYTES = 1024 * 1024;

/**
 * Settles when everything that an ended script wrote to `stream` has reached `sinks`, its readers. A stream that others still
 * hold open is let go of then: it would keep us alive for as long as they live.
 */
export async function drained(stream: Readable | undefined, sinks: readonly NodeJS.WriteStream[]): Promise<void> {
	if (!stream) return;
	try {
		await withDeadline(finished(stream, { writable: false }), OPEN_MS, 'stderr stays open');
	} catch (error) {
		if (!(error instanceof DeadlineError)) throw error;
		await emptied(stream, sinks);
		letGo(stream);
	}
}

/** The script is over, so a moment in which nothing comes says that nothing of it is left in the pipe. */
async function emptied(stream: Readable, sinks: readonly NodeJS.WriteStream[]): Promise<void> {
	let bytes = 0;
	const count = (chunk: Buffer) => {
		bytes += chunk.length;
	};
	stream.on('data', count);
	for (let before = -1; before !== bytes && bytes < PIPE_BYTES; ) {
		before = bytes;
		// One turn of the loop may begin behind the place where it reads.
		for (let turn = 0; turn < 2; turn++) await setImmediate();
		for (const sink of sinks) await written(sink);
	}
	stream.removeListener('data', count);
}

/** A reader that is slow holds the stream back: then no news is no sign of an end. */
function written(sink: NodeJS.WriteStream): Promise<void> {
	if (sink.writableLength === 0) return Promise.resolve();
	return new Promise(resolve => sink.write('', () => resolve()));
}

/** The pipe itself stands before `stream`, which is a filter on it, or on another one. */
function letGo(stream: Readable): void {
	stream.once('unpipe', letGo);
	stream.destroy();
}
