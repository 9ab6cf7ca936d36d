import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	formatBytes,
	formatCount,
	formatDelta,
	formatMs,
	formatPercent,
	NOT_MEASURED,
} from '../../../src/protocol/units.ts';

describe('units', () => {
	it('writes bytes with three significant digits', () => {
		const cases: [number, string][] = [
			[0, '0 B'],
			[999, '999 B'],
			[1_000, '0.98 KB'],
			[1_024, '1.00 KB'],
			[1_536, '1.50 KB'],
			[10_240, '10.0 KB'],
			[102_400, '100 KB'],
			[1_048_575, '1.00 MB'],
			[4_294_967_296, '4.00 GB'],
			[-1_536, '−1.50 KB'],
			[2 ** 50, '1024 TB'],
		];
		for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
	});

	it('never writes more than three digits below a thousand terabytes', () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 2 ** 49 }), bytes => {
				assert.match(formatBytes(bytes), /^(\d{1,3}|\d\d\.\d|\d\.\d\d) (B|KB|MB|GB|TB)$/);
			}),
		);
	});

	it('never shows what was not measured as a figure', () => {
		for (const format of [formatBytes, formatDelta, formatMs, formatPercent, formatCount]) {
			assert.equal(format(undefined), NOT_MEASURED);
			assert.equal(format(Number.NaN), NOT_MEASURED);
		}
	});

	it('gives growth a sign', () => {
		assert.equal(formatDelta(1_536), '+1.50 KB');
		assert.equal(formatDelta(-1_536), '−1.50 KB');
		assert.equal(formatDelta(0), '0 B');
	});

	it('writes durations at every scale', () => {
		const cases: [number, string][] = [
			[0, '0.00 ms'],
			[0.412, '0.41 ms'],
			[9.96, '10 ms'],
			[999.4, '999 ms'],
			[999.6, '1.00 s'],
			[1_240, '1.24 s'],
			[59_949, '59.9 s'],
			[59_960, '1:00 min'],
			[125_000, '2:05 min'],
			[3_599_600, '1:00:00 h'],
			[3_725_000, '1:02:05 h'],
		];
		for (const [ms, text] of cases) assert.equal(formatMs(ms), text);
	});

	it('writes shares and counts', () => {
		assert.equal(formatPercent(0), '0 %');
		assert.equal(formatPercent(0.0042), '0.4 %');
		assert.equal(formatPercent(0.369), '37 %');
		assert.equal(formatCount(1_234_567), '1\u202f234\u202f567');
		assert.equal(formatCount(12), '12');
	});
});
