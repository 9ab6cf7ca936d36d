import assert from 'node:assert/strict';
import { parseDuration, parseInterval, parseLimit, parsePid, parseRate } from '../../../src/cli/parseOptions.ts';

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

	for (const [text, bytes] of [
		['512MB', 536_870_912],
		['1.5g', 1_610_612_736],
		['33554432', 33_554_432],
	] as const) {
		it(`reads the limit ${text}`, () => assert.equal(parseLimit(text), bytes));
	}
	for (const text of ['', '1MB', '-512MB', '512', '5PB', 'Infinity', '9000000000TB']) {
		it(`refuses the limit ${JSON.stringify(text)}`, () => assert.throws(() => parseLimit(text), /512MB/));
	}

	for (const [text, ms] of [
		['30', 30_000],
		['1.5m', 90_000],
		['2 h', 7_200_000],
		['250ms', 250],
	] as const) {
		it(`reads the time ${text}`, () => assert.equal(parseDuration(text), ms));
	}
	for (const text of ['', '0', '-1s', '1d', '1e3', '200h', 's']) {
		it(`refuses the time ${JSON.stringify(text)}`, () => assert.throws(() => parseDuration(text), /30s/));
	}

	it('reads the number of a process and refuses what is none', () => {
		assert.equal(parsePid('1234'), 1234);
		for (const text of ['0', '-1', '1.5', 'node', '', '99999999999']) assert.throws(() => parsePid(text), /process/);
	});
});
