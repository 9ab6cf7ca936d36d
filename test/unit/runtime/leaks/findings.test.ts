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

	it('is none where its objects only replace older ones, which were not sampled', () => {
		assert.deepEqual(found([5446, 5450, 5440, 5451, 5460], rising), []);
	});

	it('is none where only the first round brought something to the heap', () => {
		// Measured on Node 20, of a store that changes its values.
		assert.deepEqual(found([5446, 5872, 5825, 5851, 5879], rising), []);
	});
});
