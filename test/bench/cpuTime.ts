import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for every program (`USER_HZ`). */
const TICK_MS = 10;

/**
 * Processor time of all children of this process that have ended, ms; `undefined` where the system does not tell.
 * Unlike wall time it hardly depends on what else the machine does, but it counts V8's helper threads and no waiting.
 */
export function childrenCpuMs(): number | undefined {
	if (process.platform !== 'linux') return undefined;
	const stat = readFileSync('/proc/self/stat', 'utf8');
	// Fields 16 and 17, counted behind the name, which may contain blanks.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const [user, system] = [Number(fields[13]), Number(fields[14])];
	return Number.isFinite(user) && Number.isFinite(system) ? (user + system) * TICK_MS : undefined;
}
