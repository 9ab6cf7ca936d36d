// What every program of this folder does around its reading: time and memory, as one line of JSON.
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Runs `work`, which reads a file and gives `{ items, check }` (`check`: a figure of the whole content, or several), and prints how long it took, what
 * the process held before it, at most, and after it (with what was garbage collected), bytes. Libraries are loaded before. `failed`: the message of
 * what it threw.
 */
export async function measured(work) {
	const idleRssBytes = process.memoryUsage.rss();
	const started = performance.now();
	const result = await work().catch(error => ({ failed: String(error?.message ?? error) }));
	const ms = performance.now() - started;
	const peak = peakRss();
	setFlagsFromString('--expose-gc');
	runInNewContext('gc')();
	const closedRssBytes = process.memoryUsage.rss();
	console.log(JSON.stringify({ ms, ...result, idleRssBytes, closedRssBytes, ...peak }));
}

/**
 * Linux passes `ru_maxrss` on to a program that is started, so that it may be the peak of who started it; `VmHWM` is the process's own.
 * Elsewhere there is only the former.
 */
function peakRss() {
	if (process.platform === 'linux') {
		const [, kib] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
		if (kib) return { peakRssBytes: Number(kib) * 1024 };
	}
	return { peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}
