import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { BatchProcessor } from '../../../../src/runtime/batches/batchProcessor.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { recordingHub } from '../hub.ts';

describe('BatchProcessor with functions that misbehave', () => {
	const make = (more: object = {}) =>
		new BatchProcessor<number, unknown>({
			name: 'faults',
			process: batch => batch,
			maxSize: 4,
			minSize: 1,
			...more,
		});
	const items = [1, 2, 3, 4, 5, 6];
	const thrower = () =>
		Object.defineProperty({}, 'then', {
			get: () => {
				throw new Error('no then');
			},
		});

	it('ends with the error where looking at an answer throws', async () => {
		for (const process of [
			thrower,
			() => [thrower()],
			async () => [thrower()],
			() => ({
				// biome-ignore lint/suspicious/noThenProperty: what only looks like a promise is the case
				then: () => {
					throw new Error('no then');
				},
			}),
		]) {
			await assert.rejects(make({ process, maxSize: 1 }).process(items).toArray(), /no then/);
		}
	});

	it('takes the first answer of a promise that gives two', async () => {
		const process = (batch: number[]) => ({
			// biome-ignore lint/suspicious/noThenProperty: what only looks like a promise is the case
			then: (resolve: (results: number[]) => void, reject: (error: unknown) => void) => {
				resolve([...batch]);
				resolve([]);
				reject(new Error('second'));
			},
		});
		const processor = make({ process });
		assert.deepEqual(await processor.process(items).toArray(), items);
		assert.deepEqual([processor.stats().inFlightItems, processor.stats().items], [0, items.length]);
	});

	it('refuses a promise behind results that are there', async () => {
		const process = (batch: number[]) =>
			batch.map((value, i) => (i === 0 ? value : Promise.reject(new Error('unseen'))));
		await assert.rejects(make({ process }).process(items).toArray(), /Promise\.all/);
	});

	it('tells an onProgress that rejects, or throws what has no text, and goes on', async () => {
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		const failing = [
			async () => {
				throw new Error('later');
			},
			() => {
				throw Object.create(null);
			},
		];
		for (const onProgress of failing) {
			const options = { onProgress } as { onProgress: () => void };
			assert.deepEqual(await make({ maxSize: 6 }).process(items, options).toArray(), items);
		}
		await new Promise(setImmediate);
		end();
		assert.deepEqual(warnings, [
			'Batches "faults": onProgress failed: later',
			'Batches "faults": onProgress failed: [object]',
		]);
	});

	it('refuses a run that had not begun when it was disposed of, and leaves its input alone', async () => {
		let asked = 0;
		const processor = make();
		const run = processor.process(
			(function* () {
				asked++;
				yield 1;
			})(),
		);
		processor.dispose();
		await assert.rejects(run.toArray(), { code: 'disposed' });
		assert.equal(asked, 0);
	});

	it('ends at no bytes in work whatever fractions were declared, and reports figures only', async () => {
		const hub = recordingHub();
		const sizes = [0.1, 0.2, 0.3, 0.7, 1e-9, 1e15, 0.1];
		const processor = make({ bytesOf: (value: number) => value, maxBytes: 1e16, maxSize: 1, concurrency: 3 });
		assert.deepEqual(await processor.process(sizes).toArray(), sizes);
		const last = hub
			.drain()
			.entries.filter(entry => entry.type === 'batch' && entry.name === 'faults')
			.at(-1);
		assert.ok(last?.type === 'batch' && isEntry(JSON.parse(JSON.stringify(last))));
		assert.equal(last.inFlightBytes, 0);
		const absurd = make({ bytesOf: () => 1e308 }).process(items);
		await assert.rejects(absurd.toArray(), { code: 'invalidSize' });
		hub.leave();
	});
});
