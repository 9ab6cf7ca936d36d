import assert from 'node:assert/strict';
import {
	arrayOf,
	isCount,
	isNumber,
	isRecord,
	isString,
	oneOf,
	optional,
	shape,
	tuple,
} from '../../../src/protocol/guards.ts';

describe('guards', () => {
	it('takes only finite numbers, and counts from zero', () => {
		for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1', null]) assert.equal(isNumber(value), false);
		assert.equal(isNumber(-1), true);
		assert.equal(isCount(-1), false);
		assert.equal(isCount(0), true);
	});

	it('tells records from arrays and null', () => {
		assert.deepEqual([{}, [], null, 'x'].map(isRecord), [true, false, false, false]);
	});

	it('checks lists, tuples and choices', () => {
		assert.equal(arrayOf(isString)(['a', 'b']), true);
		assert.equal(arrayOf(isString)(['a', 1]), false);
		assert.equal(tuple(isCount, isString)([1, 'a']), true);
		assert.equal(tuple(isCount, isString)([1, 'a', 2]), false);
		assert.equal(oneOf('a', 'b')('c'), false);
		assert.equal(optional(isString)(undefined), true);
		assert.equal(optional(isString)(null), false);
	});

	it('lets fields through that a newer version added', () => {
		const check = shape({ a: isCount });
		assert.equal(check({ a: 1, later: true }), true);
		assert.equal(check({ later: true }), false);
	});
});
