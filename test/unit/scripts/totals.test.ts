import assert from 'node:assert/strict';
import {
	judge,
	leftOutText,
	parseFailures,
	parseLeftOut,
	parseTotals,
	sum,
	totalsLine,
} from '../../../scripts/totals.ts';

const none = { passed: 0, failed: 0, skipped: 0 };

describe('totals', () => {
	it('adds up suites', () => {
		const total = sum([
			{ passed: 3, failed: 1, skipped: 0 },
			{ passed: 4, failed: 0, skipped: 2 },
		]);
		assert.deepEqual(total, { passed: 7, failed: 1, skipped: 2 });
		assert.deepEqual(sum([]), none);
	});

	it('ends with one line, which names skipped tests only where there are any', () => {
		assert.equal(totalsLine({ passed: 7, failed: 1, skipped: 0 }), '7 passed, 1 failed');
		assert.equal(totalsLine({ passed: 7, failed: 0, skipped: 2 }), '7 passed, 0 failed, 2 skipped');
	});

	it('reads only what a reporter writes', () => {
		assert.deepEqual(parseTotals('{"passed":1,"failed":0,"skipped":0}'), { passed: 1, failed: 0, skipped: 0 });
		for (const text of ['', 'null', '[]', '{"passed":1}', '{"passed":-1,"failed":0,"skipped":0}', '{"passed":"1"']) {
			assert.equal(parseTotals(text), undefined, text);
		}
	});

	it('gives what failed, and nothing where a file does not say', () => {
		assert.deepEqual(parseFailures('{"passed":1,"failures":[["a test","its message"],"other",["one"]]}'), [
			['a test', 'its message'],
		]);
		for (const text of ['', 'null', '[]', '{"failures":1}']) assert.deepEqual(parseFailures(text), [], text);
	});

	it('takes a suite for what it says', () => {
		assert.deepEqual(judge(0, { passed: 2, failed: 0, skipped: 1 }), { totals: { passed: 2, failed: 0, skipped: 1 } });
		assert.deepEqual(judge(1, { passed: 2, failed: 1, skipped: 0 }), { totals: { passed: 2, failed: 1, skipped: 0 } });
	});

	it('counts a suite that says why it cannot run here neither as passed nor as failed', () => {
		const text = leftOutText('there is no display');
		const leftOut = parseLeftOut(text);
		assert.deepEqual(judge(0, parseTotals(text), leftOut), { totals: none, leftOut: 'there is no display' });
		assert.equal(judge(1, parseTotals(text), leftOut).totals.failed, 1);
		for (const other of ['', 'null', '[]', '{"leftOut":1}', '{"passed":1,"failed":0,"skipped":0}'])
			assert.equal(parseLeftOut(other), undefined, other);
	});

	it('counts a suite that crashed, said nothing or executed nothing as failed', () => {
		assert.equal(judge(0, undefined).totals.failed, 1);
		assert.equal(judge(0, none).totals.failed, 1);
		assert.equal(judge(0, { passed: 0, failed: 0, skipped: 5 }).totals.failed, 1);
		assert.deepEqual(judge(7, { passed: 2, failed: 0, skipped: 0 }), {
			totals: { passed: 2, failed: 1, skipped: 0 },
			problem: 'ended with exit code 7',
		});
	});
});
