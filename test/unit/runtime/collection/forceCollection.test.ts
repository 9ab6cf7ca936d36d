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

	it('counts array buffers that V8 lets go on another thread', () => {
		for (let round = 0; round < 5; round++) {
			let held: Buffer[] | undefined = Array.from({ length: 10 }, () => Buffer.alloc(5_000_000, 1));
			assert.equal(held.length, 10);
			held = undefined;
			const { before, after } = memoryManager.forceGarbageCollection();
			const freed = before.arrayBuffersBytes - after.arrayBuffersBytes;
			assert.ok(freed >= 50_000_000, `freed ${freed} in round ${round}`);
		}
	});
});
