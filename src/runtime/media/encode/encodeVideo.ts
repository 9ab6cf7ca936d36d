import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
	ChildProgram,
	callSiteOf,
	checkPressure,
	ensureMonitoring,
	FileError,
	fileErrors,
	findProgram,
	MemoryManagerError,
	messageOf,
	monotonicMs,
	OutputFile,
	runtimeErrors,
	StreamTrack,
	sharedHub,
	shown,
	shownPath,
	unlessAborted,
	untilAborted,
	warn,
	within,
} from '../../internals.ts';
import {
	type EncodeCodec,
	type EncodePreset,
	type EncodeSettings,
	type EncodeVideoOptions,
	encodeSettings,
} from './encodeOptions.ts';
import { type EncodePlan, encodeArguments, encodePlan } from './encodePlan.ts';
import { type EncodeReport, readReports } from './encodeReport.ts';
import { MemoryGuard } from './memoryGuard.ts';

export interface EncodeResult {
	/** Where it is. */
	readonly output: string;
	readonly frames: number;
	/** Of the film, s. */
	readonly seconds: number;
	/** Of the file. */
	readonly bytes: number;
	readonly codec: EncodeCodec;
	readonly preset: EncodePreset;
	readonly threads?: number;
	/** How long it took, ms, and how long of that it was held back because memory was short. */
	readonly ms: number;
	readonly slowedMs: number;
	/** FFmpeg's highest RSS; absent where the system does not tell. */
	readonly peakChildRssBytes?: number;
	/** What was chosen otherwise than wished because memory was short, in sentences. */
	readonly decisions: readonly string[];
}

/** Raw pixels of one picture, row by row without padding; their bytes are taken as they lie. */
export type RawFrame = ArrayBufferView | ArrayBuffer;

/**
 * Encodes raw frames with FFmpeg, which is asked for no sooner than it takes them: in memory of this process is a frame at a time. FFmpeg
 * runs as a child, whose memory the profiler shows and which is held back or ended when memory is critical.
 *
 * The output is written under another name and renamed when it is whole; after a failure, an abort or the end of FFmpeg nothing is left
 * behind. A file that is there is not replaced unless `overwrite` says so.
 *
 * Rejects with a `MemoryManagerError`: `missingProgram` (with how to get FFmpeg), `invalidOption`, `invalidInput` (a frame of another size, no frames),
 * `fileUnwritable`, `programFailed` with what FFmpeg says, `chunkTimeout`, `insufficientMemory` (`onCritical: 'stop'`), with the signal's
 * reason, or with what the frames threw.
 *
 * @example
 * async function* frames() {
 *   const pixels = new Uint8Array(640 * 480 * 3);
 *   for (let i = 0; i < 250; i++) yield pixels.fill(i);
 * }
 * const { bytes, peakChildRssBytes } = await encodeVideo(frames(), { output: 'grey.mp4', width: 640, height: 480, fps: 25 });
 */
export async function encodeVideo(
	frames: AsyncIterable<RawFrame> | Iterable<RawFrame>,
	options: EncodeVideoOptions,
): Promise<EncodeResult> {
	const settings = encodeSettings(options);
	const site = callSiteOf(encodeVideo);
	if (!isIterable(frames)) {
		throw runtimeErrors.invalidOption('encodeVideo', 'frames', 'an iterable or async iterable of frames', frames);
	}
	const { path, codec, container } = settings;
	const program = findProgram('ffmpeg', options.ffmpeg);
	options.signal?.throwIfAborted();
	ensureMonitoring();
	const plan = encodePlan(settings);
	tellDecisions(path, plan);
	const output = await OutputFile.create(path, { overwrite: options.overwrite === true, input: '' });
	const name = options.name ?? basename(path);
	const track = new StreamTrack({ kind: 'encoder', name, path, site, format: `${codec} (${container})` });
	track.opened(undefined);
	try {
		const encoding = new Encoding(settings, plan, program, output.temporaryPath, track);
		const result = await encoding.run(frames);
		await output.commit();
		return result;
	} catch (error) {
		track.failed();
		await output.discard();
		throw error;
	} finally {
		track.closed();
	}
}

class Encoding {
	readonly #settings: EncodeSettings;
	readonly #plan: EncodePlan;
	readonly #file: string;
	readonly #track: StreamTrack;
	readonly #ending = new AbortController();
	readonly #child: ChildProgram;
	readonly #guard: MemoryGuard;
	readonly #startedAt = monotonicMs();
	#report: EncodeReport = { frames: 0, seconds: 0, writtenBytes: 0, speed: undefined };
	#frames = 0;

	constructor(settings: EncodeSettings, plan: EncodePlan, program: string, file: string, track: StreamTrack) {
		this.#settings = settings;
		this.#plan = plan;
		this.#file = file;
		this.#track = track;
		const { signal } = this.#ending;
		const args = encodeArguments(settings, plan, file);
		this.#child = ChildProgram.start(program, args, { signal, writes: true, reads: false, side: true });
		// Where it ends by itself, the next frame is not waited for.
		this.#child.done.catch((error: unknown) => this.#ending.abort(error));
		this.#guard = new MemoryGuard(settings, this.#child, error => this.#ending.abort(error));
		if (this.#child.side) readReports(this.#child.side, report => this.#told(report));
	}

	async run(frames: AsyncIterable<RawFrame> | Iterable<RawFrame>): Promise<EncodeResult> {
		const { signal } = this.#settings.given;
		const abort = () => this.#ending.abort(signal?.reason);
		signal?.addEventListener('abort', abort, { once: true });
		if (signal?.aborted) abort();
		try {
			await this.#write(frames);
			this.#child.endInput();
			const { peakRssBytes } = await this.#child.done;
			this.#tell();
			return await this.#result(peakRssBytes);
		} catch (error) {
			// What ended it counts, not what broke by that.
			throw this.#ending.signal.aborted ? this.#ending.signal.reason : error;
		} finally {
			signal?.removeEventListener('abort', abort);
			this.#guard.dispose();
			await this.#child.stop();
		}
	}

	async #write(frames: AsyncIterable<RawFrame> | Iterable<RawFrame>): Promise<void> {
		const { frameBytes, path, given } = this.#settings;
		const { signal } = this.#ending;
		const late = () => fileErrors.chunkTimeout(path, this.#frames * frameBytes, given.timeoutMs ?? 0);
		const onTheWay: Promise<void>[] = [];
		for await (const frame of untilAborted(frames, signal)) {
			const bytes = this.#bytesOf(frame);
			const writing = this.#child.write(bytes);
			// Whoever waits for it hears of it; nobody may wait any more.
			writing.catch(() => undefined);
			onTheWay.push(writing);
			this.#track.holds(onTheWay.length * frameBytes);
			while (onTheWay.length >= this.#guard.framesInFlight) {
				await within(onTheWay.shift() as Promise<void>, { signal, timeoutMs: given.timeoutMs }, late);
			}
			this.#frames++;
			this.#track.chunk(frameBytes, frameBytes);
			this.#track.items(1);
			this.#track.holds(onTheWay.length * frameBytes);
			checkPressure();
			const { pause } = this.#guard;
			if (pause) await unlessAborted(pause, signal);
		}
		for (const writing of onTheWay) await within(writing, { signal, timeoutMs: given.timeoutMs }, late);
		this.#track.holds(0);
		if (this.#frames === 0)
			throw new MemoryManagerError('invalidInput', `encodeVideo: there were no frames for ${shownPath(path)}.`);
	}

	#bytesOf(frame: unknown): Uint8Array {
		const { frameBytes, width, height, pixelFormat } = this.#settings;
		const bytes =
			frame instanceof ArrayBuffer
				? new Uint8Array(frame)
				: ArrayBuffer.isView(frame)
					? new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)
					: undefined;
		if (bytes?.byteLength === frameBytes) return bytes;
		const what = bytes ? `has ${bytes.byteLength} bytes` : `is ${shown(frame)}`;
		throw new MemoryManagerError(
			'invalidInput',
			`encodeVideo: frame ${this.#frames} ${what}; ${width} x ${height} pixels of ${pixelFormat} have ${frameBytes} bytes.`,
		);
	}

	#told(report: EncodeReport): void {
		this.#track.wrote(Math.max(0, report.writtenBytes - this.#report.writtenBytes));
		this.#report = report;
		this.#tell();
	}

	#tell(): void {
		const { onProgress } = this.#settings.given;
		if (!onProgress) return;
		const { frames: encodedFrames, seconds, writtenBytes, speed } = this.#report;
		const childRssBytes = this.#child.rssBytes;
		try {
			onProgress({
				frames: this.#frames,
				encodedFrames,
				seconds,
				writtenBytes,
				...(speed !== undefined && { speed }),
				...(childRssBytes !== undefined && { childRssBytes }),
				slowed: this.#guard.isSlowed,
			});
		} catch (error) {
			warn(`onProgress of encodeVideo failed: ${messageOf(error)}`, error);
		}
	}

	async #result(peakChildRssBytes: number | undefined): Promise<EncodeResult> {
		const { path, codec, fps } = this.#settings;
		const { preset, threads, decisions } = this.#plan;
		const { size } = await stat(this.#file);
		if (size === 0)
			throw new FileError('fileUnwritable', `${shownPath(path)}: FFmpeg ended well, but wrote nothing.`, { path });
		this.#track.wrote(Math.max(0, size - this.#report.writtenBytes));
		return {
			output: path,
			frames: this.#frames,
			seconds: this.#frames / fps,
			bytes: size,
			codec,
			preset,
			...(threads !== undefined && { threads }),
			ms: monotonicMs() - this.#startedAt,
			slowedMs: this.#guard.slowedMs,
			...(peakChildRssBytes !== undefined && { peakChildRssBytes }),
			decisions,
		};
	}
}

const isIterable = (value: unknown): boolean =>
	typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);

function tellDecisions(path: string, { decisions }: EncodePlan): void {
	const hub = sharedHub();
	if (!hub.recording) return;
	for (const decision of decisions) {
		hub.report({
			type: 'notice',
			t: monotonicMs(),
			severity: 'info',
			message: `Encoding ${shownPath(path)}: ${decision}`,
		});
	}
}
