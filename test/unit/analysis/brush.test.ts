import assert from 'node:assert/strict';
import { brushed, keyStep, MIN_BRUSH_MS, movedBy, withEdgeAt } from '../../../src/analysis/brush.ts';

describe('brush', () => {
	it('is between two times in any order, inside the run', () => {
		assert.deepEqual(brushed(300, 100, 1_000), { min: 100, max: 300 });
		assert.deepEqual(brushed(-50, 5_000, 1_000), { min: 0, max: 1_000 });
	});

	it('is never too short to be seen', () => {
		assert.deepEqual(brushed(500, 500, 1_000), { min: 500, max: 500 + MIN_BRUSH_MS });
		assert.deepEqual(brushed(1_000, 1_000, 1_000), { min: 1_000 - MIN_BRUSH_MS, max: 1_000 });
		assert.equal(brushed(0, 5, MIN_BRUSH_MS - 1), undefined);
	});

	it('keeps its length when it is moved', () => {
		assert.deepEqual(movedBy({ min: 100, max: 300 }, 50, 1_000), { min: 150, max: 350 });
		assert.deepEqual(movedBy({ min: 100, max: 300 }, -500, 1_000), { min: 0, max: 200 });
		assert.deepEqual(movedBy({ min: 100, max: 300 }, 5_000, 1_000), { min: 800, max: 1_000 });
	});

	it('lets an edge be drawn over the other one', () => {
		assert.deepEqual(withEdgeAt({ min: 100, max: 300 }, 'min', 50, 1_000), { min: 50, max: 300 });
		assert.deepEqual(withEdgeAt({ min: 100, max: 300 }, 'max', 40, 1_000), { min: 40, max: 100 });
	});

	it('steps by what can be seen', () => {
		assert.equal(keyStep({ min: 0, max: 1_000 }, { min: 0, max: 4_000 }), 100);
		assert.equal(keyStep({ min: 0, max: 10 }, { min: 0, max: 40_000 }), 100);
	});
});
