import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { CHATTER_BEGINS, CHATTER_ENDS } from '../../protocol/chatter.ts';
import { quietTerminal } from './quietTerminal.ts';

const STDERR = 2;

/**
 * Keeps "Debugger attached." off a child's stderr until the result is called. `undefined` where there is no way: then no debugger may attach.
 * Node's pipes to a child are sockets; all of them in a session go through one of our filters, which take out what stands between two marks.
 */
export function quietChild(): (() => void) | undefined {
	try {
		const stats = fstatSync(STDERR);
		if (stats.isSocket() || (process.platform === 'win32' && stats.isFIFO())) return marked();
		if (process.platform === 'win32') return undefined;
		if (stats.isFIFO()) return quietPipe();
		if (!stats.isCharacterDevice()) return undefined;
		return isatty(STDERR) ? quietTerminal() : () => {};
	} catch {
		// It is closed: nothing can be said there.
		return () => {};
	}
}

function marked(): () => void {
	writeSync(STDERR, CHATTER_BEGINS);
	return () => {
		try {
			writeSync(STDERR, CHATTER_ENDS);
		} catch {
			// Whoever read it has gone.
		}
	};
}

/** A shell's pipe: opened a second time, then opened again in its old place. */
function quietPipe(): (() => void) | undefined {
	const { O_WRONLY, O_NONBLOCK } = constants;
	let saved: number;
	try {
		// Without a reader, opening it would wait for one.
		closeSync(openSync('/dev/fd/2', O_WRONLY | O_NONBLOCK));
		saved = openSync('/dev/fd/2', O_WRONLY);
	} catch {
		return undefined;
	}
	closeSync(STDERR);
	openSync('/dev/null', O_WRONLY);
	return () => {
		closeSync(STDERR);
		openSync(`/dev/fd/${saved}`, O_WRONLY);
		closeSync(saved);
	};
}
