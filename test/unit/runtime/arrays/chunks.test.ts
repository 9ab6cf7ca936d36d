import assert from 'node:assert/strict';
import fc from 'fast-check';
import { chunks } from '../../../../src/runtime/arrays/chunks.ts';

describe('chunks', () => {
	it('walks over a typed array without copying it', () => {
		const array = Float64Array.from({ length: 10 }, (_, i) => i);
		const pieces = [...chunks(array, 4)];
		assert.deepEqual(
			pieces.map(piece => [...piece]),
			[
				[0, 1, 2, 3],
				[4, 5, 6, 7],
				[8, 9],
			],
		);
		assert.ok(pieces.every(piece => piece.buffer === array.buffer));
		pieces[2]?.set([99]);
		assert.equal(array[8], 99);
		assert.ok([...chunks(Buffer.alloc(3), 2)].every(piece => Buffer.isBuffer(piece)));
	});

	it('takes a length in bytes, rounded down to whole elements', () => {
		const lengths = Array.from(chunks(new Float64Array(10), { bytes: 31 }), piece => piece.length);
		assert.deepEqual(lengths, [3, 3, 3, 1]);
	});

	it('covers everything once, in order', () => {
		fc.assert(
			fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 50 }), (values, length) => {
				const pieces = [...chunks(values, length)];
				assert.deepEqual(pieces.flat(), values);
				assert.ok(pieces.every((piece, i) => (i < pieces.length - 1 ? piece.length === length : piece.length > 0)));
				assert.deepEqual(
					Array.from(chunks(Float64Array.from(values), length), piece => [...piece]),
					pieces,
				);
			}),
		);
	});

	it('refuses a wrong length before the first piece is asked for', () => {
		const array = new Float64Array(4);
		for (const length of [0, -1, 1.5, Number.NaN, undefined, '2', { bytes: 0 }, { bytes: 7 }, null]) {
			assert.throws(() => chunks(array, length as number), { code: 'invalidOption' }, String(length));
		}
		assert.throws(() => chunks([1, 2], { bytes: 8 } as unknown as number), { code: 'invalidOption' });
		assert.throws(() => chunks('text' as unknown as number[], 2), { code: 'invalidOption' });
	});

	it('does not end early when the memory was transferred meanwhile', () => {
		const array = new Float64Array(4);
		const walk = chunks(array, 2);
		walk.next();
		structuredClone(array, { transfer: [array.buffer] });
		assert.throws(() => walk.next(), TypeError);
	});
});
