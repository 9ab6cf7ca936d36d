import assert from 'node:assert/strict';
import { batchProgress, batchSteps, mainBatch } from '../../../src/analysis/batchSteps.ts';
import type { BatchDecisionEntry, BatchEntry } from '../../../src/protocol/runtimeEntries.ts';

const decision = (t: number, batch: number, size: number): BatchDecisionEntry => ({
	...{ type: 'batchDecision', t, batch, size, concurrency: 1, cause: 'level', reason: 'because' },
});
const batch = (id: number, more: Partial<BatchEntry> = {}): BatchEntry => ({
	...{ type: 'batch', t: 0, id, name: `b${id}`, size: 1, minSize: 1, maxSize: 9, concurrency: 1, maxConcurrency: 1 },
	...{ inFlightItems: 0, items: 0, batches: 0, failedItems: 0, collections: 0 },
	...more,
});

describe('batchSteps', () => {
	it('keeps each size until the next decision of the same processor', () => {
		const steps = batchSteps([decision(1, 1, 8), decision(2, 2, 99), decision(5, 1, 4)], 1);
		assert.deepEqual(
			steps.map(({ from, to, size }) => [from, to, size]),
			[
				[1, 5, 8],
				[5, undefined, 4],
			],
		);
	});
});

describe('batchProgress', () => {
	it('is unknown where the input does not say how many items there are', () => {
		assert.equal(batchProgress(batch(1, { items: 5 })), undefined);
		assert.equal(batchProgress(batch(1, { items: 0, totalItems: 0 })), undefined);
		assert.equal(batchProgress(batch(1, { items: 5, totalItems: 20 })), 0.25);
		assert.equal(batchProgress(batch(1, { items: 30, totalItems: 20 })), 1);
	});
});

describe('mainBatch', () => {
	it('is one that has decided something, rather one in use, the one with most decisions', () => {
		const decisions = [decision(1, 1, 8), decision(2, 2, 8), decision(3, 2, 4)];
		assert.equal(mainBatch([batch(1), batch(2)], decisions), 2);
		assert.equal(mainBatch([batch(1), batch(2, { disposed: true })], decisions), 1);
		assert.equal(mainBatch([batch(3), batch(2, { disposed: true })], decisions), 2);
		assert.equal(mainBatch([], decisions), undefined);
	});
});
