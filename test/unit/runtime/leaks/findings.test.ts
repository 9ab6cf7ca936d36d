import assert from 'node:assert/strict';
import { siteGrowth } from '../../../../src/runtime/leaks/findings.ts';
import type { LeakReading } from '../../../../src/runtime/leaks/leakReading.ts';

const KB = 1024;
const frame = { functionName: 'fill', file: '/app/fill.js', line: 3, column: 1, kind: 'user' } as const;

/** After each round: the live heap, and what one function allocated of it, in samples of 32 KB. */
function found(heapKB: readonly number[], siteKB: readonly number[]) {
	const readings = heapKB.map((heap, i): LeakReading => {
		const samples = Array.from({ length: Math.round((siteKB[i] ?? 0) / 32) }, (_, n): [number, number] => [n, 32 * KB]);
		const memory = { heapUsedBytes: heap * KB, externalBytes: 0, arrayBuffersBytes: 0, rssBytes: 0 };
		const site = { key: 'fill', frame, samples };
		return { memory, sites: [site], caches: [], pools: [], weakCaches: [], registered: [], regions: [] };
	});
	return siteGrowth({ readings, intervalBytes: 4 * KB, repeated: true, definedAt: () => undefined });
}

describe('growth of a function', () => {
	const rising = [385, 545, 625, 689, 849];

	it('is found where the heap rises with it', () => {
		const [finding, ...rest] = found([5446, 5610, 5700, 5760, 5920], rising);
		assert.match(finding?.title ?? '', /"fill" allocates is kept/);
		assert.deepEqual(finding?.site, { file: '/app/fill.js', line: 3, column: 1, functionName: 'fill' });
		assert.deepEqual(rest, []);
	});

	it('is found where a part of it moves to another function, or a table doubled early', () => {
		// Measured on Node 24, of a Map that gets 2.500 objects a round; the constructor is a place of its own from the fourth on.
		for (const [heap, site] of [
			[
				[7175, 7956, 8973, 9548, 10122],
				[849, 1586, 2691, 2980, 3348],
			],
			[
				[7175, 7919, 8946, 9527, 10095],
				[657, 1682, 2531, 2787, 3204],
			],
			[
				[7166, 7950, 8978, 9542, 10135],
				[849, 1554, 2643, 2931, 3300],
			],
		] as const) {
			assert.match(found(heap, site)[0]?.title ?? '', /"fill" allocates is kept/);
		}
	});

	it('is none where a store fills up, also beside a leak of others', () => {
		const filling = [640, 1920, 2560, 2880, 2880];
		assert.deepEqual(found([6000, 7280, 7920, 8240, 8250], filling), []);
		assert.deepEqual(found([6000, 8280, 9920, 11240, 12240], filling), []);
	});

	it('is none where its objects only replace older ones, which were not sampled', () => {
		assert.deepEqual(found([5446, 5450, 5440, 5451, 5460], rising), []);
	});

	it('is none where only the first round brought something to the heap', () => {
		// Measured on Node 20, of a store that changes its values.
		assert.deepEqual(found([5446, 5872, 5825, 5851, 5879], rising), []);
	});
});
