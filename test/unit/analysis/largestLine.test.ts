import assert from 'node:assert/strict';
import type { Attributed, Attribution, HeapSite } from '../../../src/analysis/attribution.ts';
import { largestLine, lineWords } from '../../../src/analysis/largestLine.ts';
import type { CallTreeNode } from '../../../src/analysis/sessionModel.ts';
import type { FrameKind } from '../../../src/protocol/entries.ts';
import type { OffHeapSite } from '../../../src/protocol/offHeapEntries.ts';

const MB = 1024 * 1024;
const node = (id: number, parent: number, line: number, kind: FrameKind, functionLine?: number) =>
	[
		id,
		{
			...{ id, parent },
			frame: {
				...{ id, functionName: `f${id}`, file: '/work/a.mjs', line, column: 1, kind },
				...(functionLine !== undefined && { functionLine }),
			},
		},
	] as [number, CallTreeNode];
/** A user's function at line 5 whose call at line 7 goes through a package; another one at line 20. */
const nodes = new Map([
	node(1, 0, 5, 'user'),
	node(2, 0, 7, 'user', 5),
	node(3, 2, 1, 'dependency'),
	node(4, 0, 20, 'user'),
]);
const part = <Site>(sites: Site[]): Attributed<Site> => ({
	...{ sites, bytes: 0, standardErrorBytes: 0, intervalBytes: 1, read: { min: 0, max: 1 } },
});
const of = (heap: HeapSite[], offHeap: OffHeapSite[]): Attribution => ({ heap: part(heap), offHeap: part(offHeap) });

describe('largestLine', () => {
	it('is the user’s line that holds most, and says how much of all it is', () => {
		const line = largestLine(nodes, of([[1, 10 * MB, 1]], [[3, 0, 0, 70 * MB, 1]]));
		assert.deepEqual([line?.file, line?.line, line?.functionName], ['/work/a.mjs', 7, 'f2']);
		assert.equal(line && lineWords(line, 'live'), '70.0 MB outside the heap, 88 % of what was live');
	});

	it('is the beginning of a function for what is on the heap', () => {
		const line = largestLine(nodes, of([[4, 30 * MB, 1]], [[3, 0, 0, 10 * MB, 1]]));
		assert.equal(line?.line, 20);
		assert.equal(line && lineWords(line, 'freed'), '30.0 MB on the heap, 75 % of what was freed');
	});

	it('is none where no line stands out', () => {
		assert.equal(largestLine(nodes, of([], [])), undefined);
		assert.equal(largestLine(nodes, of([[1, 1_000, 1]], [])), undefined);
		assert.equal(
			largestLine(
				nodes,
				of(
					[
						[1, 2 * MB, 1],
						[9, 90 * MB, 1],
					],
					[],
				),
			),
			undefined,
		);
	});
});
