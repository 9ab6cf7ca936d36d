import {
	type ContainerLimit,
	type ContainerMemory,
	containerUse,
	findContainerLimit,
} from '../../protocol/containerMemory.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { readText } from './readText.ts';

/** A limit can be changed while a container runs (`docker update`), but rarely. */
const LOOK_AGAIN_MS = 10_000;

let known: { limit: ContainerLimit | undefined; constrained: number | undefined; until: number } | undefined;

/**
 * The limit of the container this process runs in, and its use. Two small files per reading once the limit is found.
 * Where no control group tells a limit, `process.constrainedMemory()` may know one. Node 20, 22, 24 and 26 have it; 2^64 or 0 means
 * none. From libuv 1.52 on it also knows resource limits (`ulimit -d`: seen by Node 24.21, not by 22.23). It does not know the use.
 */
export function ownContainer(totalBytes: number): ContainerMemory | undefined {
	const now = monotonicMs();
	if (!known || now >= known.until) {
		const limit = process.platform === 'linux' ? findContainerLimit(readText, 'self', totalBytes) : undefined;
		known = { limit, constrained: limit ? undefined : constrainedBytes(totalBytes), until: now + LOOK_AGAIN_MS };
	}
	const { limit, constrained } = known;
	if (limit) {
		const usedBytes = containerUse(readText, limit);
		return { limitBytes: limit.limitBytes, ...(usedBytes !== undefined && { usedBytes }) };
	}
	return constrained === undefined ? undefined : { limitBytes: constrained };
}

function constrainedBytes(totalBytes: number): number | undefined {
	const bytes = process.constrainedMemory?.();
	return bytes !== undefined && bytes > 0 && bytes < totalBytes ? bytes : undefined;
}
