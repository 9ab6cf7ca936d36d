import assert from 'node:assert/strict';
import { pressureBands, timeAbove } from '../../../src/analysis/pressureBands.ts';
import type { MemoryLevel } from '../../../src/protocol/entries.ts';
import type { PressureEntry } from '../../../src/protocol/runtimeEntries.ts';

const change = (t: number, previous: MemoryLevel, level: MemoryLevel, simulated = false): PressureEntry => ({
	...{ type: 'pressure', t, level, previous, reason: `${level} at ${t}`, simulated },
});

describe('pressureBands', () => {
	const bands = pressureBands([
		change(10, 'normal', 'elevated'),
		change(20, 'elevated', 'critical', true),
		change(25, 'critical', 'normal'),
		change(40, 'normal', 'high'),
	]);

	it('lasts from one change to the next, without the normal level', () => {
		assert.deepEqual(
			bands.map(({ level, from, to, simulated }) => [level, from, to, simulated]),
			[
				['elevated', 10, 20, false],
				['critical', 20, 25, true],
				['high', 40, undefined, false],
			],
		);
	});

	it('begins at the start when the first change says so', () => {
		const [first] = pressureBands([change(7, 'high', 'normal')]);
		assert.deepEqual([first?.level, first?.from, first?.to], ['high', 0, 7]);
	});

	it('adds up the time at each level, worst first, an open one up to now', () => {
		assert.deepEqual(timeAbove(bands, 50), [
			{ level: 'critical', ms: 5 },
			{ level: 'high', ms: 10 },
			{ level: 'elevated', ms: 10 },
		]);
		assert.deepEqual(timeAbove([], 50), []);
	});
});
