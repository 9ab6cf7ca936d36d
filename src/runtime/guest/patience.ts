const cell = new Int32Array(new SharedArrayBuffer(4));
// Kept: by the time the script ends it may have replaced any of these.
const { wait } = Atomics;
const { hrtime } = process;
const kill = process.kill.bind(process);

/** How often a wait asks whether the engine still lives, ms. */
const LIFE_CHECK_MS = 100;

/**
 * Blocks in short slices until `condition` holds; V8 serves the inspector meanwhile. False after `limitMs`, or when the engine's
 * process is gone.
 */
export function blockUntil(condition: () => boolean, sliceMs: number, limitMs: number, hostPid: number): boolean {
	const began = nowMs();
	let nextLifeCheck = began;
	for (;;) {
		if (condition()) return true;
		const now = nowMs();
		if (now - began >= limitMs) return false;
		if (now >= nextLifeCheck) {
			nextLifeCheck = now + LIFE_CHECK_MS;
			if (!isAlive(hostPid)) return condition();
		}
		wait(cell, 0, 0, sliceMs);
	}
}

/** A process that we may not signal is alive all the same. */
export function isAlive(pid: number): boolean {
	try {
		kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}

function nowMs(): number {
	const [seconds, nanoseconds] = hrtime();
	return seconds * 1e3 + nanoseconds / 1e6;
}
