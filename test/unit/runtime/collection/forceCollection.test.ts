import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { memoryManager } from '../../../../src/runtime/manager.ts';

describe('forceGarbageCollection', () => {
	it('frees what nothing holds and says how much', () => {
		let held: unknown[] | undefined = Array.from({ length: 200_000 }, (_, i) => ({ i }));
		assert.equal(held.length, 200_000);
		held = undefined;
		const { freedBytes, before, after, ms } = memoryManager.forceGarbageCollection();
		assert.ok(freedBytes > 4_000_000, `freed ${freedBytes}`);
		assert.ok(before.heapUsedBytes > after.heapUsedBytes && ms > 0);
		assert.equal(runInNewContext('typeof held'), 'undefined');
	});
});
