import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { BatchProcessor } from '../../../../src/runtime/batches/batchProcessor.ts';
import { MemoryPredictor } from '../../../../src/runtime/batches/memoryPredictor.ts';
import { ownCollections } from '../../../../src/runtime/collection/ownCollections.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;

describe('MemoryPredictor', () => {
	let folder: TemporaryFolder;
	let file = '';
	let warnings: string[] = [];
	let endWarnings = () => {};

	beforeEach(() => {
		folder = temporaryFolder('predictor');
		file = join(folder.path, 'memory.json');
		warnings = [];
		endWarnings = onWarning(({ message }) => warnings.push(message));
	});
	afterEach(async () => {
		endWarnings();
		await folder.remove();
	});

	const make = (more: object = {}) => new MemoryPredictor({ file, ...more });
	const learn = (predictor: MemoryPredictor, count: number) => {
		for (let i = 1; i <= count; i++) {
			predictor.record({ operation: 'resize', inputBytes: i * MB, peakBytes: (5 + 3 * i + (i % 2) * 0.1) * MB });
		}
	};

	it('says how sure it is: not at all, little, and more with every run', () => {
		const predictor = make();
		assert.deepEqual(predictor.predict('resize', { inputBytes: MB }), {
			confidence: 'none',
			observations: 0,
			extrapolated: false,
			detail: 'Nothing was observed yet.',
		});
		predictor.record({ operation: 'resize', inputBytes: 2 * MB, peakBytes: 8 * MB });
		const once = predictor.predict('resize', { inputBytes: 3 * MB });
		assert.deepEqual([once.bytes, once.lowBytes, once.confidence], [12 * MB, undefined, 'low']);
		assert.match(once.detail, /^From 1 observation of 2\.00 MB to 2\.00 MB, too few for an interval\.$/);
		learn(predictor, 9);
		const { bytes = 0, lowBytes = 0, highBytes = 0, confidence } = predictor.predict('resize', { inputBytes: 5 * MB });
		assert.ok(Math.abs(bytes - 20 * MB) < MB && lowBytes < bytes && highBytes > bytes);
		assert.equal(confidence, 'high');
		assert.equal(predictor.predict('resize', { items: 3 }).confidence, 'none', 'bytes and items are learned apart');
	});

	it('collects before it measures, so that garbage does not hide what is needed', () => {
		const garbage = () => void Array.from({ length: 40 }, () => new Array(100_000).fill(0.5));
		const peakOf = (more: object) => {
			const predictor = make({ file: join(folder.path, `${JSON.stringify(more).length}.json`), ...more });
			const before = ownCollections().collections;
			garbage();
			predictor.measure('scale', { items: 1 }, () => Buffer.alloc(8 * MB, 1));
			return {
				bytes: predictor.estimate('scale', { items: 1 }).bytes ?? 0,
				collected: ownCollections().collections - before,
			};
		};
		const { bytes, collected } = peakOf({});
		assert.ok(bytes >= 8 * MB && bytes < 10 * MB, `${bytes}`);
		assert.equal(collected, 1);
		assert.equal(peakOf({ collect: false }).collected, 0);
	});

	it('flags what lies far outside of what it has seen', () => {
		const predictor = make();
		learn(predictor, 10);
		const near = predictor.predict('resize', { inputBytes: 10 * MB });
		const far = predictor.predict('resize', { inputBytes: 100 * MB });
		assert.deepEqual([near.extrapolated, far.extrapolated, far.confidence], [false, true, 'low']);
		const width = ({ lowBytes = 0, highBytes = 0 }) => highBytes - lowBytes;
		assert.ok(width(far) > 5 * width(near));
		assert.match(far.detail, /far outside of what was seen/);
	});

	it('keeps what it learned in a versioned file, nothing but that file, and bounded', () => {
		const predictor = make({ maxOperations: 2, maxObservations: 3 });
		learn(predictor, 10);
		for (const operation of ['b', '__proto__']) predictor.record({ operation, items: 1, peakBytes: 10 });
		predictor.save();
		assert.deepEqual(readdirSync(folder.path), ['memory.json']);
		const { version, operations } = JSON.parse(readFileSync(file, 'utf8'));
		assert.deepEqual([version, Object.keys(operations)], [1, ['b', '__proto__']]);
		assert.equal(make().predict('b', { items: 2 }).bytes, 20);
		assert.equal(make().predict('__proto__', { items: 2 }).bytes, 20);
		assert.equal(make().predict('resize', { inputBytes: 2 }).observations, 0);
		learn(predictor, 10);
		predictor.save();
		assert.equal(make().predict('resize', { inputBytes: MB }).observations, 3);
	});

	it('adds to what others wrote meanwhile', () => {
		const [one, other] = [make(), make()];
		one.record({ operation: 'a', items: 1, peakBytes: 10 });
		other.record({ operation: 'a', items: 2, peakBytes: 20 });
		other.record({ operation: 'b', items: 2, peakBytes: 20 });
		one.save();
		other.save();
		assert.equal(make().predict('a', { items: 1 }).observations, 2);
		assert.equal(other.predict('a', { items: 1 }).observations, 2);
		using _ = other;
	});

	it('another process finds it', () => {
		const predictor = make();
		learn(predictor, 5);
		predictor.save();
		const source = join(import.meta.dirname, '../../../../src/runtime/batches/memoryPredictor.ts');
		const script = `import { MemoryPredictor } from ${JSON.stringify(source)};
			const predictor = new MemoryPredictor({ file: ${JSON.stringify(file)} });
			predictor.measure('resize', { inputBytes: 1 }, () => Buffer.alloc(1e6));
			console.log(predictor.predict('resize', { inputBytes: ${MB} }).observations);`;
		const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
		assert.equal(stdout, '6\n', stderr);
		assert.equal(make().predict('resize', { inputBytes: MB }).observations, 6);
	});

	it('leaves a file out that it cannot use, with a warning, and keeps it aside', () => {
		const bad: [text: string, why: RegExp][] = [
			['{"version":1,', /JSON/],
			['[]', /no object/],
			['{"version":2,"operations":{}}', /its version is 2, not 1/],
			['{"version":1}', /no operations/],
			['{"version":1,"operations":{"a":{"bytes":[[1]],"items":[]}}}', /operation "a" is malformed/],
			['{"version":1,"operations":{"a":{"bytes":[[1,null]],"items":[]}}}', /malformed/],
			['{"version":1,"operations":{"a":{"bytes":[[1,-5]],"items":[]}}}', /malformed/],
		];
		for (const [text, why] of bad) {
			writeFileSync(file, text);
			warnings = [];
			const predictor = make();
			assert.equal(predictor.predict('a', { items: 1 }).confidence, 'none');
			assert.equal(readFileSync(file, 'utf8'), text, 'reading moves nothing');
			predictor.record({ operation: 'a', items: 1, peakBytes: 10 });
			predictor.save();
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? '', why);
			assert.equal(readFileSync(`${file}.bad`, 'utf8'), text);
			assert.equal(make().predict('a', { items: 1 }).observations, 1);
		}
	});

	it('says when the file cannot be written, and leaves nothing behind', () => {
		const missing = new MemoryPredictor({ file: join(folder.path, 'no', 'memory.json') });
		missing.record({ operation: 'a', items: 1, peakBytes: 10 });
		assert.throws(() => missing.save(), { code: 'fileUnwritable' });
		assert.equal(
			missing.measure('a', { items: 1 }, () => 'result'),
			'result',
		);
		assert.match(warnings[0] ?? '', /cannot be written/);
		mkdirSync(file);
		const folderInstead = make();
		assert.equal(folderInstead.predict('a', { items: 1 }).confidence, 'none');
		assert.match(warnings[1] ?? '', /cannot be used/);
		assert.deepEqual(readdirSync(folder.path), ['memory.json']);
	});

	it('wants the size of the input in bytes or in items', () => {
		const message = (input: object) => {
			try {
				make().predict('a', input as never);
			} catch (error) {
				return (error as Error).message;
			}
			return undefined;
		};
		assert.equal(message({}), 'MemoryPredictor: give either "inputBytes" or "items"; neither was given.');
		const both = message({ inputBytes: 1, items: 1 });
		assert.equal(both, 'MemoryPredictor: give either "inputBytes" or "items"; both were given.');
	});

	it('refuses figures that cannot be', () => {
		const bad = [
			{ file: '' },
			{ file, maxOperations: 0 },
			{ file, maxObservations: -1 },
			{ file, collect: 1 },
			{ file, max: 1 },
		];
		for (const options of [undefined, {}, ...bad]) {
			assert.throws(() => new MemoryPredictor(options as never), { code: 'invalidOption' });
		}
		const predictor = make();
		const wrong: (object | null)[] = [
			null,
			{ operation: 'a', items: 1, peakBytes: 1e308 },
			{ operation: '', items: 1, peakBytes: 1 },
			{ operation: 'a', peakBytes: 1 },
			{ operation: 'a', items: 1, inputBytes: 1, peakBytes: 1 },
			{ operation: 'a', items: -1, peakBytes: 1 },
			{ operation: 'a', inputBytes: Number.NaN, peakBytes: 1 },
			{ operation: 'a', items: 1, peakBytes: Number.NaN },
		];
		for (const one of wrong) assert.throws(() => predictor.record(one as never), { code: 'invalidOption' });
		assert.throws(() => predictor.predict('a', {} as never), { code: 'invalidOption' });
		assert.throws(() => predictor.measure('a', { items: 1 }, 5 as never), { code: 'invalidOption' });
		predictor.save();
		assert.equal(existsSync(file), false);
	});

	it('measures a run and learns from it, unless it fails', async () => {
		const hub = recordingHub();
		const predictor = make();
		let kept: Buffer | undefined;
		const work = async () => {
			kept = Buffer.alloc(20 * MB, 1);
			return kept.length;
		};
		assert.equal(await predictor.measure('load', { inputBytes: 10 * MB }, work), 20 * MB);
		const failing = predictor.measure('load', { inputBytes: MB }, () => Promise.reject(new Error('no')));
		await assert.rejects(failing, /no/);
		assert.throws(
			() =>
				predictor.measure('load', { inputBytes: MB }, () => {
					throw new Error('at once');
				}),
			/at once/,
		);
		const { bytes = 0, observations } = predictor.predict('load', { inputBytes: 10 * MB });
		assert.equal(observations, 1);
		assert.ok(bytes > 19 * MB && bytes < 60 * MB, `${bytes}`);
		const entries = hub.drain().entries.filter(entry => entry.type === 'operation');
		assert.ok(entries.every(isEntry));
		assert.deepEqual(
			entries.map(({ kind, name, failed, observations: rests }) => [kind, name, failed, rests]),
			[
				['predicted', 'load', undefined, 0],
				['predicted', 'load', true, 1],
				['predicted', 'load', true, 1],
				['predicted', 'load', undefined, 1],
			],
		);
		assert.ok((entries[0]?.ratio ?? 0) > 1.9 && entries[0]?.predictedBytes === undefined);
		hub.leave();
	});

	it('gives no first size for one that fits when none does', () => {
		const predictor = make();
		for (let items = 10; items <= 200; items += 10) {
			predictor.record({ operation: 'huge', items, peakBytes: items * 100 * MB });
		}
		const processor = new BatchProcessor<number, number>({
			name: 'huge',
			minSize: 10,
			maxSize: 100,
			maxBytes: MB,
			predictor,
			process: batch => batch,
		});
		const { size, reason } = processor.stats();
		processor.dispose();
		assert.equal(size, 10);
		assert.match(reason, /^Begins with 10 items, the least allowed, though .+ they may need .+, more than 1\.00 MB\.$/);
	});

	it('chooses the first size of batches, which teach it', async () => {
		const items = Array.from({ length: 120 }, (_, i) => i);
		const kept: Buffer[] = [];
		const run = async () => {
			const processor = new BatchProcessor<number, number>({
				name: 'tiles',
				minSize: 5,
				maxSize: 100,
				maxBytes: 2 * MB,
				predictor: make(),
				process: batch => batch.map(value => kept.push(Buffer.alloc(100_000, value))),
			});
			const { size, reason } = processor.stats();
			await processor.process(items).toArray();
			processor.dispose();
			return { size, reason };
		};
		assert.deepEqual((await run()).size, 5);
		const { observations } = make().predict('tiles', { items: 10 });
		assert.ok(observations > 2);
		const second = await run();
		assert.ok(second.size > 5 && second.size <= 21, `${second.size}`);
		assert.match(
			second.reason,
			/^Begins with \d+ items, which by \d+ earlier measurements need at most .+ of 2\.00 MB\.$/,
		);
		assert.equal(warnings.length, 0);
		assert.equal(kept.length, 240);
	});
});
