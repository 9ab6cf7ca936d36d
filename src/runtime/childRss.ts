import { execFile } from 'node:child_process';
import { readText } from './monitor/readText.ts';

export interface ChildMemory {
	readonly rssBytes: number;
	/** The highest so far, where the system keeps it. */
	readonly peakRssBytes?: number;
}

const RSS = /^VmRSS:\s+(\d+) kB$/m;
const PEAK = /^VmHWM:\s+(\d+) kB$/m;
const COMMAND_MS = 5_000;

/** How often a child may be asked for, ms: a small file on Linux, a program elsewhere. */
export const CHILD_RSS_MS = process.platform === 'linux' ? 100 : 1_000;

/**
 * What a process that we started holds; `undefined` once it has ended, and on Windows, where asking costs a PowerShell of some 100 MB.
 * On Linux about 15 µs; elsewhere it runs `ps`.
 */
export async function childMemory(pid: number): Promise<ChildMemory | undefined> {
	if (process.platform === 'linux') return linuxMemory(pid);
	if (process.platform === 'win32') return undefined;
	const kilobytes = await new Promise<number>(resolve => {
		execFile('ps', ['-o', 'rss=', '-p', String(pid)], { timeout: COMMAND_MS }, (error, stdout) =>
			resolve(error ? Number.NaN : Number.parseInt(stdout, 10)),
		).unref();
	});
	return kilobytes > 0 ? { rssBytes: kilobytes * 1024 } : undefined;
}

function linuxMemory(pid: number): ChildMemory | undefined {
	const text = readText(`/proc/${pid}/status`) ?? '';
	const rssBytes = bytesOf(RSS, text);
	const peakRssBytes = bytesOf(PEAK, text);
	return rssBytes === undefined ? undefined : { rssBytes, ...(peakRssBytes !== undefined && { peakRssBytes }) };
}

function bytesOf(pattern: RegExp, text: string): number | undefined {
	const kilobytes = pattern.exec(text)?.[1];
	return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
