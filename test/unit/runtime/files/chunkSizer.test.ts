import assert from 'node:assert/strict';
import { AdaptiveChunkSizer } from '../../../../src/runtime/files/chunkSizer.ts';
import { FileReader } from '../../../../src/runtime/files/fileReader.ts';
import { pressure } from '../../../../src/runtime/monitor/pressure.ts';
import { stopMonitoring } from '../../../../src/runtime/monitor/sharedMonitor.ts';
import { scratch } from './files.ts';

const KIB = 1024;

describe('AdaptiveChunkSizer', () => {
	const { file } = scratch();
	// The level is this test's own.
	before(() => stopMonitoring());
	afterEach(() => pressure.set('normal', 'the test is over', true));

	/** Sizes over chunks that are read at `rate(bytes)` bytes per ms. */
	const sizes = (sizer: AdaptiveChunkSizer, rate: (bytes: number) => number, chunks = 100) =>
		Array.from({ length: chunks }, () => {
			const { bytes } = sizer;
			sizer.record(bytes, bytes / rate(bytes));
			return bytes;
		});

	it('grows while that is faster, and goes back a step when it is not', () => {
		const until1MiB = (bytes: number) => Math.min(bytes, 1024 * KIB);
		assert.equal(sizes(new AdaptiveChunkSizer(), until1MiB).at(-1), 1024 * KIB);
		assert.equal(sizes(new AdaptiveChunkSizer({ maxBytes: 512 * KIB }), bytes => bytes).at(-1), 512 * KIB);
		const [first, ...rest] = sizes(new AdaptiveChunkSizer({ minBytes: 10, maxBytes: 20 }), () => 1);
		assert.ok(rest.every(bytes => bytes === first));
	});

	it('halves at high, falls to the least at critical and comes back by doubling', () => {
		const sizer = new AdaptiveChunkSizer({ minBytes: 64 * KIB, maxBytes: 4096 * KIB });
		const calm = sizes(sizer, bytes => bytes).at(-1) ?? 0;
		assert.equal(calm, 4096 * KIB);
		pressure.set('high', 'test', true);
		assert.equal(sizer.bytes, calm / 2);
		pressure.set('critical', 'test', true);
		assert.equal(sizer.bytes, 64 * KIB);
		pressure.set('normal', 'test', true);
		assert.deepEqual([sizer.bytes, sizer.bytes, sizer.bytes], [128 * KIB, 256 * KIB, 512 * KIB]);
	});

	it('makes a reader take less at a time under pressure', async () => {
		const reader = new FileReader(file(Buffer.alloc(1024 * KIB)), {
			minChunkBytes: 16 * KIB,
			maxChunkBytes: 128 * KIB,
		});
		const lengths: number[] = [];
		for await (const chunk of reader.chunks()) {
			lengths.push(chunk.length);
			if (lengths.length === 2) pressure.set('critical', 'test', true);
		}
		assert.equal(lengths[0], 128 * KIB);
		assert.equal(lengths.at(-1), 16 * KIB);
		assert.equal(
			lengths.reduce((sum, length) => sum + length),
			1024 * KIB,
		);
	});

	it('refuses bounds that are none', () => {
		assert.throws(() => new AdaptiveChunkSizer({ minBytes: 0 }), { code: 'invalidOption', message: /minBytes/ });
		assert.throws(() => new AdaptiveChunkSizer({ maxBytes: Number.NaN }), { code: 'invalidOption' });
		assert.throws(() => new AdaptiveChunkSizer({ minBytes: 2, maxBytes: 1 }), { code: 'invalidOption' });
	});
});
