import { readFileSync } from 'node:fs';

/**
 * RSS of another process as the operating system tells it, bytes; `undefined` where it cannot (not Linux, gone, not ours).
 * Works while that process is stuck inside one long native call, when the inspector cannot answer.
 */
export function hostRssBytes(pid: number): number | undefined {
	if (process.platform !== 'linux') return undefined;
	try {
		const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
		return match ? Number(match[1]) * 1024 : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Whether the process that we call `pid` is the one that says it has `rssBytes`: behind a container or a tunnel the same number is
 * another process. Asked right after it answered, the two figures differ by little.
 */
export function isSameProcess(pid: number, rssBytes: number): boolean {
	const ours = hostRssBytes(pid);
	return ours !== undefined && Math.abs(ours - rssBytes) <= 0.25 * rssBytes;
}
