import { resolve } from 'node:path';
import { isRecord, isString } from '../../protocol/guards.ts';
import { ChildProgram, fileErrors, ProgramError, within } from '../internals.ts';
import type { ByteSource } from './byteSource.ts';
import { formatErrors } from './formatErrors.ts';
import type { ReaderSettings } from './formatReader.ts';

/** Facts of a file with a thousand tracks have some 300 KB. */
const MOST_FACTS_BYTES = 4 * 1024 * 1024;
const REASON_LENGTH = 300;
const HEAD_BYTES = 512;
/** No network, whatever the file names. */
const COMMON = ['-v', 'error', '-protocol_whitelist', 'file'];
/** What other files are named in, by its first bytes and as FFmpeg calls it: that would open them. */
const LIST_HEAD = /^(\xef\xbb\xbf)?\s*(#EXTM3U|ffconcat|<\?xml|<MPD)/;
const LISTS: ReadonlySet<string> = new Set(['hls', 'concat', 'dash', 'imf', 'webm_dash_manifest', 'vobsub']);

export type Fields = Readonly<Record<string, unknown>>;

/** What ffprobe tells of a file. */
export interface Probed {
	readonly format: Fields;
	readonly streams: readonly Fields[];
}

/**
 * Says whether ffmpeg and ffprobe may have the file, before they are looked for. Throws `unsupported` for a handle, since they open files by
 * their path, and for a list of other files.
 */
export async function checkForPrograms(source: ByteSource, settings: ReaderSettings): Promise<void> {
	const { path } = source;
	if (settings.handle) {
		throw formatErrors.unsupported(
			path,
			'ffmpeg and ffprobe open files by their path.',
			'Pass the path instead of a handle.',
		);
	}
	const window = source.window();
	try {
		if (LIST_HEAD.test((await window.upTo(0, HEAD_BYTES)).toString('latin1'))) throw isList(path);
	} finally {
		window.release();
	}
}

const isList = (path: string) =>
	formatErrors.unsupported(path, 'it is a playlist or another text.', 'Open the files that it names.');

/** What `entries` names, of the file and its streams. Throws as `programOutput`, and `unsupported` for a list of other files. */
export async function probed(
	ffprobe: string,
	args: readonly string[],
	source: ByteSource,
	settings: ReaderSettings,
): Promise<Probed> {
	const { path } = source;
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of programOutput(ffprobe, [...args, '-of', 'json=compact=1'], [], source, settings)) {
		bytes += chunk.length;
		if (bytes > MOST_FACTS_BYTES) throw formatErrors.damaged(path, undefined, 'what ffprobe tells of it has no end');
		chunks.push(chunk);
	}
	const { format, streams } = parsed(Buffer.concat(chunks).toString('utf8'), path);
	const name = isString(format.format_name) ? format.format_name : '';
	if (name.split(',').some(one => LISTS.has(one))) throw isList(path);
	return { format, streams };
}

function parsed(text: string, path: string): Probed {
	let told: unknown;
	try {
		told = JSON.parse(text);
	} catch (error) {
		throw formatErrors.damaged(path, undefined, 'what ffprobe tells of it cannot be read', error);
	}
	if (!isRecord(told)) throw formatErrors.damaged(path, undefined, 'ffprobe tells nothing of it');
	const streams = Array.isArray(told.streams) ? told.streams.filter(isRecord) : [];
	return { format: isRecord(told.format) ? told.format : {}, streams };
}

/**
 * What a program writes about the file, in chunks, as far as it is asked for; `before` and `behind` are its arguments on either side of the
 * file. Throws `damaged` with what the program says of the file, `programFailed` where it did not begin or was killed, `chunkTimeout` where it
 * says nothing for too long, and the signal's reason.
 */
export async function* programOutput(
	program: string,
	before: readonly string[],
	behind: readonly string[],
	source: ByteSource,
	{ signal, timeoutMs }: ReaderSettings,
): AsyncGenerator<Buffer, void, undefined> {
	const { path } = source;
	const file = ['-i', `file:${resolve(path)}`];
	const child = ChildProgram.start(program, [...COMMON, ...before, ...file, ...behind], { signal });
	const output = child.output();
	const late = () => fileErrors.chunkTimeout(path, 0, timeoutMs ?? 0);
	try {
		for (;;) {
			const { value, done } = await within(output.next(), { signal, timeoutMs }, late);
			if (done) break;
			yield value;
		}
		if (/partial file|truncat/i.test(child.stderr)) {
			throw formatErrors.damaged(path, undefined, `${child.name} says: ${lastLine(child.stderr)}`);
		}
	} catch (error) {
		if (!(error instanceof ProgramError) || error.exitCode === null) throw error;
		const reason = lastLine(error.stderr) || `it ended with code ${error.exitCode}`;
		throw formatErrors.damaged(path, undefined, `${error.program} cannot read it: ${reason}`, error);
	} finally {
		await child.stop();
	}
}

const lastLine = (text: string): string =>
	(
		text
			.trim()
			.split(/\s*[\r\n]+/)
			.at(-1) ?? ''
	).slice(0, REASON_LENGTH);
