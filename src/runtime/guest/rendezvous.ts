import { closeSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rendezvous } from '../../protocol/runtimeLink.ts';

/** True for the one process of a session that is to be profiled: the first that asks. */
export function claim(dir: string): boolean {
	try {
		closeSync(openSync(join(dir, 'claim'), 'wx', 0o600));
		return true;
	} catch {
		// Taken, or the directory went with its engine.
		return false;
	}
}

/** Leaves the address for the engine, whole or not at all. */
export function leaveAddress(dir: string, address: Rendezvous): void {
	const path = join(dir, `${address.pid}.json`);
	writeFileSync(`${path}.new`, JSON.stringify(address), { mode: 0o600 });
	renameSync(`${path}.new`, path);
}
