import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { hostRssBytes } from './collectors/hostRss.ts';

const run = promisify(execFile);
const COMMAND_MS = 5_000;

/** How often RSS may be asked for, ms: a file on Linux, a child process elsewhere. */
export const LEAST_INTERVAL_MS = process.platform === 'linux' ? 100 : 1_000;

/** RSS of any process of this machine, bytes; `undefined` when it is gone or not ours to ask about. */
export async function processRssBytes(pid: number): Promise<number | undefined> {
	if (process.platform === 'linux') return hostRssBytes(pid);
	try {
		if (process.platform === 'win32') {
			const command = `(Get-Process -Id ${pid}).WorkingSet64`;
			const { stdout } = await run('powershell', ['-NoProfile', '-Command', command], { timeout: COMMAND_MS });
			return whole(stdout);
		}
		const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: COMMAND_MS });
		const kilobytes = whole(stdout);
		return kilobytes === undefined ? undefined : kilobytes * 1024;
	} catch {
		return undefined;
	}
}

/** Whether there is a process of this number, ours or not. */
export function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function whole(text: string): number | undefined {
	const value = Number(text.trim());
	return text.trim() !== '' && Number.isSafeInteger(value) ? value : undefined;
}
