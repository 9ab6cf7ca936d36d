import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FileReader } from '../../../../src/runtime/files/fileReader.ts';
import { all, scratch } from './files.ts';

/** What lines are, said in the simplest way. */
function model(content: Uint8Array, encoding: 'utf8' | 'latin1' = 'utf8'): string[] {
	const text = encoding === 'utf8' ? new TextDecoder('utf-8').decode(content) : Buffer.from(content).toString('latin1');
	const lines = text.split('\n');
	const last = lines.pop();
	const broken = lines.map(line => (line.endsWith('\r') ? line.slice(0, -1) : line));
	return last ? [...broken, last] : broken;
}

const snippet = fc.constantFrom('a', 'é', '€', '𝄞', '\n', '\r\n', '\r', '\n\n', '\uFEFF', ',', '日本', '\u2028', ' ');
const text = fc.array(snippet, { maxLength: 80 }).map(parts => Buffer.from(parts.join('')));
const bytes = fc.array(fc.constantFrom(0x0a, 0x0d, 0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0xff, 0xef, 0xbb, 0xbf), {
	maxLength: 120,
});

describe('FileReader, lines', () => {
	const { file } = scratch();

	it('are those of a simple model, whatever the text and the chunks', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.oneof(text, bytes.map(Buffer.from)),
				fc.integer({ min: 1, max: 40 }),
				fc.constantFrom('utf8' as const, 'latin1' as const),
				async (content, chunkBytes, encoding) => {
					const reader = new FileReader(file(content), { chunkBytes, encoding });
					const expected = model(content, encoding);
					assert.deepEqual(await all(reader.lines()), expected);
					assert.deepEqual((await all(reader.lineBatches())).flat(), expected);
					const { results, lines } = await reader.processLines(batch => batch, { concurrency: 3 });
					assert.deepEqual(results.flat(), expected);
					assert.equal(lines ?? 0, expected.length);
				},
			),
			{ numRuns: 150 },
		);
	});

	it('are right across the blocks of a large file', async () => {
		const lines = Array.from(
			{ length: 20_000 },
			(_, i) => `${i},${'ü'.repeat(i % 90)}${i % 1000 === 0 ? '.'.repeat(70_000) : ''}`,
		);
		for (const newline of ['\n', '\r\n']) {
			const input = file(lines.join(newline));
			for (const chunkBytes of [10_007, 65_536, 'adaptive'] as const) {
				assert.deepEqual(await all(new FileReader(input, { chunkBytes }).lines()), lines);
			}
		}
	});

	it('are none in an empty file or one of a byte order mark alone', async () => {
		assert.deepEqual(await all(new FileReader(file('')).lines()), []);
		assert.deepEqual(await all(new FileReader(file('\uFEFF')).lines()), []);
		assert.deepEqual(await all(new FileReader(file('\uFEFFa')).lines()), ['a']);
		assert.deepEqual(await all(new FileReader(file('a\nb\nc'), { start: 2, end: 3 }).lines()), ['b']);
	});

	it('have a longest one, told with its place', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }),
				fc.integer({ min: 1, max: 10 }),
				fc.integer({ min: 1, max: 30 }),
				fc.boolean(),
				async (lengths, maxLineBytes, chunkBytes, broken) => {
					const content = lengths.map(length => 'x'.repeat(length)).join('\n') + (broken ? '\n' : '');
					const reader = new FileReader(file(content), { chunkBytes, maxLineBytes });
					const wrong = lengths.findIndex(length => length > maxLineBytes);
					if (wrong < 0) {
						assert.deepEqual(await all(reader.lines()), model(Buffer.from(content)));
						return;
					}
					const offset = lengths.slice(0, wrong).reduce((sum, length) => sum + length + 1, 0);
					const expected = { code: 'lineTooLong', offset, line: wrong + 1 };
					const seen: string[] = [];
					await assert.rejects(async () => {
						for await (const line of reader.lines()) seen.push(line);
					}, expected);
					assert.equal(seen.length, wrong);
					await assert.rejects(all(reader.lineBatches()), expected);
				},
			),
			{ numRuns: 100 },
		);
	});

	it('are refused with `fatal` where they are not UTF-8', async () => {
		const input = file(Buffer.from([0x61, 0x0a, 0x62, 0x0a, 0xc3, 0x0a, 0x63]));
		for (const chunkBytes of [1, 3, 1000]) {
			const reader = new FileReader(input, { fatal: true, chunkBytes });
			await assert.rejects(all(reader.lines()), { code: 'invalidInput', offset: 4, line: 3 });
		}
		assert.deepEqual(await all(new FileReader(file('ä\n€'), { fatal: true, chunkBytes: 1 }).lines()), ['ä', '€']);
	});

	it('come in order to callers that do not wait for each other', async () => {
		const lines = Array.from({ length: 50 }, (_, i) => String(i));
		const iterator = new FileReader(file(lines.join('\n')), { chunkBytes: 7 }).lines();
		const results = await Promise.all(Array.from({ length: 52 }, () => iterator.next()));
		assert.deepEqual(
			results.filter(({ done }) => !done).map(({ value }) => value),
			lines,
		);
		assert.deepEqual(await iterator.return?.(), { value: undefined, done: true });
		assert.deepEqual(await iterator.next(), { value: undefined, done: true });
	});

	it('end after `return`, and `throw` throws', async () => {
		const reader = new FileReader(file('a\nb\n'));
		const left = reader.lines();
		assert.equal((await left.next()).value, 'a');
		await left.return?.();
		assert.equal((await left.next()).done, true);
		const thrown = reader.lines();
		await thrown.next();
		await assert.rejects(Promise.resolve(thrown.throw?.(new Error('mine'))), /mine/);
		assert.equal((await thrown.next()).done, true);
	});
});
