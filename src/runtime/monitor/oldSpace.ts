import { getHeapSpaceStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const FLAG = /^--max[-_]old[-_]space[-_]size=(\d+)$/;
const MB = 1024 * 1024;
/** New objects live in these; everything else counts against the limit of the old space. */
const YOUNG = new Set(['new_space', 'new_large_object_space']);

let limit: { bytes: number | undefined } | undefined;

/**
 * The part of the heap that `--max-old-space-size` bounds. V8's own heap limit has room for new objects on top: 48 MB in Node 20 and
 * 22, 192 MB in 24, 96 MB in 26, so that a script with a small old space dies at a quarter of that limit. `undefined` where the flag
 * was not given: then that room is a few percent of the limit. About 8 µs.
 */
export function oldSpace(): { usedBytes: number; limitBytes: number } | undefined {
	limit ??= { bytes: isMainThread ? limitGiven() : undefined };
	if (limit.bytes === undefined) return undefined;
	let usedBytes = 0;
	for (const space of getHeapSpaceStatistics()) {
		if (!YOUNG.has(space.space_name)) usedBytes += space.space_used_size;
	}
	return { usedBytes, limitBytes: limit.bytes };
}

/** The command line wins over NODE_OPTIONS, and the last over those before. */
function limitGiven(): number | undefined {
	const words = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
	const megabytes = words.map(word => Number(FLAG.exec(word)?.[1])).findLast(value => value > 0);
	return megabytes === undefined ? undefined : megabytes * MB;
}
