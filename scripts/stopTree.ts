import { type ChildProcess, spawnSync } from 'node:child_process';

/** How long a child has between SIGTERM and SIGKILL. */
const graceMs = 1000;

/** Stops a child that leads its own process group (`detached`), and everything it started. Returns when it has ended. */
export async function stopTree(child: ChildProcess): Promise<void> {
	if (child.exitCode === null && child.signalCode === null) {
		const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
		signalTree(child, 'SIGTERM');
		const timer = setTimeout(() => signalTree(child, 'SIGKILL'), graceMs);
		await ended;
		clearTimeout(timer);
	}
	// Whoever of the group did not follow its leader.
	signalTree(child, 'SIGKILL');
}

/** Synchronous, for the last moment of the process. */
export function signalTree(child: ChildProcess, signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	if (process.platform === 'win32') {
		spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		// ESRCH: the whole group has ended already.
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
