/**
 * What opening a large heap snapshot takes: `node test/bench/snapshot.bench.ts [megabytes of heap]` (default 320, a file of some 500 MB).
 * Taking it needs about 14 times the heap in memory.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../scripts/paths.ts';
import { SnapshotFile } from '../../src/engine/snapshots/snapshotFile.ts';
import { formatBytes, formatCount, formatMs } from '../../src/protocol/units.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const heapMegabytes = Number(process.argv[2] ?? 320);
const folder = temporaryFolder('snapshot-bench');
const path = join(folder.path, 'dense.heapsnapshot');
const line = (label: string, value: string) => console.log(`${label.padEnd(34)}${value}`);

try {
	const taking = performance.now();
	const script = join(projectRoot, 'test/bench/scripts/denseHeap.cjs');
	await promisify(execFile)(process.execPath, ['--max-old-space-size=8192', script, String(heapMegabytes), path]);
	line('taken by Node in', formatMs(performance.now() - taking));
	line('file', formatBytes(statSync(path).size));

	const before = process.memoryUsage().rss;
	let peak = 0;
	const watch = setInterval(() => {
		peak = Math.max(peak, process.memoryUsage().rss);
	}, 20);
	const opening = performance.now();
	let analysing = 0;
	const file = await SnapshotFile.open(path, {
		workerPath: join(projectRoot, 'dist/snapshotWorker.cjs'),
		onProgress: phase => {
			if (phase === 'analysing') analysing ||= performance.now();
		},
	});
	const opened = performance.now();
	clearInterval(watch);
	line('objects, references', `${formatCount(file.summary.objects)}, ${formatCount(file.summary.references)}`);
	line('read in', formatMs(analysing - opening));
	line('looked through in', formatMs(opened - analysing));
	line('opened in', formatMs(opened - opening));
	line(
		'most RSS while opening',
		`${formatBytes(peak - before)} (${((peak - before) / file.summary.fileBytes).toFixed(2)} of the file)`,
	);
	line('RSS once it is open', formatBytes(process.memoryUsage().rss - before));

	const timed = async (label: string, work: () => Promise<unknown>) => {
		const from = performance.now();
		await work();
		line(label, formatMs(performance.now() - from));
	};
	const all = { search: '', from: 0, count: 100 };
	const classes = await file.ask('classes', { ...all, sort: 'count', descending: true });
	const largest = classes.rows[0];
	await timed('classes, sorted', () => file.ask('classes', { ...all, sort: 'retainedBytes', descending: true }));
	if (largest) {
		await timed(`objects of ${largest.name} (${formatCount(largest.count)})`, () =>
			file.ask('objects', { classId: largest.id, from: 0, count: 100 }),
		);
	}
	await timed('array-buffer owners', () => file.ask('owners', { from: 0, count: 100 }));
	await timed('compared with itself', () => file.compare(path));
	await file.close();
	line('peak RSS of this process', formatBytes(process.resourceUsage().maxRSS * 1024));
} finally {
	await folder.remove();
}
