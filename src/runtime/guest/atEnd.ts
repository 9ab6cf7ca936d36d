import { constants } from 'node:os';

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;
type Once = (going: () => Going) => void;

/** How the process goes, as far as it says so itself. */
export type Going = { code: number } | { signal: string };

interface ProcessInternals {
	_exiting?: boolean;
	exitCode?: number | string | null | undefined;
	emit: Emit;
	reallyExit(code?: number): never;
	_kill(pid: number, signal: number): number;
}

/** Signals whose default is not to end the process, or that Node takes for itself. */
const HARMLESS = new Set([
	'SIGCHLD',
	'SIGCONT',
	'SIGSTOP',
	'SIGTSTP',
	'SIGTTIN',
	'SIGTTOU',
	'SIGURG',
	'SIGWINCH',
	'SIGINFO',
	'SIGPIPE',
	'SIGUSR1',
]);

/**
 * Calls `ending` once when the process is about to go by itself: after the `exit` handlers, before an exit out of such a handler,
 * or before a signal that it sends itself. Nothing the script does comes out differently.
 */
export function atEnd(ending: (going: Going) => void): void {
	let called = false;
	const once: Once = going => {
		if (called) return;
		called = true;
		try {
			ending(going());
		} catch {
			// The end must come all the same.
		}
	};
	const target = process as unknown as ProcessInternals;
	watchExitEvent(target, once);
	watchReallyExit(target, once);
	watchKill(target, once);
}

/**
 * An accessor in place of `emit`: while the script runs it gives the original function itself, so that no frame of ours stands in
 * any stack trace; only the look-up for the `exit` event gets ours.
 */
function watchExitEvent(target: ProcessInternals, once: Once): void {
	const inherited = () => (Object.getPrototypeOf(target) as ProcessInternals).emit;
	let own: Emit | undefined;
	const define = (enumerable: boolean) =>
		Object.defineProperty(target, 'emit', {
			configurable: true,
			enumerable,
			get(): Emit {
				const emit = own ?? inherited();
				return target._exiting ? exitEmit(emit, target, once) : emit;
			},
			set(value: Emit) {
				own = value;
				// As an assignment to the plain object would have left it.
				define(true);
			},
		});
	define(false);
}

function exitEmit(emit: Emit, target: ProcessInternals, once: Once): Emit {
	return function (this: unknown, event, ...args) {
		try {
			return Reflect.apply(emit, this, [event, ...args]);
		} finally {
			if (event === 'exit') once(() => ({ code: codeOf(target.exitCode ?? args[0]) }));
		}
	};
}

/** `process.exit` inside an `exit` handler goes straight here; libraries that watch exits replace and call it. */
function watchReallyExit(target: ProcessInternals, once: Once): void {
	const original = target.reallyExit;
	target.reallyExit = function reallyExit(...args): never {
		once(() => ({ code: codeOf(args[0]) }));
		return Reflect.apply(original, this, args) as never;
	};
}

/** As the system takes it: an exit code may be given as text. */
function codeOf(value: unknown): number {
	const code = Number(value ?? 0);
	return Number.isSafeInteger(code) ? code : 0;
}

function watchKill(target: ProcessInternals, once: Once): void {
	const original = target._kill;
	if (typeof original !== 'function') return;
	target._kill = function _kill(...args) {
		const [pid, signal] = args;
		const name = reachesUs(pid) ? ending(signal) : undefined;
		if (name !== undefined) once(() => ({ signal: name }));
		return Reflect.apply(original, this, args) as number;
	};
}

/**
 * The numbers for which Node itself runs its end first, its inspector's too, before it sends the signal: even where that fails, because
 * we lead no group, nothing can be read afterwards.
 */
function reachesUs(pid: number): boolean {
	return pid === process.pid || pid === 0 || pid === -1 || pid === -process.pid;
}

/** The name of a signal that will end the process. */
function ending(signal: number): string | undefined {
	if (signal === 0) return undefined;
	const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
	return name !== undefined && !HARMLESS.has(name) && process.listenerCount(name) === 0 ? name : undefined;
}
