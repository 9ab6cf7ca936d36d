import { monotonicMs } from '../reporting/clock.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { ChunkRing } from './chunkRing.ts';
import { chunkStream } from './chunkStream.ts';
import { type FileSettings, isPositiveInteger } from './fileOptions.ts';
import { lineBatchStream } from './lineStream.ts';
import type { StreamTrack } from './streamTrack.ts';

export interface ProcessOptions {
	/** Most calls under way at a time; 1 without it. Each holds one chunk. */
	concurrency?: number;
}

export interface ProcessContext {
	/** Of the chunk or batch, from 0. */
	readonly index: number;
	/** Aborted with the reader's signal, and when another call failed. */
	readonly signal: AbortSignal;
}

export interface ProcessResult<R> {
	/** What the calls gave, in the order of the file; `undefined` is left out, so that a call that gives nothing keeps nothing. */
	results: Exclude<R, undefined>[];
	readBytes: number;
	chunks: number;
	/** Of a process by lines. */
	lines?: number;
	ms: number;
}

type Work<T, R> = (item: T, context: ProcessContext) => R | Promise<R>;

export function processChunks<R>(
	owner: string,
	settings: FileSettings,
	track: StreamTrack,
	fn: Work<Buffer, R>,
	options: ProcessOptions,
): Promise<ProcessResult<R>> {
	const ring = new ChunkRing(settings.reuse);
	const giveBack = (chunk: Buffer) => ring.giveBack(chunk);
	return runAll(owner, settings, track, chunkStream(settings, track, ring, true), fn, options, giveBack);
}

export function processLines<R>(
	owner: string,
	settings: FileSettings,
	track: StreamTrack,
	fn: Work<string[], R>,
	options: ProcessOptions,
): Promise<ProcessResult<R>> {
	return runAll(owner, settings, track, lineBatchStream(settings, track), fn, options, () => undefined);
}

async function runAll<T, R>(
	owner: string,
	{ signal }: FileSettings,
	{ record }: StreamTrack,
	items: AsyncGenerator<T, void, undefined>,
	fn: Work<T, R>,
	options: ProcessOptions,
	release: (item: T) => void,
): Promise<ProcessResult<R>> {
	if (typeof fn !== 'function') throw runtimeErrors.invalidOption(owner, 'fn', 'a function', fn);
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { concurrency: 4 }', options);
	}
	const { concurrency = 1 } = options;
	if (!isPositiveInteger(concurrency)) {
		throw runtimeErrors.invalidOption(owner, 'concurrency', 'a positive whole number', concurrency);
	}
	const began = monotonicMs();
	const results: (R | undefined)[] = [];
	const running = new Set<Promise<void>>();
	const ended = new AbortController();
	const follow = () => ended.abort(signal?.reason);
	signal?.addEventListener('abort', follow, { once: true });
	let failure: { error: unknown } | undefined;
	const call = async (item: T, index: number) => {
		try {
			const result = await fn(item, { index, signal: ended.signal });
			if (result !== undefined) results[index] = result;
		} catch (error) {
			failure ??= { error };
			ended.abort(error);
		} finally {
			release(item);
		}
	};
	try {
		let index = 0;
		for await (const item of items) {
			const task = call(item, index++).finally(() => running.delete(task));
			running.add(task);
			if (running.size >= concurrency) await Promise.race(running);
			if (failure) break;
		}
	} catch (error) {
		failure ??= { error };
		ended.abort(error);
	} finally {
		// Nobody's call goes on after this one has ended.
		await Promise.all(running);
		signal?.removeEventListener('abort', follow);
	}
	if (failure) throw failure.error;
	const { readBytes, chunks, lines } = record;
	return {
		results: results.filter(result => result !== undefined) as Exclude<R, undefined>[],
		readBytes,
		chunks,
		...(lines !== undefined && { lines }),
		ms: monotonicMs() - began,
	};
}
