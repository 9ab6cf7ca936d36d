import assert from 'node:assert/strict';
import { median, spreadText } from '../../bench/statistics.ts';

describe('statistics of the bench', () => {
	it('takes the middle, or the mean of the two in the middle', () => {
		assert.equal(median([3, 1, 2]), 2);
		assert.equal(median([4, 1, 2, 3]), 2.5);
	});
	it('has no median of nothing', () => assert.throws(() => median([])));
	it('shows the spread', () => assert.equal(spreadText([1.1, 1, 1.3]), '1.10 (1.00–1.30)'));
});
