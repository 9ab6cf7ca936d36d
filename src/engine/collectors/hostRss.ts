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
