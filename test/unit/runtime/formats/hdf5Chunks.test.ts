import assert from 'node:assert/strict';
import { chunkBoxes } from '../../../../src/runtime/formats/hdf5/chunkPlan.ts';
import { halfFloat } from '../../../../src/runtime/formats/hdf5/decode.ts';

const boxes = (start: number[], shape: number[], chunks: number[], mostValues: number) =>
	[...chunkBoxes({ start, shape }, chunks, mostValues)].map(box => `${box.start}+${box.shape}`);

describe('boxes along chunks', () => {
	it('hold as many whole chunks as fit, along rows first', () => {
		assert.deepEqual(boxes([0, 0], [4, 6], [2, 3], 12), ['0,0+2,6', '2,0+2,6']);
		assert.deepEqual(boxes([0, 0], [4, 6], [2, 3], 24), ['0,0+4,6']);
	});

	it('are a chunk each where no more fits', () => {
		assert.deepEqual(boxes([0, 0], [4, 4], [2, 3], 1), ['0,0+2,3', '0,3+2,1', '2,0+2,3', '2,3+2,1']);
	});

	it('of a part begin and end where the chunks do', () => {
		assert.deepEqual(boxes([1, 2], [3, 3], [2, 3], 6), ['1,2+1,1', '1,3+1,2', '2,2+2,1', '2,3+2,2']);
		assert.deepEqual(boxes([5], [0], [4], 8), []);
	});

	it('cover every value once', () => {
		const seen = new Map<string, number>();
		for (const { start, shape } of chunkBoxes({ start: [1, 0, 3], shape: [5, 7, 9] }, [2, 3, 4], 40)) {
			for (let z = 0; z < (shape[0] ?? 0); z++)
				for (let y = 0; y < (shape[1] ?? 0); y++)
					for (let x = 0; x < (shape[2] ?? 0); x++) {
						const key = `${(start[0] ?? 0) + z},${(start[1] ?? 0) + y},${(start[2] ?? 0) + x}`;
						seen.set(key, (seen.get(key) ?? 0) + 1);
					}
		}
		assert.equal(seen.size, 5 * 7 * 9);
		assert.ok([...seen.values()].every(count => count === 1));
	});
});

describe('half floats', () => {
	for (const [bits, value] of [
		[0x3c00, 1],
		[0xc000, -2],
		[0x7bff, 65504],
		[0x0001, 2 ** -24],
		[0x8000, -0],
		[0x7c00, Number.POSITIVE_INFINITY],
		[0x7e00, Number.NaN],
	] as const) {
		it(`${bits.toString(16)} is ${value}`, () => assert.ok(Object.is(halfFloat(bits), value)));
	}
});
