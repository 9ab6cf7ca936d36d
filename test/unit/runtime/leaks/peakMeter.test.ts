import assert from 'node:assert/strict';
import { type PeakReading, startPeakMeter, withPeak } from '../../../../src/runtime/leaks/peakMeter.ts';
import { waitFor } from '../../../support/waitFor.ts';

const MB = 1024 * 1024;

function peakOf(fn: () => unknown): PeakReading {
	let seen: PeakReading | undefined;
	withPeak(fn, peak => {
		seen = peak;
	});
	assert.ok(seen);
	return seen;
}

describe('the peak meter', () => {
	beforeEach(() => {
		// Twice: array buffers that a collection freed leave V8's account with the next.
		globalThis.gc?.();
		globalThis.gc?.();
	});

	it('sees objects that a synchronous function made and let go of, by the collections inside it', () => {
		const peak = peakOf(() => {
			let rows: unknown[] | undefined = Array.from({ length: 400_000 }, (_, i) => ({ i }));
			const count = rows.length;
			rows = undefined;
			globalThis.gc?.();
			return count;
		});
		assert.ok(peak.overStartBytes > 8 * MB, `${peak.overStartBytes}`);
		assert.ok(peak.end.heapUsedBytes - peak.start.heapUsedBytes < peak.overStartBytes / 2);
		assert.ok(peak.collections > 0);
	});

	it('sees what a synchronous function holds at its end', () => {
		const held: Buffer[] = [];
		const peak = peakOf(() => held.push(Buffer.alloc(32 * MB, 1)));
		assert.ok(peak.overStartBytes >= 32 * MB && peak.overStartBytes < 64 * MB, `${peak.overStartBytes}`);
		assert.equal(held.length, 1);
	});

	it('sees external memory between the start and the end of an asynchronous function', async () => {
		const meter = startPeakMeter();
		const work = { buffer: Buffer.alloc(32 * MB, 1) as Buffer | undefined };
		const during = process.memoryUsage().external;
		// A timer that was set later fires later: the meter has read by then.
		await new Promise(resolve => setTimeout(resolve, 40));
		work.buffer = undefined;
		await waitFor(() => {
			globalThis.gc?.();
			return process.memoryUsage().external < during - 16 * MB;
		});
		const peak = meter.stop();
		assert.ok(peak.overStartBytes >= 32 * MB, `${peak.overStartBytes}`);
		assert.ok(peak.rssPeakBytes >= peak.start.rssBytes);
		assert.equal(meter.stop(), peak);
	});

	it('gives the peak of one that fails, and its error', async () => {
		const seen: boolean[] = [];
		const note = (_: PeakReading, failed: boolean) => seen.push(failed);
		const broken = new Error('broken');
		assert.throws(() => withPeak(() => assert.fail(broken), note), broken);
		await assert.rejects(
			withPeak(async () => {
				throw broken;
			}, note),
			broken,
		);
		assert.equal(await withPeak(async () => 7, note), 7);
		assert.equal(
			withPeak(() => 8, note),
			8,
		);
		assert.deepEqual(seen, [true, true, false, false]);
	});
});
