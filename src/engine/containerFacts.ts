import { readFileSync } from 'node:fs';
import { containerMemory } from '../protocol/containerMemory.ts';
import type { SystemEntry } from '../protocol/entries.ts';

export type ContainerFacts = Pick<SystemEntry, 'containerLimitBytes' | 'containerAvailableBytes'>;

/** What the container of a process of this machine allows; nothing where none is known to limit it below `totalBytes`. */
export function containerFacts(pid: number | 'self', totalBytes: number): ContainerFacts {
	const container = process.platform === 'linux' ? containerMemory(readText, pid, totalBytes) : undefined;
	if (!container) return {};
	const { limitBytes, usedBytes } = container;
	return {
		containerLimitBytes: limitBytes,
		...(usedBytes !== undefined && { containerAvailableBytes: Math.max(0, limitBytes - usedBytes) }),
	};
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		// Not this kind of control group, or the process is gone.
		return undefined;
	}
}
