/**
 * Loaded by `--require` into every process and thread that the engine's environment reaches. A guest in somebody else's program:
 * it never throws, leaves nothing to be seen, and without an engine behind it does nothing.
 */
import { realpathSync } from 'node:fs';
import type * as inspector from 'node:inspector';
import Module from 'node:module';
import { isMainThread, workerData } from 'node:worker_threads';
import { readLink, restoreEnvironment } from './guest/environment.ts';
import { claim } from './guest/rendezvous.ts';
import { installResolution } from './guest/resolution.ts';
import { beginSession } from './guest/session.ts';
import { isWrapperProcess } from './guest/wrapperProcess.ts';

const LOADED_KEY = Symbol.for('memory-manager.preload');

try {
	start();
} catch {
	// Whatever it was, the script runs; the engine notices that nobody came.
}

function start(): void {
	if (Reflect.has(globalThis, LOADED_KEY)) return;
	Object.defineProperty(globalThis, LOADED_KEY, { value: true, enumerable: false });
	forgetModule();
	if (!isMainThread) {
		installResolution(__dirname, isHooksThread());
		return;
	}
	const link = readLink();
	if (!link || isWrapper()) return;
	restoreEnvironment(link);
	const chosen = claim(link.dir);
	installResolution(__dirname, false);
	if (chosen) beginSession(link, () => require('node:inspector') as typeof inspector);
}

/** The script's `require.cache` holds what it would hold without us. */
function forgetModule(): void {
	delete (Module as unknown as { _cache: Record<string, unknown> })._cache[__filename];
}

function isWrapper(): boolean {
	const [, main] = process.argv;
	return isWrapperProcess({
		mainPaths: main === undefined ? [] : [main, realPath(main)],
		execArgv: process.execArgv,
		env: process.env,
	});
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

/** The thread of Node's own asynchronous loader hooks: it is started with a lock as its only data. */
function isHooksThread(): boolean {
	const lock = (workerData as { lock?: unknown } | null | undefined)?.lock;
	return lock instanceof SharedArrayBuffer;
}
