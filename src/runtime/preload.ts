/**
 * Loaded by `preloadEntry.ts` into every process and thread that the engine's environment reaches. A guest in somebody else's program:
 * it never throws, leaves nothing to be seen, and without an engine behind it does nothing.
 */
import { realpathSync } from 'node:fs';
import type * as inspector from 'node:inspector';
import Module from 'node:module';
import { join } from 'node:path';
import { getEnvironmentData, isMainThread, setEnvironmentData, workerData } from 'node:worker_threads';
import type { Link } from '../protocol/runtimeLink.ts';
import { letChildrenJoin } from './guest/children.ts';
import { readLink, restoreEnvironment } from './guest/environment.ts';
import { mayImportRuntime } from './guest/mayImportRuntime.ts';
import { claim } from './guest/rendezvous.ts';
import { installResolution } from './guest/resolution.ts';
import { beginSession } from './guest/session.ts';
import { beginWorkerSession, letWorkersJoin } from './guest/workerSession.ts';
import { isWrapperProcess } from './guest/wrapperProcess.ts';
import { installOffHeap } from './offHeap/install.ts';
import { sharedHub } from './reporter.ts';

/** What children and workers load in their turn. */
const ENTRY = join(__dirname, 'preload.cjs');
const HOOKS_KEY = 'memory-manager.hooks';
const OFF_HEAP_KEY = 'memory-manager.offHeap';
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
		const hooks = getEnvironmentData(HOOKS_KEY) !== false;
		installResolution({ dir: __dirname, hooks, isHooksThread: isHooksThread() });
		if (getEnvironmentData(OFF_HEAP_KEY) === true && !isHooksThread()) installOffHeap(sharedHub());
		if (!isHooksThread()) beginWorkerSession(ENTRY);
		return;
	}
	const link = readLink();
	if (!link || isWrapper(link)) return;
	restoreEnvironment(link);
	const chosen = link.parent !== undefined || claim(link.dir);
	const hooks = mayImportRuntime(process.argv[1], process.execArgv, process.env.NODE_OPTIONS);
	// Worker threads, which see no link any more, do as their parent did.
	setEnvironmentData(HOOKS_KEY, hooks);
	installResolution({ dir: __dirname, hooks, isHooksThread: false });
	if (chosen && link.offHeap) {
		setEnvironmentData(OFF_HEAP_KEY, true);
		installOffHeap(sharedHub());
	}
	if (chosen) letWorkersJoin(link);
	if (chosen && link.children) letChildrenJoin(link, ENTRY);
	if (chosen) beginSession(link, () => require('node:inspector') as typeof inspector);
}

/** The script's `require.cache` holds what it would hold without us. */
function forgetModule(): void {
	delete (Module as unknown as { _cache: Record<string, unknown> })._cache[__filename];
}

function isWrapper({ children }: Link): boolean {
	const [, main] = process.argv;
	return isWrapperProcess({
		mainPaths: main === undefined ? [] : [main, realPath(main)],
		execArgv: process.execArgv,
		env: process.env,
		children: children === true,
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
	return lock instanceof SharedArrayBuffer && Object.keys(workerData as object).length === 1;
}
