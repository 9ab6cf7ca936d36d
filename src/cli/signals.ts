import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { ProfileSession } from '../engine/sessionTypes.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What decides whether a signal has reached the script without us. */
export interface Terminal {
	/** Whether we were started at one. */
	readonly isOurs: boolean;
	/** Whether it was closed and the script was told, too: a shell tells all of its job, a terminal only what it started. */
	hungUpOnAll(): boolean;
}

/** The terminal on stdin or stderr. */
export function ownTerminal(): Terminal {
	const streams = [0, 2].filter(isatty);
	return { isOurs: streams.length > 0, hungUpOnAll: () => !streams.some(isatty) && isBehindShell() };
}

/** Whether another process leads our session. Known on Linux only; where it is not, a signal twice is better than none. */
function isBehindShell(): boolean {
	try {
		const stat = readFileSync('/proc/self/stat', 'utf8');
		// The fields behind the name, which may hold anything: state, parent, group, session.
		const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
		return session !== String(process.pid);
	} catch {
		return false;
	}
}

/**
 * While a script runs our own death would lose the end of its recording: signals are the script's affair, and we wait for it.
 * At a terminal Ctrl-C and the end of the terminal reach the script without us; all else we pass on. Nobody can tell Ctrl-C from
 * a SIGINT that was sent to us alone: at a terminal that one does not reach the script. The second SIGINT stops it.
 */
export function passSignals(session: Pick<ProfileSession, 'kill' | 'stop'>, terminal: Terminal): () => void {
	let interrupts = 0;
	const listeners = FORWARDED.map(signal => {
		const listener = () => {
			if (signal === 'SIGINT') {
				interrupts++;
				if (interrupts === 2) void session.stop();
				if (interrupts > 1 || terminal.isOurs) return;
			}
			if (signal === 'SIGHUP' && terminal.isOurs && terminal.hungUpOnAll()) return;
			session.kill(signal);
		};
		process.on(signal, listener);
		return () => process.removeListener(signal, listener);
	});
	return () => {
		for (const remove of listeners) remove();
	};
}
