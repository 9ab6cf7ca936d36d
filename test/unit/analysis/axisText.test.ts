import assert from 'node:assert/strict';
import { axisBytes, axisTime, axisTop, pauseShare } from '../../../src/analysis/axisText.ts';

describe('axisText', () => {
	it('writes marks without digits that carry nothing', () => {
		assert.deepEqual([0, 2 ** 20, 64 * 2 ** 20, 1.5 * 2 ** 30, 100 * 2 ** 20].map(axisBytes), [
			'0 B',
			'1 MB',
			'64 MB',
			'1.5 GB',
			'100 MB',
		]);
	});

	it('writes times as finely as the marks are apart', () => {
		assert.equal(axisTime(0, 1_000), '0 s');
		assert.equal(axisTime(250, 50), '0.25 s');
		assert.equal(axisTime(42_000, 1_000), '42 s');
		assert.equal(axisTime(125_000, 5_000), '2:05');
		assert.equal(axisTime(61_500, 500), '1:01.5');
		assert.equal(axisTime(3_725_000, 300_000), '1:02:05');
	});

	it('leaves room above the highest value, also above none', () => {
		assert.ok(axisTop(100 * 2 ** 20) > 100 * 2 ** 20);
		assert.ok(axisTop(null) > 0);
	});

	it('draws longer pauses higher, and every pause visibly', () => {
		assert.ok(pauseShare(0) > 0.1);
		assert.ok(pauseShare(1) < pauseShare(10));
		assert.equal(pauseShare(5_000), 1);
	});
});
