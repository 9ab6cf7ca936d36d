import assert from 'node:assert/strict';
import { partsAt, workerSeries } from '../../../src/analysis/partsAt.ts';
import { partBytes } from '../../../src/analysis/rssParts.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry, ProcessEntry } from '../../../src/protocol/entries.ts';
import { sampleEntries, sampleHeader } from '../../support/sampleSession.ts';

function modelOf(entries: readonly Entry[]): SessionModel {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
}

describe('partsAt', () => {
	it('sums to RSS at every moment', () => {
		const { data } = modelOf(sampleEntries(20_000, 'exit')).series;
		for (let i = 0; i < data.t.length; i++) {
			const split = partsAt(data, i);
			assert.ok(split && split.parts.length > 2);
			const sum = split.parts.reduce((bytes, part) => bytes + part.bytes, 0);
			assert.ok(Math.abs(sum - split.rssBytes) < 1, `${sum} of ${split.rssBytes} at ${split.t}`);
		}
	});

	it('takes the last answer of a process that is too busy to give one', () => {
		const { data } = modelOf([
			{
				...{ type: 'sample', t: 10, rssBytes: 1_000, heapUsedBytes: 300, heapTotalBytes: 400 },
				...{ externalBytes: 200, arrayBuffersBytes: 150 },
			},
			{ type: 'sample', t: 60, rssBytes: 1_100 },
		]).series;
		const split = partsAt(data, 1);
		assert.equal(split?.rssBytes, 1_100);
		assert.equal(split && partBytes(split, 'heapUsed'), 300);
		assert.equal(split && partBytes(split, 'arrayBuffers'), 150);
	});

	it('takes what the process says of the same instant, though it is told after RSS', () => {
		const heap = { heapUsedBytes: 300, heapTotalBytes: 400, externalBytes: 250 };
		const { data } = modelOf([
			{ type: 'sample', t: 10, rssBytes: 1_000, ...heap, arrayBuffersBytes: 200 },
			{ type: 'sample', t: 60, rssBytes: 1_100 },
			{ type: 'sample', t: 60, ...heap, arrayBuffersBytes: 150 },
		]).series;
		for (const index of [1, 2]) {
			const split = partsAt(data, index);
			assert.equal(split?.rssBytes, 1_100);
			assert.equal(split && partBytes(split, 'arrayBuffers'), 150);
		}
	});

	it('looks back to where RSS was read', () => {
		const { data } = modelOf([
			{ type: 'sample', t: 10, rssBytes: 1_000 },
			{ type: 'sample', t: 60, heapUsedBytes: 10 },
		]).series;
		assert.equal(partsAt(data, 1)?.t, 10);
		assert.equal(partsAt(data, -1), undefined);
	});
});

describe('workerSeries', () => {
	it('finds the workers that live in a process, those that workers started too', () => {
		const entry = (process: number, more: Partial<ProcessEntry>): Entry =>
			({
				...{ type: 'process', t: 1, process, kind: 'worker', pid: 1, cwd: '/', runtime: true },
				...{ nodeVersion: '24.0.0', v8Version: '13', platform: 'linux', arch: 'x64' },
				...more,
			}) as Entry;
		const model = modelOf([
			entry(2, { parent: 1 }),
			entry(3, { parent: 2 }),
			entry(4, { parent: 1, kind: 'child' }),
			entry(5, { parent: 4 }),
			entry(6, { parent: 7 }),
			entry(7, { parent: 6 }),
		]);
		assert.deepEqual(workerSeries(model, 1), [model.of(2)?.series.data, model.of(3)?.series.data]);
		assert.deepEqual(workerSeries(model, 4), [model.of(5)?.series.data]);
	});
});
