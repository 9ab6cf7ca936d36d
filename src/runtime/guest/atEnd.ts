import { constants } from 'node:os';

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean;

interface ProcessInternals {
	_exiting?: boolean;
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
export function atEnd(ending: () => void): void {
	let called = false;
	const once = () => {
		if (called) return;
		called = true;
		try {
			ending();
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
function watchExitEvent(target: ProcessInternals, once: () => void): void {
	const inherited = () => (Object.getPrototypeOf(target) as ProcessInternals).emit;
	let own: Emit | undefined;
	const define = (enumerable: boolean) =>
		Object.defineProperty(target, 'emit', {
			configurable: true,
			enumerable,
			get(): Emit {
				const emit = own ?? inherited();
				return target._exiting ? exitEmit(emit, once) : emit;
			},
			set(value: Emit) {
				own = value;
				// As an assignment to the plain object would have left it.
				define(true);
			},
		});
	define(false);
}

function exitEmit(emit: Emit, once: () => void): Emit {
	return function (this: unknown, event, ...args) {
		try {
			return Reflect.apply(emit, this, [event, ...args]);
		} finally {
			if (event === 'exit') once();
		}
	};
}

/** `process.exit` inside an `exit` handler goes straight here; libraries that watch exits replace and call it. */
function watchReallyExit(target: ProcessInternals, once: () => void): void {
	const original = target.reallyExit;
	target.reallyExit = function reallyExit(...args): never {
		once();
		return Reflect.apply(original, this, args) as never;
	};
}

function watchKill(target: ProcessInternals, once: () => void): void {
	const original = target._kill;
	if (typeof original !== 'function') return;
	target._kill = function _kill(...args) {
		const [pid, signal] = args;
		if (reachesUs(pid) && ends(signal)) once();
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

function ends(signal: number): boolean {
	if (signal === 0) return false;
	const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
	return name !== undefined && !HARMLESS.has(name) && process.listenerCount(name) === 0;
}
