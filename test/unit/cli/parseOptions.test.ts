import assert from 'node:assert/strict';
import { parseInterval, parseRate } from '../../../src/cli/parseOptions.ts';

describe('options of the command line', () => {
	for (const [text, bytes] of [
		['131072', 131_072],
		['128KB', 131_072],
		['128 kib', 131_072],
		['0.5M', 524_288],
		['32k', 32_768],
	] as const) {
		it(`reads the interval ${text}`, () => assert.equal(parseInterval(text), bytes));
	}

	for (const text of ['', 'KB', '-1', '12', '1GB', '100MB', '128KB!', 'NaN', '1e9']) {
		it(`refuses the interval ${JSON.stringify(text)}`, () => assert.throws(() => parseInterval(text), /128KB/));
	}

	it('reads a rate and refuses what is none', () => {
		assert.equal(parseRate('20'), 20);
		for (const text of ['0', '101', 'fast', '', ' ', 'Infinity']) assert.throws(() => parseRate(text), /1 to 100/);
	});
});
