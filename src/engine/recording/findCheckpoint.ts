import { type FileHandle, open } from 'node:fs/promises';
import { CHECKPOINT_END, isCheckpointEnd } from '../../protocol/checkpoint.ts';
import { parseHeader, parseJson, type RecordingHeader } from '../../protocol/recording.ts';

export interface CheckpointPlace {
	header: RecordingHeader;
	headerBytes: number;
	/** Byte of the file at which the checkpoint begins. */
	from: number;
}

/** A file that is shorter is read whole: it takes no longer. */
const LEAST_BYTES = 4 * 1024 * 1024;
/** Behind its last checkpoint a file has no more than this unless something is wrong with it. */
const MOST_BEHIND = 1024 * 1024 * 1024;
const BLOCK = 4 * 1024 * 1024;
const MOST_HEADER = 1024 * 1024;
/** A checkpoint that is longer than all that a model keeps is not ours. */
const MOST_BYTES = 512 * 1024 * 1024;
const TRIED = 3;
const MARK = Buffer.from(`\n${CHECKPOINT_END}`);
const LONGEST_END = 200;

/** The last checkpoints of a recording, the newest first: places where one seems to begin. */
export async function* checkpointsOf(path: string, size: number): AsyncGenerator<CheckpointPlace> {
	if (size < LEAST_BYTES) return;
	const file = await open(path, 'r');
	try {
		const first = await readHeader(file);
		if (!first) return;
		let tried = 0;
		for await (const { at, from } of ends(file, size)) {
			if (from < first.headerBytes || from >= at || at - from > MOST_BYTES) continue;
			yield { ...first, from };
			if (++tried === TRIED) return;
		}
	} finally {
		await file.close();
	}
}

async function readHeader(file: FileHandle): Promise<{ header: RecordingHeader; headerBytes: number } | undefined> {
	const start = await readAt(file, 0, MOST_HEADER);
	const end = start.indexOf(10);
	const result = parseHeader(start.toString('utf8', 0, Math.max(0, end)));
	return end > 0 && result.ok ? { header: result.header, headerBytes: end + 1 } : undefined;
}

/** Closing lines of checkpoints from the end of the file on. */
async function* ends(file: FileHandle, size: number): AsyncGenerator<{ at: number; from: number }> {
	let to = size;
	while (to > 0 && size - to < MOST_BEHIND) {
		const start = Math.max(0, to - BLOCK);
		// A mark that lies across two blocks begins in the earlier one.
		const block = await readAt(file, start, to - start + LONGEST_END);
		let at = to - start - 1;
		while (at >= 0) {
			at = block.lastIndexOf(MARK, at);
			if (at < 0) break;
			const end = block.indexOf(10, at + 1);
			const line = parseJson(block.toString('utf8', at + 1, end < 0 ? undefined : end));
			if (isCheckpointEnd(line)) yield { at: start + at, from: line.from };
			at--;
		}
		to = start;
	}
}

async function readAt(file: FileHandle, from: number, length: number): Promise<Buffer> {
	const buffer = Buffer.allocUnsafe(length);
	const { bytesRead } = await file.read(buffer, 0, length, from);
	return buffer.subarray(0, bytesRead);
}
