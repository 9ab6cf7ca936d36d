import assert from 'node:assert/strict';
import type { Report } from '../../../src/analysis/report.ts';
import { mostHeldSection } from '../../../src/cli/mostHeld.ts';

const MB = 1024 * 1024;
const site = (functionName: string, line: number, share: number) => ({
	...{ functionName, line, share, column: 1, file: '/w/load.mjs', kind: 'user' as const },
});
const allocations = {
	...{ t: 2_000, cause: 'final', intervalBytes: 131_072, profiles: 3, liveBytes: 40 * MB },
	sites: [{ ...site('parse', 12, 0.75), selfBytes: 30 * MB, totalBytes: 30 * MB }],
};
const offHeap = {
	...{ t: 3_000, liveBytes: 100 * MB, standardErrorBytes: 0 },
	sites: [
		{ ...site('', 0, 0.1), kind: 'native', memory: 'buffer', bytes: 10 * MB, samples: 9 },
		{ ...site('readBlock', 61, 0.9), memory: 'buffer', bytes: 90 * MB, samples: 9 },
	],
};
const linesOf = (report: object) => mostHeldSection({ cwd: '/w', ...report } as Report);

describe('the line that held most', () => {
	it('is named with its share, on whichever side of the heap it is', () => {
		const outside = ['Most memory  load.mjs:61, readBlock: 90.0 MB, 90 % of what was live outside the heap at 3.00 s'];
		assert.deepEqual(linesOf({ allocations, offHeap }), outside);
		const onHeap = ['Most memory  load.mjs:12, parse: 30.0 MB, 75 % of what was live on the heap at 2.00 s'];
		assert.deepEqual(linesOf({ allocations }), onHeap);
	});
	it('is left out where no line stands out, and where the end has its own sentence', () => {
		assert.deepEqual(linesOf({}), []);
		assert.deepEqual(linesOf({ offHeap: { ...offHeap, sites: offHeap.sites.slice(0, 1) } }), []);
		const spread = allocations.sites.map(one => ({ ...one, share: 0.1 }));
		assert.deepEqual(linesOf({ allocations: { ...allocations, sites: spread } }), []);
		assert.deepEqual(linesOf({ offHeap, lastMoments: { sentence: 'full', sites: [] } }), []);
	});
});
