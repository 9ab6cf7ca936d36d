import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BatchSizer, type SizeDecision, type SizerBounds } from '../../../../src/runtime/batches/batchSizer.ts';
import { BytesPerItem } from '../../../../src/runtime/batches/bytesPerItem.ts';

const MB = 1024 * 1024;

describe('BatchSizer', () => {
	const make = (bounds: Partial<SizerBounds> = {}, predicted?: { size: number; reason: string }) => {
		const decisions: SizeDecision[] = [];
		const all: SizerBounds = {
			minSize: 10,
			maxSize: 400,
			baseSize: undefined,
			maxConcurrency: 1,
			maxBytes: undefined,
			declared: false,
			adaptive: true,
			...bounds,
		};
		return { sizer: new BatchSizer(all, 'normal', decision => decisions.push(decision), predicted), decisions };
	};
	const causes = (decisions: SizeDecision[]) => decisions.map(({ cause }) => cause);

	it('steps down by level at once: 100, 75, 50, 25 %', () => {
		const { sizer, decisions } = make({ maxConcurrency: 4 });
		const at = (level: 'elevated' | 'high' | 'critical') => {
			sizer.follow(level, 'level');
			return [sizer.size, sizer.concurrency];
		};
		assert.deepEqual([sizer.size, sizer.concurrency], [400, 4]);
		assert.deepEqual(at('elevated'), [300, 3]);
		assert.deepEqual(at('high'), [200, 2]);
		assert.deepEqual(at('critical'), [100, 1]);
		assert.deepEqual(causes(decisions), ['start', 'level', 'level', 'level']);
		assert.equal(
			sizer.reason,
			'Memory pressure is critical: 25 % of the usual size. Now from 200 to 100 items and from 2 to 1 batches at a time.',
		);
	});

	it('says when pressure shrank it, and grows back by half per batch', () => {
		const { sizer, decisions } = make();
		assert.equal(sizer.follow('critical', 'pressure'), true);
		assert.equal(sizer.follow('critical', 'pressure'), false);
		assert.equal(sizer.follow('normal', 'pressure'), false);
		const sizes = Array.from({ length: 5 }, () => {
			sizer.batchEnded(undefined, sizer.size, 'normal');
			return sizer.size;
		});
		assert.deepEqual(sizes, [150, 225, 337, 400, 400]);
		assert.deepEqual(causes(decisions), ['start', 'pressure', 'growth', 'growth', 'growth', 'growth']);
		assert.match(decisions[2]?.reason ?? '', /^There is room for 400 items; from 100 to 150 items\.$/);
	});

	it('begins small where bytes have to be measured, then fills the budget', () => {
		const { sizer, decisions } = make({ maxBytes: 100 * MB });
		assert.equal(sizer.size, 10);
		assert.match(sizer.reason, /not known yet/);
		for (let i = 0; i < 20; i++) sizer.batchEnded(sizer.size * MB, sizer.size, 'normal');
		assert.ok(sizer.size > 80 && sizer.size <= 90, `${sizer.size}`);
		assert.ok(
			causes(decisions)
				.slice(1)
				.every(cause => cause === 'growth'),
		);
	});

	it('shrinks at once when items turn out larger, and stays where noise would move it', () => {
		const { sizer, decisions } = make({ maxBytes: 100 * MB, baseSize: 90 });
		sizer.batchEnded(90 * MB, 90, 'normal');
		sizer.batchEnded(97 * MB, 90, 'normal');
		assert.equal(decisions.length, 1);
		sizer.batchEnded(180 * MB, 90, 'normal');
		sizer.batchEnded(180 * MB, 90, 'normal');
		assert.equal(sizer.size, 45);
		assert.equal(decisions.at(-1)?.cause, 'bytes');
		assert.equal(sizer.reason, 'About 2.00 MB per item: from 90 to 45 items, to stay within 100 MB.');
	});

	it('lowers the concurrency before it goes below the least size, and says when even that is too much', () => {
		const { sizer, decisions } = make({ maxBytes: 100 * MB, maxConcurrency: 4, baseSize: 100 });
		sizer.batchEnded(400 * MB, 100, 'normal');
		assert.deepEqual([sizer.size, sizer.concurrency], [11, 2]);
		sizer.batchEnded(2_000 * MB, 100, 'normal');
		sizer.batchEnded(2_000 * MB, 100, 'normal');
		assert.deepEqual([sizer.size, sizer.concurrency], [10, 1]);
		assert.equal(decisions.at(-1)?.cause, 'limit');
	});

	it('does not adapt when told not to', () => {
		const { sizer, decisions } = make({ adaptive: false, maxBytes: MB });
		sizer.follow('critical', 'pressure');
		sizer.batchEnded(400 * MB, 400, 'critical');
		assert.deepEqual([sizer.size, sizer.concurrency, sizer.budget, decisions.length], [400, 1, MB, 1]);
	});

	it('keeps its bounds, whatever is measured', () => {
		const levels = fc.constantFrom('normal', 'elevated', 'high', 'critical' as const);
		const step = fc.record({ bytes: fc.option(fc.double(), { nil: undefined }), level: levels, follow: fc.boolean() });
		fc.assert(
			fc.property(
				fc.array(step),
				fc.integer({ min: 1, max: 50 }),
				fc.integer({ min: 0, max: 500 }),
				fc.integer({ min: 1, max: 8 }),
				fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
				(steps, minSize, more, maxConcurrency, maxBytes) => {
					const maxSize = minSize + more;
					const { sizer, decisions } = make({ minSize, maxSize, maxConcurrency, maxBytes });
					for (const { bytes, level, follow } of steps) {
						const before = sizer.size;
						if (follow) sizer.follow(level, 'pressure');
						else sizer.batchEnded(bytes, sizer.size, level);
						assert.ok(sizer.size <= Math.max(before + 1, before * 1.5), 'grows gradually');
						assert.ok(sizer.size >= minSize && sizer.size <= maxSize);
						assert.ok(sizer.concurrency >= 1 && sizer.concurrency <= maxConcurrency);
						if (level === 'critical') assert.equal(sizer.concurrency, 1);
					}
					for (const { reason } of decisions) assert.match(reason, /^[A-Z].*\.$/);
				},
			),
		);
	});
});

describe('BytesPerItem', () => {
	it('leaves out what a collection hid, and goes by the larger of what was seen', () => {
		const perItem = new BytesPerItem();
		assert.equal(perItem.estimate, undefined);
		for (const growth of [-5_000, 0, Number.NaN, Number.POSITIVE_INFINITY])
			assert.equal(perItem.add(growth, 10), false);
		assert.equal(perItem.estimate, undefined);
		for (let i = 0; i < 30; i++) {
			perItem.add(1_000, 10);
			// Half of the batches had a collection.
			perItem.add(10, 10);
		}
		assert.equal(perItem.estimate, 100);
	});

	it('follows items that grow within three batches, and forgets what is long ago', () => {
		const perItem = new BytesPerItem();
		for (let i = 0; i < 40; i++) perItem.add(1_000, 10);
		perItem.add(5_000, 10);
		assert.equal(perItem.estimate, 100);
		perItem.add(5_000, 10);
		assert.equal(perItem.estimate, 500);
		for (let i = 0; i < 40; i++) perItem.add(1_000, 10);
		assert.equal(perItem.estimate, 100);
	});
});
