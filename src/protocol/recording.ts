/**
 * The recording file, `*.memrec`: UTF-8, one JSON value a line, lines separated by `\n`, appended as things happen.
 *
 * - Line 1 is the header below. `format` counts up when an old reader would misread a new file; readers refuse a newer one.
 * - Every other line is an entry (`entries.ts`), in the order in which it was learned; `t` is ms since `originEpochMs`.
 * - A reader skips entry types it does not know and lines it cannot parse, and says how many. The last line may be cut:
 *   whatever ended the writer, everything before that line stands.
 * - Lines of `type` `checkpoint` stand for everything before them, so that a long file opens quickly (`checkpoint.ts`). They repeat what
 *   entries say: a reader may pass over them.
 * - The environment of the command is never recorded.
 *
 * Format 1: the entries of `entries.ts` as of version 0.1.0.
 */
import { arrayOf, isNumber, isRecord, isString } from './guards.ts';

export const RECORDING_FORMAT = 1;
export const RECORDING_EXTENSION = '.memrec';
/** Longest line a reader accepts, in UTF-16 units; a longer one is counted as damaged. */
export const MAX_LINE_LENGTH = 64 * 1024 * 1024;

export interface RecordingHeader {
	type: 'header';
	format: number;
	/** Version of Memory Manager that wrote it. */
	version: string;
	/** Node version that ran the engine. */
	engineNode: string;
	/** What a person calls this run: file name, script name or address. */
	title: string;
	/** Command and arguments; empty when attached. */
	command: string[];
	/** Absolute path of the profiled script where there is one. */
	script?: string;
	cwd: string;
	/** Wall clock at `t` = 0, ms since 1970. */
	originEpochMs: number;
	/** Mean bytes between two heap allocation samples. */
	samplingIntervalBytes: number;
}

export type HeaderResult =
	| { ok: true; header: RecordingHeader }
	| { ok: false; reason: 'notARecording' | 'newer'; format?: number };

/** Checks the first line of a file. */
export function parseHeader(line: string): HeaderResult {
	const value = parseJson(line);
	if (!isRecord(value) || value.type !== 'header' || !isNumber(value.format))
		return { ok: false, reason: 'notARecording' };
	if (value.format > RECORDING_FORMAT) return { ok: false, reason: 'newer', format: value.format };
	const valid =
		isString(value.version) &&
		isString(value.engineNode) &&
		isString(value.title) &&
		arrayOf(isString)(value.command) &&
		isString(value.cwd) &&
		isNumber(value.originEpochMs) &&
		isNumber(value.samplingIntervalBytes) &&
		(value.script === undefined || isString(value.script));
	return valid ? { ok: true, header: value as unknown as RecordingHeader } : { ok: false, reason: 'notARecording' };
}

/** JSON of a line, `undefined` when it is none. */
export function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
