import { presentHub } from '../reporter.ts';
import { monotonicMs } from './clock.ts';

/** Said once each: a callback that always fails must not fill the terminal. */
const MAX_TOLD = 100;

export interface RuntimeWarning {
	/** One sentence. */
	message: string;
	/** What was caught, where something was. */
	cause?: unknown;
}

type Listener = (warning: RuntimeWarning) => void;

const listeners = new Set<Listener>();
const told = new Set<string>();

/** Who listens gets every warning, and Node prints none. Gives what ends it. */
export function onWarning(listener: Listener): () => void {
	const own: Listener = warning => listener(warning);
	listeners.add(own);
	return () => void listeners.delete(own);
}

/** Something went wrong that must stop nobody: told to listeners, else by Node as a warning, and to the profiler. Never throws. */
export function warn(message: string, cause?: unknown): void {
	const hub = presentHub();
	if (hub?.recording) hub.report({ type: 'notice', t: monotonicMs(), severity: 'warning', message });
	for (const listener of [...listeners]) {
		try {
			listener({ message, ...(cause !== undefined && { cause }) });
		} catch {
			// A listener for warnings that fails has nobody left to be told to.
		}
	}
	if (listeners.size > 0 || told.has(message) || told.size >= MAX_TOLD) return;
	told.add(message);
	process.emitWarning(message, 'MemoryManagerWarning');
}
