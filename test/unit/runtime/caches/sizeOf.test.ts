import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sizeOf } from '../../../../src/runtime/caches/sizeOf.ts';

const between = (bytes: number, low: number, high: number) =>
	assert.ok(bytes >= low && bytes <= high, `${bytes} is not within ${low} to ${high}`);

describe('sizeOf', () => {
	it('knows texts of one and of two bytes a character', () => {
		between(sizeOf('x'.repeat(10_000)), 10_000, 10_100);
		between(sizeOf('\u0416'.repeat(10_000)), 20_000, 20_100);
	});

	it('counts the memory behind views once', () => {
		const buffer = new ArrayBuffer(1_000_000);
		const views = [new Uint8Array(buffer), new Float64Array(buffer, 0, 10), new DataView(buffer), buffer];
		between(sizeOf(views), 1_000_000, 1_001_000);
		between(sizeOf(Array.from({ length: 1_000 }, (_, i) => new Uint8Array(buffer, i, 1))), 1_000_000, 1_200_000);
	});

	it('survives cycles, deep chains, proxies and getters', () => {
		const cycle: Record<string, unknown> = {};
		cycle.self = cycle;
		let chain: object = {};
		for (let i = 0; i < 100_000; i++) chain = { chain };
		const trap = new Proxy(
			{},
			{
				ownKeys() {
					throw new Error('trap');
				},
			},
		);
		const getter = {
			get touched(): never {
				throw new Error('touched');
			},
		};
		between(sizeOf([cycle, trap, getter]), 50, 500);
		assert.ok(sizeOf(chain) > 100_000);
	});

	it('estimates large collections by a sample, near the whole', () => {
		const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `name ${i % 10}`, flag: true }));
		const each = sizeOf(rows.slice(0, 100)) / 100;
		between(sizeOf(rows), each * 100_000 * 0.8, each * 100_000 * 1.2);
		const began = performance.now();
		sizeOf(new Map(rows.map(row => [row.id, row])));
		sizeOf(Object.fromEntries(rows.map(row => [`key ${row.id}`, row])));
		assert.ok(performance.now() - began < 2_000);
	});

	it('gives a whole number for anything', () => {
		fc.assert(
			fc.property(
				fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
				value => {
					assert.ok(Number.isSafeInteger(sizeOf(value)) && sizeOf(value) >= 0);
				},
			),
		);
	});
});
