import assert from 'node:assert/strict';
import type { CollectionResult } from '../../../../src/runtime/collection/forceCollection.ts';
import {
	collectUnlessDeferred,
	ownCollections,
	withCollectionAround,
	withoutCollection,
} from '../../../../src/runtime/collection/ownCollections.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';

describe('withoutCollection', () => {
	const since = (before: number) => ownCollections().collections - before;
	let before = 0;
	beforeEach(() => {
		before = ownCollections().collections;
	});

	it('puts a collection off to its end, and runs one for all that were asked for', () => {
		const { deferred } = ownCollections();
		const result = withoutCollection(() => {
			assert.equal(collectUnlessDeferred(), undefined);
			assert.equal(collectUnlessDeferred(), undefined);
			assert.equal(since(before), 0);
			return 5;
		});
		assert.equal(result, 5);
		assert.equal(since(before), 1);
		assert.equal(ownCollections().deferred, deferred + 1);
	});

	it('runs none when none was asked for', () => {
		withoutCollection(() => {});
		assert.equal(since(before), 0);
	});

	it('lasts until a promise settles, and through failures', async () => {
		const wrong = new Error('wrong');
		await assert.rejects(
			withoutCollection(async () => {
				await null;
				assert.equal(collectUnlessDeferred(), undefined);
				throw wrong;
			}),
			wrong,
		);
		assert.equal(since(before), 1);
		assert.throws(
			() =>
				withoutCollection(() => {
					collectUnlessDeferred();
					throw wrong;
				}),
			wrong,
		);
		assert.equal(since(before), 2);
		assert.ok(collectUnlessDeferred());
	});

	it('nests and overlaps: the last to end collects', async () => {
		let release = () => {};
		const opened = new Promise<void>(resolve => {
			release = resolve;
		});
		const slow = withoutCollection(() => opened);
		withoutCollection(() => withoutCollection(() => collectUnlessDeferred()));
		assert.equal(since(before), 0);
		release();
		await slow;
		assert.equal(since(before), 1);
	});

	it('does not stop what a person asks for', () => {
		withoutCollection(() => memoryManager.forceGarbageCollection());
		assert.equal(since(before), 1);
	});

	it('holds for every part of the library: a collection around a step waits for its end', () => {
		const seen: string[] = [];
		const tell = (...both: (CollectionResult | undefined)[]) => void seen.push(...both.map(one => typeof one));
		withoutCollection(() => withCollectionAround(() => {}, tell));
		assert.deepEqual(seen, ['undefined', 'undefined']);
		assert.equal(since(before), 1);
		withCollectionAround(() => collectUnlessDeferred(), tell);
		assert.deepEqual(seen.slice(2), ['object', 'object']);
		assert.equal(since(before), 3);
	});
});
