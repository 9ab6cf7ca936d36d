import assert from 'node:assert/strict';
import { constants } from 'node:buffer';
import fc from 'fast-check';
import { availability, checkAvailable } from '../../../../src/runtime/arrays/available.ts';
import type { Dtype } from '../../../../src/runtime/arrays/dtypes.ts';
import { estimateBytes } from '../../../../src/runtime/arrays/estimateBytes.ts';
import { configure, resetConfig } from '../../../../src/runtime/config.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;

describe('estimateBytes', () => {
	it('is what the typed array takes', () => {
		assert.equal(estimateBytes(10, 'uint8'), 10);
		assert.equal(estimateBytes([3, 4], 'float64'), new Float64Array(12).byteLength);
		assert.equal(estimateBytes([], 'bigint64'), 8);
		assert.equal(estimateBytes([2 ** 40, 2 ** 40, 0], 'float32'), 0);
		assert.equal(estimateBytes(2 ** 50 - 1, 'float64'), 2 ** 53 - 8);
	});

	it('refuses what is no shape, no type, or beyond what numbers tell', () => {
		for (const shape of [-1, Number.NaN, 1.5, [2, -3], ['4'], undefined, 2 ** 53, [2 ** 30, 2 ** 30], 2 ** 50]) {
			assert.throws(() => estimateBytes(shape as number, 'float64'), { code: 'invalidOption' }, String(shape));
		}
		assert.throws(() => estimateBytes(1, 'double' as Dtype), {
			message: /"dtype" must be one of int8, .*, not "double"/,
		});
	});

	it('agrees with the product of the lengths', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(30), { maxLength: 5 }), shape => {
				assert.equal(
					estimateBytes(shape, 'int16'),
					shape.reduce((product, length) => product * length, 2),
				);
			}),
		);
	});
});

describe('checkAvailable', () => {
	afterEach(resetConfig);

	it('says yes, and what there is', () => {
		const { available, neededBytes, availableBytes, boundBy, reason } = checkAvailable(1000, { what: 'The table' });
		assert.deepEqual([available, neededBytes], [true, 1000]);
		assert.ok(availableBytes === undefined || availableBytes >= 1000);
		assert.ok(boundBy);
		assert.match(reason, /^The table needs 0.98 KB, and .+\.$/);
	});

	it('refuses with what bounds it and what to do: the machine or its container', () => {
		const { available, boundBy, reason } = availability(2 ** 50, { arrays: 1_000_000 });
		assert.equal(available, false);
		assert.match(
			reason,
			/^This needs 1024 TB, but the (machine|container of .+) has .+ left, of which .+ stay in reserve\.$/,
		);
		assert.ok(boundBy === 'machine' || boundBy === 'container');
		assert.throws(() => checkAvailable(2 ** 50, { arrays: 1_000_000 }), {
			code: 'insufficientMemory',
			message: /Work in pieces .*optimizeDtype.*freeMemory/,
		});
	});

	it('refuses beyond the budget', () => {
		configure({ maxMemoryBytes: 10 * MB });
		const { available, availableBytes, boundBy } = availability(MB);
		assert.deepEqual([available, availableBytes, boundBy], [false, 0, 'budget']);
		assert.throws(() => checkAvailable(MB), {
			message: /the budget of 10.0 MB .* has 0 B left\. .*raise maxMemoryBytes/,
		});
	});

	it('refuses what is larger than an array can be, unless it is several', () => {
		// Nothing else may be in the way: what the machine has does not matter to the least of all bounds.
		const most = constants.MAX_LENGTH;
		const one = availability(most + 1, { arrays: 1 });
		assert.equal(one.available, false);
		assert.ok((one.availableBytes ?? 0) <= most);
	});

	it('keeps what is to stay in reserve', () => {
		const all = availability(0, { reserveBytes: 0 });
		const some = availability(0, { reserveBytes: 2 ** 60 });
		assert.equal(all.available, true);
		assert.deepEqual([some.available, some.availableBytes], [true, 0]);
		assert.equal(availability(1, { reserveBytes: 2 ** 60 }).available, false);
	});

	it('tells the profiler of a refusal', () => {
		const hub = recordingHub();
		assert.throws(() => checkAvailable(Number.POSITIVE_INFINITY, { what: 'The universe' }));
		const [notice] = hub.drain().entries.filter(({ type }) => type === 'notice');
		assert.ok(notice?.type === 'notice');
		assert.match(notice.message, /^The universe needs more bytes than can be counted, but /);
		hub.leave();
	});

	it('refuses sizes that are none', () => {
		for (const bytes of [-1, Number.NaN, undefined, '5']) {
			assert.throws(() => checkAvailable(bytes as number), { code: 'invalidOption' });
		}
		assert.throws(() => checkAvailable(1, { reserveBytes: -1 }), { code: 'invalidOption' });
		assert.throws(() => checkAvailable(1, { arrays: 0 }), { code: 'invalidOption' });
		assert.throws(() => checkAvailable(1, { what: 5 as unknown as string }), { code: 'invalidOption' });
	});
});
