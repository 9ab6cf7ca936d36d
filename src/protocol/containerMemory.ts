/**
 * The memory limit of the control group that a process runs in: what Docker, Kubernetes and systemd set. Pure but for the reader
 * that it is given; the runtime asks for its own process, the engine for the target's.
 */

/** Text of a file, `undefined` where there is none. */
export type ReadText = (path: string) => string | undefined;

const ROOT = '/sys/fs/cgroup';
/** A path deeper than this is nobody's container. */
const MAX_DEPTH = 32;

/** Where a limit was found, so that it need not be looked for at each reading. */
export interface ContainerLimit {
	limitBytes: number;
	/** Files that say how much of it is in use. */
	usagePath: string;
	statPath: string;
	/** The line of `statPath` with what the kernel can take back at once: file contents not used for long. */
	inactive: 'inactive_file' | 'total_inactive_file';
}

export interface ContainerMemory {
	limitBytes: number;
	/** Without file contents that the kernel can take back; absent where the group does not tell. */
	usedBytes?: number;
}

/** Limit and use, or `undefined` where no limit below the machine's `totalBytes` holds. */
export function containerMemory(
	read: ReadText,
	pid: number | 'self',
	totalBytes?: number,
): ContainerMemory | undefined {
	const limit = findContainerLimit(read, pid, totalBytes);
	if (!limit) return undefined;
	const usedBytes = containerUse(read, limit);
	return { limitBytes: limit.limitBytes, ...(usedBytes !== undefined && { usedBytes }) };
}

/** The smallest limit from the process's group up to the root; version 2 and version 1, also where both are mounted. */
export function findContainerLimit(
	read: ReadText,
	pid: number | 'self',
	totalBytes = Number.POSITIVE_INFINITY,
): ContainerLimit | undefined {
	const groups = groupsOf(read(`/proc/${pid}/cgroup`));
	const found: ContainerLimit[] = [];
	if (groups.v2 !== undefined) {
		for (const dir of upwards(ROOT, groups.v2)) {
			const limitBytes = countOf(read(`${dir}/memory.max`));
			if (limitBytes === undefined) continue;
			const paths = { usagePath: `${dir}/memory.current`, statPath: `${dir}/memory.stat` };
			found.push({ limitBytes, ...paths, inactive: 'inactive_file' });
		}
	}
	if (groups.v1 !== undefined) {
		for (const dir of upwards(`${ROOT}/memory`, groups.v1)) {
			const limitBytes = countOf(read(`${dir}/memory.limit_in_bytes`));
			if (limitBytes === undefined) continue;
			const paths = { usagePath: `${dir}/memory.usage_in_bytes`, statPath: `${dir}/memory.stat` };
			found.push({ limitBytes, ...paths, inactive: 'total_inactive_file' });
		}
	}
	let smallest: ContainerLimit | undefined;
	for (const limit of found) {
		// No limit is `max` in version 2 and in version 1 a number beyond any machine's memory.
		if (limit.limitBytes <= 0 || limit.limitBytes >= Math.min(totalBytes, 2 ** 60)) continue;
		if (!smallest || limit.limitBytes < smallest.limitBytes) smallest = limit;
	}
	return smallest;
}

/** Bytes in use of a limit, as `docker stats` counts them; `undefined` where the group is gone or does not tell. */
export function containerUse(read: ReadText, { usagePath, statPath, inactive }: ContainerLimit): number | undefined {
	const usage = countOf(read(usagePath));
	if (usage === undefined) return undefined;
	const stat = read(statPath) ?? '';
	const line = stat.split('\n').find(text => text.startsWith(`${inactive} `));
	const reclaimable = countOf(line?.slice(inactive.length + 1)) ?? 0;
	return Math.max(0, usage - reclaimable);
}

/** Files with a line `oom_kill <count>` for the groups from the process's own up to the one that limits it; none where none does. */
export function killCounters(read: ReadText, pid: number | 'self', totalBytes?: number): string[] {
	const limit = findContainerLimit(read, pid, totalBytes);
	if (!limit) return [];
	const last = limit.statPath.slice(0, -'/memory.stat'.length);
	const groups = groupsOf(read(`/proc/${pid}/cgroup`));
	// Version 2 counts what is below a group, too; version 1 only the group of the process that was killed.
	if (limit.inactive === 'inactive_file') return [`${last}/memory.events`];
	const paths: string[] = [];
	for (const dir of upwards(`${ROOT}/memory`, groups.v1 ?? '')) {
		paths.push(`${dir}/memory.oom_control`);
		if (dir === last) break;
	}
	return paths;
}

/** `0::/path` is version 2, a line whose controllers name `memory` is version 1. */
function groupsOf(text = ''): { v2?: string; v1?: string } {
	const groups: { v2?: string; v1?: string } = {};
	for (const line of text.split('\n')) {
		const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
		if (path === undefined) continue;
		if (id === '0' && controllers === '') groups.v2 = path;
		else if (controllers?.split(',').includes('memory')) groups.v1 = path;
	}
	return groups;
}

/**
 * The group's folder and all above it. Inside a container the path may be the host's while only the container's own group is
 * mounted: then the folders are missing and the root is the container's.
 */
function* upwards(root: string, path: string): Generator<string> {
	const parts = path.split('/').filter(part => part !== '');
	// A group outside the namespace is written as `/../..`, and may not lead out of the mount.
	const inside = parts.length <= MAX_DEPTH && !parts.includes('..') ? parts : [];
	for (let depth = inside.length; depth >= 0; depth--) yield [root, ...inside.slice(0, depth)].join('/');
}

function countOf(text: string | undefined): number | undefined {
	const trimmed = text?.trim() ?? '';
	return /^\d{1,20}$/.test(trimmed) ? Number(trimmed) : undefined;
}
