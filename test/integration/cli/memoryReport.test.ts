import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Report } from '../../../src/analysis/report.ts';
import { CommandLine, type Ended } from '../../support/commandLine.ts';

const node = process.execPath;
const MB = 1024 * 1024;

describe('what the command line tells of memory', () => {
	let line: CommandLine;

	beforeEach(() => {
		line = new CommandLine();
	});
	afterEach(() => line.dispose());

	const run = (...args: string[]): Promise<Ended> =>
		line.run('run', '--node', node, '-o', 'run.memrec', '--json', 'report.json', ...args);
	const report = () => JSON.parse(readFileSync(line.file('report.json'), 'utf8')) as Report;

	it('names the line that holds Buffers, and splits RSS into parts that sum to it', async () => {
		const script = line.file(
			'blocks.mjs',
			`const blocks = [];
			function keep() {
				blocks.push(Buffer.alloc(1024 * 1024, 1));
			}
			for (let i = 0; i < 64; i++) {
				keep();
				await new Promise(done => setTimeout(done, 15));
			}
			console.log(blocks.length);`,
		);
		const { stderr, stdout } = await run(script);
		assert.equal(stdout, '64\n', stderr);
		const { offHeap, memory } = report();
		const [site] = offHeap?.sites ?? [];
		assert.ok(offHeap && site, stderr);
		assert.deepEqual(
			[basename(site.file), site.line, site.functionName, site.memory],
			['blocks.mjs', 3, 'keep', 'buffer'],
		);
		// Five standard errors of the estimate: once in two million runs it is further off.
		const tolerance = 5 * offHeap.standardErrorBytes + MB;
		assert.ok(Math.abs(site.bytes - 64 * MB) < tolerance, `${site.bytes} ± ${offHeap.standardErrorBytes}`);
		assert.match(stderr, /^Outside the heap, by line: .* live at .*, of .* of array buffers in the process$/m);
		assert.match(stderr, /^ *[\d.]+ MB +\d+ % +\d+ +Buffer +keep +blocks\.mjs:3$/m);
		const { partsAtPeak, peakRss } = memory;
		assert.ok(partsAtPeak && peakRss);
		assert.equal(partsAtPeak.rssBytes, peakRss.bytes);
		const sum = partsAtPeak.parts.reduce((bytes, part) => bytes + part.bytes, 0);
		assert.ok(Math.abs(sum - partsAtPeak.rssBytes) < 1, `${sum} of ${partsAtPeak.rssBytes}`);
		const again = await line.run('report', 'run.memrec');
		assert.match(again.stdout, /Buffer +keep +blocks\.mjs:3/);
	});

	it('leads with what was in memory when a script ran out of it', async () => {
		const script = line.file(
			'hoard.mjs',
			`const kept = [];
			function hoard() {
				kept.push(Array.from({ length: 2_000 }, (_, id) => ({ id, text: 'row ' + id })));
			}
			for (;;) {
				hoard();
				await new Promise(done => setTimeout(done, 2));
			}`,
		);
		const { stderr } = await run('node', '--max-old-space-size=64', script);
		const { end, lastMoments } = report();
		assert.equal(end?.kind, 'outOfMemory', stderr);
		assert.match(
			lastMoments?.sentence ?? '',
			/MB of 6\d(\.\d)? MB live, \d+ % from (hoard|\(anonymous\)) at .*hoard\.mjs:[34]$/,
		);
		assert.match(stderr, /^At the end +[\d.]+ MB of 6\d(\.\d)? MB live/m);
		const again = await line.run('report', '--json', 'run.memrec');
		assert.deepEqual((JSON.parse(again.stdout) as Report).lastMoments, lastMoments);
	});

	it('lists worker threads with what they had and how they ended', async () => {
		const script = line.file(
			'workers.mjs',
			`import { Worker, isMainThread, workerData } from 'node:worker_threads';
			if (isMainThread) {
				const ended = name => new Promise(done => new Worker(new URL(import.meta.url), { name, workerData: name }).on('exit', done));
				console.log(await Promise.all([ended('good rows'), ended('bad rows')]));
			} else {
				const rows = [];
				for (let i = 0; i < 60; i++) {
					rows.push(Array.from({ length: 5_000 }, (_, id) => ({ id })));
					await new Promise(done => setTimeout(done, 10));
				}
				process.exit(workerData === 'bad rows' ? 5 : 0);
			}`,
		);
		const { stderr, stdout } = await run(script);
		assert.equal(stdout, '[ 0, 5 ]\n', stderr);
		const { processes = [] } = report();
		assert.deepEqual(
			processes
				.map(({ kind, title, end }) => [kind, title, end])
				.sort(([, a], [, b]) => String(a).localeCompare(String(b))),
			[
				['worker', 'bad rows', { kind: 'exit', code: 5 }],
				['worker', 'good rows', { kind: 'exit', code: 0 }],
				['main', 'workers.mjs', { kind: 'exit', code: 0 }],
			],
		);
		for (const { kind, peakRss, peakHeapUsed } of processes) {
			assert.equal(peakRss !== undefined, kind === 'main', 'a worker shares the RSS of its process');
			assert.ok((peakHeapUsed?.bytes ?? 0) > MB);
		}
		assert.match(stderr, /^bad rows +worker +thread \d+ .* exited with code 5$/m);
	});

	it('lists child processes, and what all had in RAM together', async () => {
		const script = line.file(
			'family.mjs',
			`import { fork } from 'node:child_process';
			const blocks = [];
			const isChild = process.argv[2] === 'child';
			const ended = isChild ? undefined : new Promise(done => fork(process.argv[1], ['child']).on('exit', done));
			for (let i = 0; i < 40; i++) {
				blocks.push(Buffer.alloc(1024 * 1024, 1));
				await new Promise(done => setTimeout(done, 20));
			}
			if (isChild) process.exit(7);
			console.log(await ended, blocks.length);`,
		);
		const { stderr, stdout } = await run(script);
		assert.equal(stdout, '7 40\n', stderr);
		const { processes = [], memory } = report();
		const child = processes.find(({ kind }) => kind === 'child');
		const main = processes.find(({ kind }) => kind === 'main');
		assert.deepEqual(child?.end, { kind: 'exit', code: 7 }, stderr);
		assert.equal(child?.parent, main?.process);
		assert.ok(memory.peakTotalRss && memory.peakRss && child?.peakRss, stderr);
		assert.ok(memory.peakTotalRss.bytes > Math.max(memory.peakRss.bytes, child.peakRss.bytes));
		assert.ok(memory.peakTotalRss.bytes <= memory.peakRss.bytes + child.peakRss.bytes);
		assert.match(stderr, /^family\.mjs +child +pid \d+ .* exited with code 7$/m);
		assert.match(stderr, /^RSS of all processes together: at most [\d.]+ [MG]B at /m);
	});
});
