import type { ProfileSession } from '../engine/sessionTypes.ts';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * While a script runs our own death would lose the end of its recording: signals are the script's affair, and we wait for it.
 * At a terminal Ctrl-C reaches the script without us; otherwise we pass the signal on. The second SIGINT stops the script.
 */
export function passSignals(session: ProfileSession, atTerminal: boolean): () => void {
	let interrupts = 0;
	const listeners = FORWARDED.map(signal => {
		const listener = () => {
			if (signal === 'SIGINT') {
				interrupts++;
				if (interrupts === 2) void session.stop();
				if (interrupts > 1 || atTerminal) return;
			}
			session.kill(signal);
		};
		process.on(signal, listener);
		return () => process.removeListener(signal, listener);
	});
	return () => {
		for (const remove of listeners) remove();
	};
}
