import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { FileReader } from '../../../../src/runtime/files/fileReader.ts';
import { scratch } from './files.ts';

describe('FileReader, process and random access', () => {
	const { file, path } = scratch();

	it('gives results in the order of the file, with at most `concurrency` calls at a time', async () => {
		const input = file('abcdefghijklmnopqrstuvwxyz');
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(4)), async (concurrency, waits) => {
				let running = 0;
				let most = 0;
				const { results, readBytes, chunks } = await new FileReader(input, { chunkBytes: 3 }).process(
					async (chunk, { index }) => {
						most = Math.max(most, ++running);
						for (let i = waits[index] ?? 0; i > 0; i--) await turn();
						running--;
						// The chunk is still this call's own.
						return chunk.toString();
					},
					{ concurrency },
				);
				assert.equal(results.join(''), 'abcdefghijklmnopqrstuvwxyz');
				assert.deepEqual([readBytes, chunks, running], [26, 9, 0]);
				assert.ok(most <= concurrency);
			}),
			{ numRuns: 40 },
		);
		const { results } = await new FileReader(input, { chunkBytes: 3 }).process(() => undefined);
		assert.deepEqual(results, []);
	});

	it('refuses options that are none', async () => {
		const reader = new FileReader(file('a'));
		for (const options of [null, 5, { concurrency: 0 }]) {
			await assert.rejects(
				reader.process(() => 1, options as never),
				{ code: 'invalidOption' },
			);
		}
	});

	it('ends at the first failure and waits for the calls under way', async () => {
		const reader = new FileReader(file('abcdefgh'), { chunkBytes: 1 });
		let ended = 0;
		const begun: number[] = [];
		const run = reader.process(
			async (_, { index, signal }) => {
				begun.push(index);
				if (index === 1) throw new Error('mine');
				while (!signal.aborted) await turn();
				ended++;
			},
			{ concurrency: 3 },
		);
		await assert.rejects(run, /mine/);
		assert.equal(ended, begun.length - 1);
		assert.ok(begun.length <= 4);
		await assert.rejects(
			reader.process(() => 1, { concurrency: 0 }),
			{ code: 'invalidOption', message: /concurrency/ },
		);
		await assert.rejects(reader.process(5 as never), { code: 'invalidOption', message: /"fn"/ });
	});

	it('tells calls that the reader was aborted', async () => {
		const controller = new AbortController();
		const run = new FileReader(file('abcdefgh'), { chunkBytes: 1, signal: controller.signal }).process(
			async (_, { signal }) => {
				controller.abort(new Error('stop'));
				assert.equal(signal.aborted, true);
			},
		);
		await assert.rejects(run, /stop/);
	});

	it('reads slices from anywhere', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.uint8Array({ maxLength: 200 }),
				fc.array(fc.tuple(fc.nat(250), fc.nat(250)), { maxLength: 6 }),
				async (content, places) => {
					const opened = await new FileReader(file(content)).open();
					assert.equal(opened.size, content.length);
					const read = await Promise.all(places.map(([offset, length]) => opened.read(offset, length)));
					await opened.close();
					assert.deepEqual(
						read,
						places.map(([offset, length]) => Buffer.from(content.subarray(offset, offset + length))),
					);
				},
			),
			{ numRuns: 60 },
		);
	});

	it('refuses places that are none and reads no more once closed', async () => {
		const opened = await new FileReader(file('abc')).open();
		for (const [offset, length] of [
			[-1, 1],
			[0, -1],
			[0.5, 1],
			[Number.NaN, 1],
			[0, Number.POSITIVE_INFINITY],
		] as const) {
			await assert.rejects(opened.read(offset, length), { code: 'invalidOption' });
		}
		// No memory for what is not there.
		assert.equal((await opened.read(1, 2 ** 50)).toString(), 'bc');
		await opened[Symbol.asyncDispose]();
		await opened.close();
		await assert.rejects(opened.read(0, 1), { code: 'disposed' });
		await assert.rejects(new FileReader(path('none')).open(), { code: 'fileUnreadable', message: /ENOENT/ });
	});
});
