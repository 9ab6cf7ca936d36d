import { closeSync, constants, openSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDERR = 2;
const READ_WRITE = constants.O_RDWR | (constants.O_NOCTTY ?? 0);

/**
 * Points stderr at /dev/null, so that Node's "Debugger attached." does not reach the terminal; the result puts the terminal back.
 * Where it cannot be done safely, nothing is done.
 *
 * A path is opened anew because Node offers no `dup2`: the lowest free number is the one just closed.
 */
export function quietTerminal(): () => void {
	const nothing = () => {};
	if (process.platform === 'win32' || !isatty(STDERR)) return nothing;
	let saved: number;
	try {
		// A second descriptor for the terminal: if it opens, it can be opened again when it has to be.
		saved = openSync('/dev/fd/2', READ_WRITE);
	} catch {
		return nothing;
	}
	if (!isatty(saved)) {
		closeSync(saved);
		return nothing;
	}
	const restore = () => {
		try {
			put(`/dev/fd/${saved}`, READ_WRITE);
			closeSync(saved);
		} catch {
			// `saved` stays open: better a spare descriptor than none.
		}
	};
	try {
		if (!put('/dev/null', constants.O_WRONLY)) restore();
		else return restore;
	} catch {
		restore();
	}
	return nothing;
}

/** Opens `path` as descriptor 2. */
function put(path: string, flags: number): boolean {
	try {
		closeSync(STDERR);
	} catch {
		// Closed already by an attempt that came no further: the number is free.
	}
	const opened = openSync(path, flags);
	if (opened === STDERR) return true;
	closeSync(opened);
	return false;
}
