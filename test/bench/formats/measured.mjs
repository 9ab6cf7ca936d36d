// What every program of this folder does around its reading: time and memory, as one line of JSON.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs `work`, which reads a file and gives `{ items, check }` (`check`: a figure of the whole content, or several; `settlesMs`: a thread of the
 * reader's ends so long after it), and prints how long it took and what the process held before it, at most, and after it (with what was garbage
 * collected), bytes; `youngBytes`: what V8's young generation grew by. Libraries are loaded before. `failed`: the message of what it threw.
 */
export async function measured(work) {
	const idleRssBytes = process.memoryUsage.rss();
	const youngBefore = youngGeneration();
	const started = performance.now();
	const { settlesMs = 0, ...result } = await work().catch(error => ({ failed: String(error?.message ?? error) }));
	const ms = performance.now() - started;
	const peakRssBytes = peakRss();
	const youngBytes = youngGeneration() - youngBefore;
	await delay(settlesMs);
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
	const closedRssBytes = process.memoryUsage.rss();
	console.log(JSON.stringify({ ms, ...result, idleRssBytes, peakRssBytes, youngBytes, closedRssBytes }));
}

/**
 * Linux passes `ru_maxrss` on to a program that is started, so that it may be the peak of who started it; `VmHWM` is the process's own.
 * Elsewhere there is only the former.
 */
function peakRss() {
	if (process.platform === 'linux') {
		const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
		if (kib) return Number(kib) * 1024;
	}
	return process.resourceUsage().maxRSS * 1024;
}

const youngGeneration = () =>
	getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.physical_space_size ?? 0;
