import assert from 'node:assert/strict';
import { forecast, nearestArrival } from '../../../src/analysis/forecast.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import { theilSen } from '../../../src/analysis/theilSen.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const MB = 2 ** 20;
const LIMIT = 1_000 * MB;

/** Noise that is the same each time (mulberry32), -1 to 1. */
function noise(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
	};
}

/** A run whose live heap at `t` ms is `live(t)`, with garbage on top and a full collection about every second. */
function run(endMs: number, live: (t: number) => number, noiseBytes = 0, seed = 1): SessionModel {
	const model = new SessionModel(sampleHeader);
	const next = noise(seed);
	model.apply({
		type: 'system',
		t: 0,
		availableBytes: 8_000 * MB,
		totalBytes: 16_000 * MB,
		containerLimitBytes: 2_000 * MB,
		containerAvailableBytes: 2_000 * MB - live(endMs) - 60 * MB,
		level: 'normal',
		levelReason: '',
	});
	for (let t = 0; t <= endMs; t += 50) {
		const floor = Math.max(0, live(t) + noiseBytes * next());
		const used = Math.round(floor + ((t % 1_000) / 1_000) * 80 * MB);
		model.apply({
			type: 'sample',
			t,
			rssBytes: used + 60 * MB,
			heapUsedBytes: used,
			heapTotalBytes: used,
			heapLimitBytes: LIMIT,
		});
		if (t % 1_000 === 0)
			model.apply({
				type: 'gc',
				t,
				windowMs: 50,
				durationMs: 10,
				kind: 'markCompact',
				usedBeforeBytes: used + 80 * MB,
				usedAfterBytes: Math.round(floor),
			});
	}
	return model;
}

describe('forecast', () => {
	// The tolerance that is promised: for a steady leak with noise of ±10 MB on floors that grow by 10 MB a second, the time of death is
	// told to within 15 % of the time that is left, from a quarter of the run on; and the interval holds it in 9 of 10 runs.
	it('tells the end of a steady leak to within 15 % of what is left', () => {
		const dies = ((LIMIT - 100 * MB) / (10 * MB)) * 1_000;
		let inside = 0;
		let all = 0;
		for (let seed = 1; seed <= 20; seed++) {
			for (const share of [0.25, 0.5, 0.75]) {
				const now = Math.round((dies * share) / 1_000) * 1_000;
				const told = forecast(run(now, t => 100 * MB + (t / 1_000) * 10 * MB, 10 * MB, seed))?.heapLimit;
				assert.ok(told, `nothing at ${share} of run ${seed}`);
				const error = Math.abs(told.at - dies) / (dies - now);
				assert.ok(error <= 0.15, `${(error * 100).toFixed(1)} % at ${share} of run ${seed}`);
				all++;
				if (told.earliest <= dies && dies <= told.latest) inside++;
			}
		}
		assert.ok(inside >= 0.9 * all, `${inside} of ${all}`);
	});

	it('tells the container from RSS, and which limit comes first', () => {
		const model = run(40_000, t => 100 * MB + (t / 1_000) * 10 * MB);
		const told = forecast(model);
		assert.ok(told?.container);
		// At 40 s 560 MB are in use, 10 MB more each second; RSS has 60 MB more than the heap.
		assert.ok(Math.abs(told.container.at - 184_000) < 10_000, String(told.container.at));
		assert.equal(told.container.limitBytes, 2_000 * MB);
		assert.equal(nearestArrival(told)?.kind, 'heapLimit');
	});

	it('says nothing of memory that stands still, noise or not', () => {
		for (let seed = 1; seed <= 20; seed++)
			assert.equal(forecast(run(60_000, () => 300 * MB, 20 * MB, seed)), undefined, `run ${seed}`);
	});

	it('says nothing of what falls, and of what has stopped growing', () => {
		assert.equal(forecast(run(60_000, t => (800 - t / 100) * MB)), undefined);
		assert.equal(forecast(run(60_000, t => Math.min(300, 10 + t / 100) * MB)), undefined);
	});

	it('says nothing after a few seconds, and nothing of a limit that is far away', () => {
		assert.equal(forecast(run(900, t => 100 * MB + t * 0.01 * MB)), undefined);
		assert.equal(forecast(run(20_000, t => 100 * MB + t * 0.0001 * MB))?.heapLimit, undefined);
		assert.equal(forecast(new SessionModel(sampleHeader)), undefined);
	});

	it('says nothing in the last seconds before the limit, which are as long as V8 tries', () => {
		assert.equal(forecast(run(86_000, t => 100 * MB + (t / 1_000) * 10 * MB))?.heapLimit, undefined);
		assert.ok(forecast(run(70_000, t => 100 * MB + (t / 1_000) * 10 * MB))?.heapLimit);
	});

	it('is as unsure as it was wrong before in the same run, and says nothing where that means nothing', () => {
		const steady = forecast(run(60_000, t => 100 * MB + (t / 1_000) * 5 * MB, MB))?.heap;
		// At 42 s growth fell to a little more than a half.
		const bent = forecast(run(60_000, t => (t < 42_000 ? 100 + t / 100 : 520 + (t - 42_000) / 180) * MB, MB))?.heap;
		assert.ok(steady && bent);
		assert.ok(steady.highBytesPerMs < 1.3 * steady.lowBytesPerMs);
		assert.ok(bent.highBytesPerMs > 1.5 * bent.lowBytesPerMs, `${bent.lowBytesPerMs} to ${bent.highBytesPerMs}`);
		// It stood still, then it leapt: no pace of its past says when.
		const leaping = run(60_000, t => (t < 45_000 ? 100 + t / 50_000 : 101 + (t - 45_000) / 50) * MB, MB / 100);
		assert.equal(forecast(leaping)?.heapLimit, undefined);
	});

	it('is not misled by a single floor', () => {
		const model = run(60_000, t => 100 * MB + (t / 1_000) * 10 * MB);
		const before = forecast(model)?.heapLimit?.at ?? 0;
		const [gc] = model.gcs.slice(-20, -19);
		assert.ok(gc);
		gc.usedAfterBytes = 990 * MB;
		const after = forecast(model)?.heapLimit?.at ?? 0;
		assert.ok(before > 0 && Math.abs(after - before) < 1_000, `${before} ${after}`);
	});
});

describe('theilSen', () => {
	it('finds a line in spite of points far away from it', () => {
		const points = Array.from({ length: 20 }, (_, x): [number, number] => [x, x % 5 === 0 ? 900 : 3 * x + 2]);
		const line = theilSen(points);
		assert.ok(line && Math.abs(line.slope - 3) < 0.5);
		assert.ok(line.low <= line.slope && line.slope <= line.high);
	});

	it('needs two different moments', () => {
		assert.equal(theilSen([]), undefined);
		assert.equal(
			theilSen([
				[1, 2],
				[1, 5],
			]),
			undefined,
		);
	});
});
