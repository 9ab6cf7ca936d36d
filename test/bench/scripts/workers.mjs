// Two worker threads, each parsing and grouping JSON; the main thread adds up what they find.
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { dataset } from './data.mjs';

if (isMainThread) {
	const found = [0, 1].map(
		() =>
			new Promise((resolve, reject) => {
				const worker = new Worker(new URL(import.meta.url));
				worker.once('message', resolve);
				worker.once('error', reject);
			}),
	);
	console.log((await Promise.all(found)).join(' '));
} else {
	const text = readFileSync(dataset('flights-200k.json'), 'utf8');
	let checksum = 0;
	for (let round = 0; round < 15; round++) {
		const groups = Map.groupBy(JSON.parse(text), ({ distance }) => Math.floor(distance / 50));
		for (const group of groups.values()) checksum += group.reduce((sum, { delay }) => sum + delay, 0);
	}
	parentPort.postMessage(checksum);
}
