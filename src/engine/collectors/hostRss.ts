import { readFileSync } from 'node:fs';

/** How the system splits a process, bytes. */
export interface HostMemory {
	rssBytes: number;
	rssAnonBytes?: number;
	rssFileBytes?: number;
	rssSharedBytes?: number;
	/** Of the main thread. */
	stackBytes?: number;
}

const FIELDS = {
	rssAnonBytes: /^RssAnon:\s+(\d+) kB$/m,
	rssFileBytes: /^RssFile:\s+(\d+) kB$/m,
	rssSharedBytes: /^RssShmem:\s+(\d+) kB$/m,
	stackBytes: /^VmStk:\s+(\d+) kB$/m,
};

/** Like {@link hostRssBytes} with its parts; about 15 µs of our own time, none of the target's. */
export function hostMemory(pid: number): HostMemory | undefined {
	const text = statusOf(pid);
	const rssBytes = kilobytes(text, RSS);
	if (rssBytes === undefined) return undefined;
	const memory: HostMemory = { rssBytes };
	for (const [name, pattern] of Object.entries(FIELDS)) {
		const bytes = kilobytes(text, pattern);
		if (bytes !== undefined) memory[name as keyof typeof FIELDS] = bytes;
	}
	return memory;
}

/**
 * RSS of another process as the operating system tells it, bytes; `undefined` where it cannot (not Linux, gone, not ours).
 * Works while that process is stuck inside one long native call, when the inspector cannot answer.
 */
export function hostRssBytes(pid: number): number | undefined {
	return kilobytes(statusOf(pid), RSS);
}

const RSS = /^VmRSS:\s+(\d+) kB$/m;

function statusOf(pid: number): string | undefined {
	if (process.platform !== 'linux') return undefined;
	try {
		return readFileSync(`/proc/${pid}/status`, 'latin1');
	} catch {
		return undefined;
	}
}

function kilobytes(text: string | undefined, pattern: RegExp): number | undefined {
	const found = text === undefined ? undefined : pattern.exec(text)?.[1];
	return found === undefined ? undefined : Number(found) * 1024;
}

/**
 * Whether the process that we call `pid` is the one that says it has `rssBytes`: behind a container or a tunnel the same number is
 * another process. Asked right after it answered, the two figures differ by little.
 */
export function isSameProcess(pid: number, rssBytes: number): boolean {
	const ours = hostRssBytes(pid);
	return ours !== undefined && Math.abs(ours - rssBytes) <= 0.25 * rssBytes;
}
