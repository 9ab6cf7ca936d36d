import assert from 'node:assert/strict';
import { hostileRun } from '../../../support/hostile.ts';
import { hostileCase } from '../../../support/hostileCases/images.ts';

describe('images that are cut off or changed', () => {
	it('are read or refused with the reason, and never shortened in silence', async () => {
		const hostile = await hostileCase();
		try {
			const { cases, read, refused, problems } = await hostileRun(hostile, { truncations: 6, flips: 80 });
			assert.deepEqual(problems, []);
			assert.equal(read + refused, cases);
			assert.ok(refused > 0);
		} finally {
			await hostile.dispose?.();
		}
	});
});
