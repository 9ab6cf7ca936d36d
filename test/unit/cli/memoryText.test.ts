import assert from 'node:assert/strict';
import { reportOf } from '../../../src/analysis/report.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { statusText } from '../../../src/cli/statusLine.ts';
import { reportText } from '../../../src/cli/text.ts';
import type { Entry, Frame } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const MB = 1024 * 1024;
const frame = (id: number, functionName: string, line: number, kind: Frame['kind'] = 'user'): Frame => ({
	...{ id, functionName, line, kind, column: 1 },
	file: kind === 'user' ? `${sampleHeader.cwd}/load.mjs` : 'node:buffer',
});

function modelOf(entries: readonly Entry[]): SessionModel {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	return model;
}

const main: Entry = {
	...{ type: 'process', t: 1, kind: 'main', pid: 10, nodeVersion: '24.0.0', v8Version: '13', platform: 'linux' },
	...{ arch: 'x64', cwd: sampleHeader.cwd, runtime: true },
};
const tree: Entry = {
	type: 'callTree',
	t: 2,
	frames: [
		frame(1, '(root)', 0, 'native'),
		frame(2, 'keepBlocks', 12),
		frame(3, 'alloc', 1, 'node'),
		frame(4, 'mapAll', 30),
	],
	nodes: [
		[1, 0, 1],
		[2, 1, 2],
		[3, 2, 3],
		[4, 1, 4],
	],
};
const offHeap: Entry = {
	...{ type: 'offHeap', t: 5, intervalBytes: 65_536, freed: [], liveBytes: 80 * MB, arrayBuffersBytes: 82 * MB },
	allocated: [
		[3, 0, 0, 60 * MB, 30],
		[2, 0, 0, 10 * MB, 5],
		[4, 1, 0, 10 * MB, 4],
	],
};
const sample: Entry = {
	...{ type: 'sample', t: 6, rssBytes: 200 * MB, heapUsedBytes: 30 * MB, heapTotalBytes: 40 * MB },
	...{ externalBytes: 84 * MB, arrayBuffersBytes: 82 * MB, heapLimitBytes: 400 * MB },
};
const killed: Entry = {
	type: 'state',
	t: 90,
	state: 'ended',
	reason: { kind: 'memoryKill', by: 'container', limitBytes: 256 * MB },
};
const child = (process: number, t: number): Entry =>
	({ ...main, t, process, kind: 'child', parent: 1, pid: 20, title: 'part.mjs' }) as Entry;

describe('memory in the report', () => {
	const model = modelOf([main, tree, offHeap, sample, killed]);
	const text = reportText(reportOf(model));

	it('names the lines that held memory outside the heap when there was most, with its kind', () => {
		assert.match(
			text,
			/^Outside the heap, by line: 80\.0 MB live at 5\.00 ms, of 82\.0 MB of array buffers in the process$/m,
		);
		assert.match(text, /^70\.0 MB +88 % +35 +Buffer +keepBlocks +load\.mjs:12$/m, 'with what Node allocated for it');
		assert.match(text, /^10\.0 MB +13 % +4 +ArrayBuffer +mapAll +load\.mjs:30$/m);
		const { offHeap } = reportOf(model, { sites: 1 });
		assert.equal(offHeap?.sites.length, 1);
		assert.equal(offHeap?.liveBytes, 80 * MB, 'sites that are not listed count');
	});

	it('splits RSS at its peak into parts that sum to it', () => {
		const { partsAtPeak } = reportOf(model).memory;
		assert.equal(partsAtPeak?.rssBytes, 200 * MB);
		assert.equal(
			partsAtPeak?.parts.reduce((sum, { bytes }) => sum + bytes, 0),
			200 * MB,
		);
		assert.match(text, /^RSS at its peak: 200 MB at 6\.00 ms =$/m);
		assert.match(text, /^82\.0 MB +41 % +array buffers$/m);
	});

	it('says what was in memory when a run was cut off', () => {
		assert.match(text, /^At the end +200 MB of 256 MB in memory, 88 % from keepBlocks at load\.mjs:12$/m);
		assert.match(text, /^ {2}88 % keepBlocks load\.mjs:12: 70\.0 MB outside the heap$/m);
		const well = modelOf([main, sample, { type: 'state', t: 90, state: 'ended', reason: { kind: 'exit', code: 0 } }]);
		assert.doesNotMatch(reportText(reportOf(well)), /At the end/);
		assert.equal(reportOf(well).lastMoments, undefined);
		const cut = modelOf([main, sample]);
		assert.match(reportText(reportOf(cut)), /^At the end +200 MB in memory where the recording breaks off$/m);
	});

	it('lists processes with their ends, and what they had together', () => {
		const several = modelOf([
			main,
			sample,
			child(2, 10),
			{ type: 'sample', t: 12, process: 2, rssBytes: 50 * MB, heapUsedBytes: 8 * MB },
			{ type: 'state', t: 40, process: 2, state: 'ended', reason: { kind: 'exit', code: 3 } },
		]);
		assert.match(statusText(several), /RSS 200 MB/);
		assert.doesNotMatch(statusText(several), /RSS of all/, 'only one is left');
		several.apply(child(3, 50));
		several.apply({ type: 'sample', t: 60, process: 3, rssBytes: 20 * MB });
		assert.match(statusText(several), /RSS of all 2 processes 220 MB/);
		const printed = reportText(reportOf(several));
		assert.match(printed, /^Processes and workers: 3$/m);
		assert.match(printed, /^part\.mjs +child +pid 20 +10 ms +30 ms +50\.0 MB +8\.00 MB +exited with code 3$/m);
		assert.match(printed, /^RSS of all processes together: at most 250 MB at 12 ms$/m);
		assert.equal(reportOf(model).processes, undefined, 'where there is only one');
	});

	it('tells what profiling took beside its budget', () => {
		const cost: Entry = {
			...{ type: 'cost', t: 80, pollMs: 1, polls: 4, profileMs: 1, profiles: 2, recordedBytes: 1, droppedEvents: 0 },
			...{ samplingMs: 0.5, offHeapMs: 0.5, budget: 0.05, ownBytes: 2 * MB },
		};
		const report = reportOf(modelOf([main, cost, killed]));
		assert.equal(report.cost?.share, 3 / 79);
		const printed = reportText(report);
		assert.match(
			printed,
			/0\.50 ms for sampling, 0\.50 ms for memory outside the heap: 3\.8 % of the run \(to stay under 5\.0 %\)$/m,
		);
		assert.match(printed, /^ +2\.00 MB of our own in the script’s memory$/m);
	});
});
