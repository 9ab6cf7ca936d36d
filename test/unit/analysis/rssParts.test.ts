import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type PartsSample, partBytes, partName, RSS_PART_KINDS, rssParts } from '../../../src/analysis/rssParts.ts';
import { rssPartsSeries } from '../../../src/analysis/rssPartsSeries.ts';
import { SeriesStore } from '../../../src/analysis/seriesStore.ts';

const MB = 2 ** 20;
const LIMIT = 2 ** 40;
const figure = fc.option(fc.integer({ min: 0, max: LIMIT }), { nil: undefined });
const sample: fc.Arbitrary<PartsSample> = fc
	.record({
		rssBytes: fc.integer({ min: 0, max: LIMIT }),
		heapUsedBytes: figure,
		heapTotalBytes: figure,
		heapPhysicalBytes: figure,
		heapCodeBytes: figure,
		externalBytes: figure,
		arrayBuffersBytes: figure,
		mallocedBytes: figure,
		stackBytes: figure,
		rssFileBytes: figure,
		managedBytes: figure,
	})
	.map(figures => Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined)));

/** A process of 200 MB, as Linux and V8 tell it. */
const linux: PartsSample = {
	rssBytes: 200 * MB,
	heapUsedBytes: 60 * MB,
	heapTotalBytes: 80 * MB,
	heapPhysicalBytes: 70 * MB,
	heapCodeBytes: 2 * MB,
	externalBytes: 55 * MB,
	arrayBuffersBytes: 50 * MB,
	mallocedBytes: 1 * MB,
	stackBytes: 0.125 * MB,
	rssFileBytes: 40 * MB,
};
const megabytes = (figures: PartsSample): Record<string, number> =>
	Object.fromEntries((rssParts(figures)?.parts ?? []).map(part => [partName(part), part.bytes / MB]));

describe('rssParts', () => {
	it('sums to RSS, whatever the figures say', () => {
		fc.assert(
			fc.property(sample, fc.array(sample, { maxLength: 3 }), (figures, workers) => {
				const split = rssParts(figures, workers);
				assert.ok(split);
				assert.equal(
					split.parts.reduce((sum, { bytes }) => sum + bytes, 0),
					figures.rssBytes,
				);
				assert.ok(split.parts.every(({ bytes }) => bytes >= 0));
				assert.ok(split.notResidentBytes >= 0);
				const kinds = split.parts.flatMap(part => part.kinds);
				assert.equal(new Set(kinds).size, kinds.length, 'each kind is in one part at most');
				assert.ok((split.managedBytes ?? 0) <= split.rssBytes);
				if (workers.length === 0 || figures.heapTotalBytes === undefined)
					assert.ok(RSS_PART_KINDS.every(kind => kind === 'workers' || kinds.includes(kind)));
			}),
		);
	});

	it('tells all parts apart on Linux', () => {
		assert.deepEqual(megabytes(linux), {
			'heap used': 58,
			'heap free': 10,
			'code and stacks': 2.125,
			'array buffers': 50,
			'other external': 5,
			native: 34.875,
			'mapped files': 40,
		});
	});

	it('has one slice, named for what is in it, where the system does not tell', () => {
		const { stackBytes: _stack, rssFileBytes: _file, ...elsewhere } = linux;
		assert.deepEqual(megabytes(elsewhere), {
			'heap used': 58,
			'heap free': 10,
			'array buffers': 50,
			'other external': 5,
			'code and stacks, native, mapped files': 77,
		});
		assert.deepEqual(megabytes({ rssBytes: 9 * MB }), {
			'heap used, heap free, code and stacks, array buffers, other external, native, mapped files': 9,
		});
		assert.equal(rssParts({ heapUsedBytes: 1 }), undefined);
	});

	it('takes from array buffers what is not resident, and says how much', () => {
		const split = rssParts({ ...linux, arrayBuffersBytes: 1_050 * MB, externalBytes: 1_055 * MB });
		assert.ok(split);
		assert.equal(partBytes(split, 'arrayBuffers'), 88.875 * MB);
		assert.equal(partBytes(split, 'native'), 1 * MB, 'what V8 itself has from malloc is there for sure');
		assert.equal(split.notResidentBytes, (1_055 - 88.875) * MB);
		assert.equal(partBytes(split, 'heapUsed'), 58 * MB);
	});

	it('leaves array buffers theirs while the account of freed ones lags behind', () => {
		const sample = { rssBytes: 215 * MB, heapUsedBytes: 5 * MB, heapTotalBytes: 5 * MB, rssFileBytes: 47 * MB };
		const split = rssParts({ ...sample, externalBytes: 281 * MB, arrayBuffersBytes: 160 * MB });
		assert.ok(split);
		assert.equal(partBytes(split, 'arrayBuffers'), 160 * MB);
		assert.equal(partBytes(split, 'otherExternal'), 3 * MB);
	});

	it('counts worker threads beside the main one', () => {
		const split = rssParts(linux, [{ heapTotalBytes: 8 * MB, heapPhysicalBytes: 6 * MB, externalBytes: 2 * MB }]);
		assert.ok(split);
		assert.equal(partBytes(split, 'workers'), 8 * MB);
		assert.equal(partBytes(split, 'native'), 26.875 * MB);
	});

	it('never has more managed than there is', () => {
		assert.equal(rssParts({ ...linux, managedBytes: 20 * MB })?.managedBytes, 20 * MB);
		assert.equal(rssParts({ ...linux, managedBytes: 900 * MB })?.managedBytes, 113 * MB);
	});
});

describe('rssPartsSeries', () => {
	it('sums to RSS at each instant', () => {
		fc.assert(
			fc.property(fc.array(sample, { maxLength: 60 }), samples => {
				const store = new SeriesStore();
				for (const [i, figures] of samples.entries()) store.push({ type: 'sample', t: 50 * i, ...figures });
				const series = rssPartsSeries(store.data);
				for (const [i, rss] of series.rssBytes.entries()) {
					const columns = [...Object.values(series.columns), ...(series.mixed ? [series.mixed] : [])];
					assert.equal(
						columns.reduce((sum, column) => sum + (column[i] ?? 0), 0),
						rss,
					);
				}
			}),
		);
	});

	it('goes on with what is asked for less often, and not for longer than a second', () => {
		const store = new SeriesStore();
		const { heapPhysicalBytes: _p, heapCodeBytes: _c, mallocedBytes: _m, ...often } = linux;
		store.push({ type: 'sample', t: 0, ...linux });
		store.push({ type: 'sample', t: 50, ...often, heapUsedBytes: 62 * MB, heapTotalBytes: 84 * MB });
		store.push({ type: 'sample', t: 2_000, ...often });
		const { columns } = rssPartsSeries(store.data);
		assert.deepEqual(
			columns.heapFree?.map(bytes => (bytes ?? 0) / MB),
			[10, 12, 20],
		);
		assert.deepEqual(
			columns.heapUsed?.map(bytes => (bytes ?? 0) / MB),
			[58, 60, 60],
		);
	});

	it('leaves a gap where RSS was not measured', () => {
		const store = new SeriesStore();
		const { rssBytes: _, ...rest } = linux;
		store.push({ type: 'sample', t: 0, ...linux });
		store.push({ type: 'sample', t: 50, ...rest });
		const { columns, rssBytes } = rssPartsSeries(store.data);
		assert.equal(rssBytes[1], null);
		assert.equal(columns.heapUsed?.[1], null);
	});
});
