import assert from 'node:assert/strict';
import { lineOf, type Measured, type MeasuredPeer } from '../../bench/formats/formatTable.ts';
import type { Reading } from '../../bench/formats/reading.ts';
import { type FormatRow, MB } from '../../bench/formats/rows.ts';

const row: FormatRow = { format: 'fits', variant: '', shown: 'FITS', limitMb: 16 };

function reading(overMb: number, more: Partial<Reading> = {}): Reading {
	const idle = { idleRssBytes: 60 * MB, closedRssBytes: 60 * MB, childRssBytes: 0, youngBytes: 2 * MB };
	return { ms: 500, peakRssBytes: (60 + overMb) * MB, items: 3, check: [42], ...idle, ...more };
}

const measured = (large: Reading, peers: readonly MeasuredPeer[] = []): Measured => ({
	fileBytes: 700 * MB,
	large,
	small: reading(9),
	ms: 500,
	peers,
});

describe('the table of formats', () => {
	it('judges peaks by what is asked for', () => {
		const met = lineOf(row, measured(reading(12)));
		assert.equal(met.line, '| FITS | 700 MB | 500 ms | 12.0 MB (9.0) | 2.0 MB | ≤ 16 MB | met |  |');
		assert.ok(met.met);
		const missed = lineOf(row, measured(reading(20)));
		assert.match(missed.line, /\*\*missed\*\*/);
		assert.equal(missed.met, false);
	});

	it('tells what is left when a file is closed', () => {
		const left = lineOf({ ...row, closes: true }, measured(reading(12, { closedRssBytes: 100 * MB })));
		assert.match(left.line, /40\.0 when closed/);
		assert.equal(left.met, false);
	});

	it('tells where another library is faster, differs or fails', () => {
		const peers: MeasuredPeer[] = [
			{ peer: { name: 'slow' }, result: reading(700), ratio: 4.04 },
			{ peer: { name: 'quick' }, result: reading(50, { check: [41], items: 2 }), ratio: 0.5 },
			{ peer: { name: 'broken' }, result: { failed: 'a | b', peakRssBytes: 2_000 * MB }, ratio: Number.NaN },
		];
		const { line } = lineOf(row, measured(reading(12), peers));
		assert.match(
			line,
			/slow 4\.0×, 700 MB; quick 0\.5× \(\*\*faster\*\*\), 50\.0 MB, \*\*another result\*\*: 41, not 42, 2 items/,
		);
		assert.match(line, /broken: fails, “a \\\| b”, at 2000 MB/);
	});

	it('says why there is no figure', () => {
		assert.match(lineOf(row, 'FFmpeg is missing').line, /FFmpeg is missing \|$/);
		const failed = lineOf(row, { ...measured(reading(1)), large: { failed: 'cut off', peakRssBytes: undefined } });
		assert.match(failed.line, /\*\*failed\*\* \| cut off/);
		assert.equal(failed.met, false);
	});
});
