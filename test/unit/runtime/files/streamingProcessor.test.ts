import assert from 'node:assert/strict';
import { chmodSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import type { StreamEntry } from '../../../../src/protocol/runtimeEntries.ts';
import type { TransformProgress } from '../../../../src/runtime/files/processorOptions.ts';
import { StreamingProcessor } from '../../../../src/runtime/files/streamingProcessor.ts';
import { onWarning } from '../../../../src/runtime/reporting/warnings.ts';
import { recordingHub } from '../hub.ts';
import { scratch } from './files.ts';

const onWindows = process.platform === 'win32';
const upper = (options: object = {}) =>
	new StreamingProcessor({ mode: 'lines', transform: lines => lines.map(line => line.toUpperCase()), ...options });

describe('StreamingProcessor', () => {
	const { file, path } = scratch();
	const overwrite = true;
	/** Files that are there for nobody. */
	const leftovers = () => readdirSync(dirname(path('x'))).filter(name => name.endsWith('.tmp'));

	afterEach(() => assert.deepEqual(leftovers(), []));

	it('refuses options that cannot be, naming them', async () => {
		const cases: [string, unknown][] = [
			['options', undefined],
			['transform', {}],
			['mode', { transform: () => '', mode: 'words' }],
			['flush', { transform: () => '', flush: 'x' }],
			['onProgress', { transform: () => '', onProgress: 1 }],
			['chunkBytes', { transform: () => '', chunkBytes: -1 }],
		];
		for (const [option, options] of cases) {
			assert.throws(() => new StreamingProcessor(options as never), {
				code: 'invalidOption',
				message: new RegExp(`"${option}"`),
			});
		}
		const input = file('a');
		await assert.rejects(upper().run('', path('out')), { code: 'invalidOption', message: /"path"/ });
		await assert.rejects(upper().run(input, 5 as never), { code: 'invalidOption', message: /"output"/ });
		await assert.rejects(upper().run(input, path('out'), { overwrite: 1 as never }), { code: 'invalidOption' });
	});

	it('writes what the transform gives, in any form, in order', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.uint8Array({ maxLength: 300 }),
				fc.integer({ min: 1, max: 50 }),
				async (content, chunkBytes) => {
					const input = file(content);
					let step = 0;
					const copy = new StreamingProcessor({
						chunkBytes,
						transform: chunk => {
							switch (step++ % 4) {
								case 0:
									return chunk;
								case 1:
									return Promise.resolve(Buffer.from(chunk));
								case 2:
									return (async function* () {
										for (const byte of chunk) yield Buffer.of(byte);
									})();
								default:
									return new Set([chunk.subarray(0, 1), undefined, chunk.subarray(1)]);
							}
						},
					});
					const { readBytes, writtenBytes, chunks } = await copy.run(input, path('copy'), { overwrite });
					assert.deepEqual(readFileSync(path('copy')), Buffer.from(content));
					assert.deepEqual([readBytes, writtenBytes], [content.length, content.length]);
					assert.equal(chunks, Math.ceil(content.length / chunkBytes));
				},
			),
			{ numRuns: 60 },
		);
	});

	it('transforms lines, with what is owed at the end, and tells its progress', async () => {
		const input = file('a\nb\n'.repeat(60_000));
		const told: TransformProgress[] = [];
		let rows = 0;
		const counting = upper({
			flush: ({ readBytes }: { readBytes: number }) => `${rows} rows, ${readBytes} bytes`,
			transform: (lines: string[]) => {
				rows += lines.length;
				return lines;
			},
			onProgress: (progress: TransformProgress) => told.push(progress),
		});
		const result = await counting.run(input, path('counted'));
		const written = readFileSync(path('counted'), 'utf8');
		assert.equal(written, `${'a\nb\n'.repeat(60_000)}120000 rows, 240000 bytes`);
		assert.equal(result.writtenBytes, written.length);
		assert.ok(result.peakBytes !== undefined && result.peakBytes > 0);
		assert.deepEqual(told.at(-1), { readBytes: 240_000, writtenBytes: written.length, totalBytes: 240_000 });
	});

	it('makes an empty file out of an empty one', async () => {
		const { peakBytes, readBytes } = await upper().run(file(''), path('empty'));
		assert.deepEqual([readFileSync(path('empty'), 'utf8'), readBytes, peakBytes], ['', 0, undefined]);
	});

	it('replaces nothing unless told to', async () => {
		const input = file('new');
		const output = file('old', 'present');
		await assert.rejects(upper().run(input, output), { code: 'fileUnwritable', message: /overwrite/ });
		await assert.rejects(upper().run(input, input), { code: 'fileUnwritable', message: /is the input itself/ });
		linkSync(input, path('same'));
		await assert.rejects(upper().run(input, path('same')), { message: /is the input itself/ });
		assert.equal(readFileSync(output, 'utf8'), 'old');
		// Made by somebody else while the transform runs.
		const late = new StreamingProcessor({
			transform: () => {
				writeFileSync(path('late'), 'theirs');
				return 'ours';
			},
		});
		await assert.rejects(late.run(input, path('late')), { code: 'fileUnwritable', message: /there already/ });
		assert.equal(readFileSync(path('late'), 'utf8'), 'theirs');
		await assert.rejects(upper().run(input, path('.'), { overwrite }), { message: /no regular file/ });
	});

	it('works on a file in place, and through a link, and keeps the mode', async function () {
		if (onWindows) return this.skip();
		const input = file('abc\n', 'inPlace');
		chmodSync(input, 0o646);
		await upper().run(input, input, { overwrite });
		assert.equal(readFileSync(input, 'utf8'), 'ABC\n');
		assert.equal(statSync(input).mode & 0o777, 0o646);
		symlinkSync(input, path('link'));
		await new StreamingProcessor({ transform: () => 'x' }).run(input, path('link'), { overwrite });
		assert.equal(readFileSync(input, 'utf8'), 'x');
	});

	it('leaves nothing behind when it fails or is aborted, and the old output as it was', async () => {
		const input = file('a\n'.repeat(100_000));
		const output = file('old', 'kept');
		const run = (transform: () => never | Promise<never> | AsyncIterable<string>, signal?: AbortSignal) =>
			new StreamingProcessor({ transform, chunkBytes: 1000 }).run(input, output, {
				overwrite,
				...(signal && { signal }),
			});
		const fail = () => {
			throw new Error('mine');
		};
		await assert.rejects(run(fail), /mine/);
		await assert.rejects(
			run(async () => fail()),
			/mine/,
		);
		await assert.rejects(
			run(async function* () {
				yield 'half';
				fail();
			}),
			/mine/,
		);
		await assert.rejects(
			new StreamingProcessor({ transform: () => 'x', flush: fail }).run(input, output, { overwrite }),
			/mine/,
		);
		const controller = new AbortController();
		const hanging = run(() => {
			controller.abort(new Error('enough'));
			return new Promise(() => undefined);
		}, controller.signal);
		await assert.rejects(hanging, /enough/);
		await assert.rejects(upper().run(input, output, { overwrite, signal: controller.signal }), /enough/);
		const never = new Promise<never>(() => undefined);
		const stopping = new AbortController();
		const halfDone = run(async function* () {
			yield 'half';
			stopping.abort(new Error('enough'));
			await never;
		}, stopping.signal);
		await assert.rejects(halfDone, /enough/);
		const flushing = new AbortController();
		const flush = () => {
			flushing.abort(new Error('enough'));
			return never;
		};
		const options = { overwrite, signal: flushing.signal };
		await assert.rejects(new StreamingProcessor({ transform: () => 'x', flush }).run(input, output, options), /enough/);
		await assert.rejects(upper().run(input, output, null as never), { code: 'invalidOption' });
		await assert.rejects(upper({ maxLineBytes: 2 }).run(file('abc', 'long'), output, { overwrite }), {
			code: 'lineTooLong',
		});
		await assert.rejects(upper().run(path('none'), output, { overwrite }), { code: 'fileUnreadable' });
		await assert.rejects(upper().run(input, path('none/output')), { code: 'fileUnwritable', message: /ENOENT/ });
		await assert.rejects(new StreamingProcessor({ transform: () => 5 as never }).run(input, output, { overwrite }), {
			code: 'invalidOption',
			message: /"transform"/,
		});
		assert.equal(readFileSync(output, 'utf8'), 'old');
	});

	it('tells of a progress callback that fails and goes on', async () => {
		const warnings: string[] = [];
		const end = onWarning(({ message }) => warnings.push(message));
		const failing = upper({
			onProgress: () => {
				throw new Error('mine');
			},
		});
		await failing.run(file('a\n'), path('progress'));
		const rejecting = upper({ onProgress: () => Promise.reject(new Error('later')) });
		await rejecting.run(file('b\n'), path('rejected'));
		await new Promise(setImmediate);
		end();
		assert.equal(readFileSync(path('progress'), 'utf8'), 'A\n');
		assert.equal(readFileSync(path('rejected'), 'utf8'), 'B\n');
		assert.match(warnings.join(), /progress.*mine.*progress.*later/);
	});

	it('reports itself as one stream', async () => {
		const hub = recordingHub();
		await upper({ name: 'shout', onProgress: () => hub.drain() }).run(file('a\nb\n'), path('reported'));
		const streams = hub.drain().entries.filter((entry): entry is StreamEntry => entry.type === 'stream');
		assert.deepEqual(
			streams.map(({ kind, name, readBytes, writtenBytes, lines, disposed }) => ({
				kind,
				name,
				readBytes,
				writtenBytes,
				lines,
				disposed,
			})),
			[{ kind: 'transform', name: 'shout', readBytes: 4, writtenBytes: 4, lines: 2, disposed: true }],
		);
		hub.leave();
	});
});
