import { constants } from 'node:os';
import type { EndReason } from '../protocol/entries.ts';

/** What a shell would see if it had run the script itself: its exit code, or 128 and the number of the signal. */
export function exitCodeOf(reason: EndReason): number {
	switch (reason.kind) {
		case 'exit':
			return reason.code;
		case 'signal':
			return 128 + signalNumber(reason.signal);
		case 'outOfMemory':
			return 128 + constants.signals.SIGABRT;
		case 'memoryKill':
			return 128 + constants.signals.SIGKILL;
		case 'stopped':
			return 128 + constants.signals.SIGINT;
		case 'launchFailed':
			return USER_ERROR_CODE;
		case 'detached':
			return 0;
		case 'terminated':
		case 'gone':
			// Told of workers and children only, which never are what a shell started.
			return 1;
	}
}

/** Exit code for what a person can mend: a wrong option, a missing file. */
export const USER_ERROR_CODE = 2;

function signalNumber(signal: string): number {
	return Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0;
}

/** These end a shell's loop only when we die of them, too; the others would leave a core file or a second crash report. */
export const RAISED_AGAIN: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
