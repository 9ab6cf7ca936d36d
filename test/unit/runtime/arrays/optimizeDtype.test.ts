import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TypedArray } from '../../../../src/runtime/arrays/dtypes.ts';
import { type OptimizeDtypeOptions, optimizeDtype } from '../../../../src/runtime/arrays/optimizeDtype.ts';
import { recordingHub } from '../hub.ts';

const to = (values: number[], options?: OptimizeDtypeOptions) => optimizeDtype(Float64Array.from(values), options).to;

describe('optimizeDtype', () => {
	it('finds the smallest type of whole numbers', () => {
		const cases: [number[], string][] = [
			[[0, 255], 'uint8'],
			[[-128, 127], 'int8'],
			[[0, 256], 'uint16'],
			[[-1, 128], 'int16'],
			[[-32_768, 32_767], 'int16'],
			[[0, 65_536], 'uint32'],
			[[-1, 32_768], 'int32'],
			[[-(2 ** 31), 2 ** 31 - 1], 'int32'],
			[[0, 2 ** 32 - 1], 'uint32'],
			// One above: float32 holds 2^32 but not what lies between.
			[[0, 2 ** 32], 'float32'],
			[[1, 2 ** 32 + 1], 'float64'],
			[[-1, 2 ** 32 - 1], 'float64'],
		];
		for (const [values, expected] of cases) assert.equal(to(values), expected, String(values));
	});

	it('says what NaN, infinities, -0 and fractions do to whole numbers', () => {
		const reason = (values: number[]) => optimizeDtype(values, { integersOnly: true }).reason;
		assert.equal(reason([1, Number.NaN]), 'No integer type holds the values: no integer stands for NaN at index 1.');
		assert.match(reason([Number.NEGATIVE_INFINITY]), /no integer stands for -Infinity at index 0/);
		assert.match(reason([0, -0]), /no integer stands for -0 at index 1/);
		assert.match(reason([1, 2, 0.5]), /0\.5 at index 2 is not whole/);
		assert.match(reason([1e12]), /1000000000000 at index 0 is beyond 32 bits/);
		for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0]) {
			const { array, to, lossless } = optimizeDtype(Float64Array.of(1, value));
			assert.deepEqual([to, lossless, array[1]], ['float32', true, value]);
		}
	});

	it('goes to float32 only where it is exact, or within the tolerance', () => {
		assert.equal(to([0.5, 0.25]), 'float32');
		assert.equal(to([0.1]), 'float64');
		assert.equal(to([0.1], { tolerance: 1e-8 }), 'float32');
		assert.equal(to([0.1], { tolerance: 1e-10 }), 'float64');
		assert.equal(to([0.1, 1e10 + 0.1], { tolerance: { relative: 1e-7 } }), 'float32');
		assert.equal(to([0.1, 1e10 + 0.1], { tolerance: { absolute: 1e-7 } }), 'float64');
		assert.equal(to([1e300], { tolerance: { relative: 1e9 } }), 'float64');
		assert.equal(to([0.5], { integersOnly: true }), 'float64');
		const { maxError, lossless, reason } = optimizeDtype([0.1], { tolerance: 1e-8 });
		assert.deepEqual([maxError, lossless], [Math.abs(Math.fround(0.1) - 0.1), false]);
		assert.match(reason, /off by at most 1\.49\d+e-9; no integer type holds them: 0\.1 at index 0 is not whole/);
	});

	it('gives back what cannot be smaller', () => {
		for (const array of [
			Float64Array.of(0.1),
			Uint8Array.of(1),
			Float32Array.of(0.5),
			Int16Array.of(-300),
			new Float64Array(0),
		]) {
			const result = optimizeDtype(array);
			assert.equal(result.array, array);
			assert.deepEqual([result.savedBytes, result.lossless, result.from], [0, true, result.to]);
		}
		const { array, from, to } = optimizeDtype([0.1]);
		assert.deepEqual([array, from, to], [Float64Array.of(0.1), 'array', 'float64']);
		assert.match(optimizeDtype(Float32Array.of(70_000)).reason, /That is no smaller than float32/);
	});

	it('counts what it saves', () => {
		const { inputBytes, outputBytes, savedBytes, from, to, reason } = optimizeDtype(new Float64Array(1000).fill(7));
		assert.deepEqual(
			{ inputBytes, outputBytes, savedBytes },
			{ inputBytes: 8000, outputBytes: 1000, savedBytes: 7000 },
		);
		assert.deepEqual([from, to, reason], ['float64', 'uint8', 'Whole numbers from 7 to 7 fit uint8.']);
	});

	it('makes big integers that fit 32 bits ordinary numbers', () => {
		assert.deepEqual(optimizeDtype(BigInt64Array.of(-1n, 5n)).array, Int8Array.of(-1, 5));
		assert.deepEqual(optimizeDtype(BigUint64Array.of(70_000n)).array, Uint32Array.of(70_000));
		for (const values of [[2n ** 40n], [-1n, 2n ** 32n - 1n], []]) {
			const array = BigInt64Array.from(values);
			assert.equal(optimizeDtype(array).array, array);
		}
	});

	it('refuses what is no array of numbers, and a tolerance that is none', () => {
		for (const wrong of [undefined, null, 'text', {}, new DataView(new ArrayBuffer(8)), new ArrayBuffer(8)]) {
			assert.throws(() => optimizeDtype(wrong as unknown as number[]), { code: 'invalidInput' });
		}
		assert.throws(() => optimizeDtype([1, '2' as unknown as number]), { message: /at index 1 is "2"/ });
		assert.throws(() => optimizeDtype([1n as unknown as number]), { code: 'invalidInput' });
		for (const tolerance of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', { relative: -1 }, null]) {
			assert.throws(() => optimizeDtype([1], { tolerance } as OptimizeDtypeOptions), { code: 'invalidOption' });
		}
	});

	it('comes back as it was: every value where it is lossless, within the tolerance otherwise', () => {
		const special = fc.constantFrom(
			0,
			-0,
			Number.NaN,
			Number.POSITIVE_INFINITY,
			2 ** 24,
			2 ** 24 + 1,
			2 ** 31,
			2 ** 32,
			5e-324,
		);
		const value = fc.oneof(fc.integer({ min: -300, max: 70_000 }), fc.float(), fc.double(), special);
		const values = fc.oneof(
			fc.array(fc.integer({ min: 0, max: 300 })),
			fc.array(fc.integer()),
			fc.array(fc.float()),
			fc.array(value),
		);
		const tolerance = fc.record({
			absolute: fc.double({ min: 0, max: 1, noNaN: true }),
			relative: fc.double({ min: 0, max: 1e-3, noNaN: true }),
		});
		const source = fc.constantFrom<(list: number[]) => TypedArray | number[]>(
			list => list,
			list => Float64Array.from(list),
			list => Float32Array.from(list),
			list => Int32Array.from(list),
			list => Uint16Array.from(list),
		);
		fc.assert(
			fc.property(values, source, fc.option(tolerance, { nil: undefined }), (list, from, allowed) => {
				const input = from(list);
				const result = optimizeDtype(input, allowed ? { tolerance: allowed } : {});
				assert.equal(result.array.length, input.length);
				assert.ok(result.savedBytes >= 0);
				assert.equal(result.outputBytes, result.array.byteLength);
				assert.ok(allowed || result.lossless);
				let worst = 0;
				for (let i = 0; i < input.length; i++) {
					const [was, is] = [Number(input[i]), Number(result.array[i])];
					if (Object.is(was, is)) continue;
					assert.ok(!result.lossless && allowed);
					const error = Math.abs(was - is);
					assert.ok(error <= allowed.absolute + allowed.relative * Math.abs(was));
					worst = Math.max(worst, error);
				}
				assert.equal(result.maxError, worst);
			}),
			{ numRuns: 2_000 },
		);
		fc.assert(
			fc.property(fc.array(fc.bigInt({ min: -(2n ** 34n), max: 2n ** 34n })), list => {
				const { array } = optimizeDtype(BigInt64Array.from(list));
				assert.deepEqual(Array.from<number | bigint, bigint>(array, BigInt), list);
			}),
		);
	});

	it('tells the profiler of a large conversion, and only of that', () => {
		const hub = recordingHub();
		optimizeDtype(new Float64Array(10));
		optimizeDtype(new Float64Array(10_000).fill(0.1));
		optimizeDtype(new Float64Array(10_000).fill(3));
		const entries = hub.drain().entries.filter(({ type }) => type === 'operation');
		assert.equal(entries.length, 1);
		const [entry] = entries;
		assert.ok(entry?.type === 'operation' && entry.end !== undefined && entry.end >= entry.t);
		assert.deepEqual(
			[entry.name, entry.kind, entry.inputBytes, entry.outputBytes],
			['float64 → uint8', 'converted', 80_000, 10_000],
		);
		hub.leave();
	});
});
