import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UsageSummary } from '../../../../src/runtime/monitor/usageSummary.ts';
import { machineAt } from './rawUsage.ts';

describe('UsageSummary', () => {
	it('has no figures before the first sample', () => {
		assert.deepEqual(new UsageSummary().get(), { samples: 0, ms: 0 });
	});

	it('agrees with all samples at hand', () => {
		fc.assert(
			fc.property(fc.array(fc.nat(), { minLength: 1 }), values => {
				const summary = new UsageSummary();
				for (const rssBytes of values) summary.add({ ...machineAt(0.1), rssBytes });
				const { samples, rssBytes } = summary.get();
				assert.ok(rssBytes);
				const { average, ...others } = rssBytes;
				const sum = values.reduce((a, b) => a + b, 0);
				assert.ok(Math.abs(average - sum / values.length) <= 1e-6 * Math.max(1, average));
				assert.equal(samples, values.length);
				assert.deepEqual(others, {
					current: values.at(-1),
					lowest: Math.min(...values),
					peak: Math.max(...values),
					count: values.length,
				});
			}),
		);
	});

	it('counts a figure only where a sample had it', () => {
		const summary = new UsageSummary();
		summary.add(machineAt(0.1));
		summary.add({ ...machineAt(0.1), system: { totalBytes: 5 }, container: { limitBytes: 9, usedBytes: 4 } });
		const { systemAvailableBytes, containerUsedBytes, rssBytes } = summary.get();
		assert.deepEqual([systemAvailableBytes?.count, containerUsedBytes?.count, rssBytes?.count], [1, 1, 2]);
	});
});
