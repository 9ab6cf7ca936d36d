import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../../scripts/paths.ts';
import { type ImageBatchProgress, ImageProcessor, type Region } from '../../../../src/runtime/images/index.ts';
import { recordingHub } from '../hub.ts';
import { Pictures, withCode } from './pictures.ts';

describe('a batch of images', () => {
	const pictures = new Pictures();
	const rois: Region[] = [{ name: 'a "part", of it', rectangle: { x: 0, y: 0, width: 9, height: 9 } }];
	const images = (count: number) =>
		Promise.all(Array.from({ length: count }, (_, index) => pictures.png(`${index}.png`)));
	const processor = new ImageProcessor();
	after(() => pictures.folder.remove());

	it('measures each image into one file, tells those that fail, and goes on', async () => {
		const [first = '', second = ''] = await images(2);
		const broken = pictures.path('broken.png');
		await writeFile(broken, (await readFile(first)).subarray(0, 900));
		const output = pictures.path('csv');
		const told: ImageBatchProgress[] = [];
		const summary = await processor.processBatch([first, broken, pictures.path('none.png'), second], {
			output,
			rois,
			perPixel: true,
			onProgress: progress => told.push(progress),
		});
		assert.deepEqual([summary.images, summary.measured, summary.failed, summary.resumed], [4, 2, 2, 0]);
		assert.deepEqual(
			summary.failures.map(({ path }) => path),
			[broken, pictures.path('none.png')],
		);
		assert.equal(summary.failures[1]?.code, 'fileUnreadable');
		assert.deepEqual(
			told.map(progress => progress.images),
			[1, 2, 3, 4],
		);
		assert.equal(told.at(-1)?.totalImages, 4);
		const lines = (await readFile(summary.results, 'utf8')).trimEnd().split('\r\n');
		assert.equal(summary.results, join(output, 'results.csv'));
		const headings = (lines[0] ?? '').split(',');
		assert.equal(lines.length, 1 + 2 + 1 + 1 + 2);
		const [image] = await processor.statistics(first, { perPixel: true });
		const cells = (lines[1] ?? '').split(',');
		const cell = (name: string) => Number(cells[headings.indexOf(name)]);
		assert.equal(cell('green_mean'), image?.bands.green?.mean);
		assert.equal(cell('green_p95'), image?.bands.green?.percentiles[95]);
		assert.equal(cell('gcc'), image?.chromatic?.gcc);
		assert.equal(cell('pixel_gcc_mean'), image?.perPixel?.gcc.mean);
		assert.ok(lines[2]?.startsWith(`${first},"a ""part"", of it",${pictures.width},`));
		assert.ok(lines[3]?.startsWith(`${broken},,`));
		assert.deepEqual(readdirSync(output).sort(), ['images.journal.jsonl', 'results.csv']);
	});

	it('writes JSON, and bands as files that do not get in each other’s way', async () => {
		const [first = ''] = await images(1);
		const output = pictures.path('json');
		const { results } = await processor.processBatch([first, await pictures.deepPng()], {
			output,
			format: 'json',
			exportBands: true,
		});
		const found = JSON.parse(await readFile(results, 'utf8')) as {
			path: string;
			regions: unknown[];
			exported: string[];
		}[];
		assert.deepEqual(
			found.map(({ path }) => path),
			[first, pictures.path('words.png')],
		);
		assert.equal(found[0]?.regions.length, 1);
		const files = found.flatMap(({ exported }) => exported);
		assert.equal(new Set(files).size, 6);
		assert.equal(readdirSync(join(output, 'bands')).length, 6);
	});

	it('goes on where it was when it was killed', async function () {
		this.timeout(60_000);
		const paths = await images(7);
		const output = pictures.path('killed');
		const script = join(projectRoot, 'test', 'fixtures', 'formats', 'imagesChild.mjs');
		const child = spawn(process.execPath, [script, output, ...paths], { stdio: 'inherit' });
		const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
		assert.equal(signal, 'SIGKILL');
		assert.ok(!readdirSync(output).includes('results.csv'));
		// As if it had been killed in the midst of a line.
		await appendFile(join(output, 'images.journal.jsonl'), '{"path":"/half');
		const options = { output, concurrency: 2, exportBands: { bands: ['gcc'] as const } };
		const summary = await processor.processBatch(paths, options);
		assert.deepEqual([summary.images, summary.resumed, summary.measured], [7, 3, 4]);
		const resumed = await readFile(summary.results, 'utf8');
		const whole = await processor.processBatch(paths, { ...options, output: pictures.path('whole') });
		assert.equal(resumed, await readFile(whole.results, 'utf8'));
		const again = await processor.processBatch(paths, options);
		assert.deepEqual([again.resumed, again.measured], [7, 0]);
		const [band = ''] = readdirSync(join(output, 'bands'));
		await rm(join(output, 'bands', band));
		await pictures.png('changed.png');
		await writeFile(paths[0] ?? '', await readFile(await pictures.deepPng()));
		const later = await processor.processBatch(paths, options);
		assert.equal(later.resumed + later.measured, 7);
		assert.ok(later.measured >= 1 && later.measured <= 2, `${later.measured} measured anew`);
	});

	it('does not mix results of other regions, and begins anew when told to', async () => {
		const paths = await images(2);
		const output = pictures.path('mixed');
		await processor.processBatch(paths, { output });
		await assert.rejects(processor.processBatch(paths, { output, rois }), withCode('invalidOption'));
		const anew = await processor.processBatch(paths, { output, rois, resume: false });
		assert.deepEqual([anew.measured, anew.resumed], [2, 0]);
	});

	it('lets one batch at a time write into a folder', async () => {
		const paths = await images(3);
		const output = pictures.path('busy');
		const batches = [paths, paths.slice(1)].map(some => processor.processBatch(some, { output, resume: false }));
		const outcomes = await Promise.allSettled(batches);
		assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
		const refused = outcomes.find(outcome => outcome.status === 'rejected');
		assert.match(String(refused?.reason), /process \d+ is writing into ".*busy" at the moment/);
		assert.deepEqual(readdirSync(output).sort(), ['images.journal.jsonl', 'results.csv']);
	});

	it('has means alone when only they are asked for', async () => {
		const paths = await images(2);
		const { results } = await processor.processBatch(paths, { output: pictures.path('means'), onlyMeans: true });
		const [headings = '', row = ''] = (await readFile(results, 'utf8')).split('\r\n');
		const [image] = await processor.statistics(paths[0] ?? '');
		const cells = new Map(headings.split(',').map((name, index) => [name, row.split(',')[index]]));
		assert.equal(Number(cells.get('red_mean')), image?.bands.red?.mean);
		assert.equal(cells.get('red_std'), '');
		assert.ok(!headings.includes('red_p'));
	});

	it('ends with the reason of its signal and keeps what it has', async () => {
		const paths = await images(5);
		const output = pictures.path('aborted');
		const reason = new Error('enough');
		const controller = new AbortController();
		const batch = processor.processBatch(paths, {
			output,
			concurrency: 1,
			signal: controller.signal,
			onProgress: ({ images: done }) => {
				if (done === 2) controller.abort(reason);
			},
		});
		await assert.rejects(batch, error => error === reason);
		const summary = await processor.processBatch(paths, { output });
		assert.deepEqual([summary.resumed, summary.measured], [2, 3]);
	});

	it('is seen as a batch', async () => {
		const hub = recordingHub();
		await processor.processBatch(await images(2), { output: pictures.path('seen'), name: 'greenness' });
		const { entries } = hub.drain();
		const batch = entries.find(entry => entry.type === 'batch' && entry.name === 'greenness');
		const readers = entries.filter(entry => entry.type === 'stream');
		assert.ok(batch && readers.length > 0);
		for (const entry of [batch, ...readers]) {
			assert.match(('site' in entry && entry.site?.file) || '', /imageBatch\.test\.ts$/, 'the place of the caller');
		}
	});

	it('refuses options that cannot be', async () => {
		const output = pictures.path('refused');
		const wrong: object[] = [{ format: 'xml' }, { concurrency: 0 }, { exportBands: { bits: 3 } }, { overwrite: true }];
		for (const options of wrong) {
			await assert.rejects(processor.processBatch([], { output, ...options }), withCode('invalidOption'));
		}
		await assert.rejects(processor.processBatch('a.png', { output }), withCode('invalidOption'));
	});
});
