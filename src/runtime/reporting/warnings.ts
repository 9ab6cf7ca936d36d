import { presentHub } from '../reporter.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { callSafely } from './callSafely.ts';
import { monotonicMs } from './clock.ts';

/** Said once each: a callback that always fails must not fill the terminal. */
const MAX_TOLD = 100;
/** What fails with every sample or item must not fill a recording either. */
const NOTICE_AGAIN_MS = 10_000;

export interface RuntimeWarning {
	/** One sentence. */
	message: string;
	/** What was caught, where something was. */
	cause?: unknown;
}

type Listener = (warning: RuntimeWarning) => void;

const listeners = new Set<Listener>();
const told = new Set<string>();
/** When the profiler was last told, oldest first. */
const noticed = new Map<string, number>();

/** Who listens gets every warning, and Node prints none. Gives what ends it. Throws `invalidOption` for what cannot be called. */
export function onWarning(listener: Listener): () => void {
	if (typeof listener !== 'function')
		throw runtimeErrors.invalidOption('onWarning', 'listener', 'a function', listener);
	const own: Listener = warning => listener(warning);
	listeners.add(own);
	return () => void listeners.delete(own);
}

/** Something went wrong that must stop nobody: told to listeners, else by Node as a warning, and to the profiler. Never throws. */
export function warn(message: string, cause?: unknown): void {
	notice(message);
	for (const listener of [...listeners]) {
		// A listener for warnings that fails has nobody left to be told to.
		callSafely(
			() => listener({ message, ...(cause !== undefined && { cause }) }),
			() => {},
		);
	}
	if (listeners.size > 0 || told.has(message) || told.size >= MAX_TOLD) return;
	told.add(message);
	process.emitWarning(message, 'MemoryManagerWarning');
}

function notice(message: string): void {
	const hub = presentHub();
	if (!hub?.recording) return;
	const t = monotonicMs();
	const before = noticed.get(message);
	if (before !== undefined && t - before < NOTICE_AGAIN_MS) return;
	noticed.delete(message);
	noticed.set(message, t);
	for (const oldest of noticed.keys()) {
		if (noticed.size <= MAX_TOLD) break;
		noticed.delete(oldest);
	}
	hub.report({ type: 'notice', t, severity: 'warning', message });
}
