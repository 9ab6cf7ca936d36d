import { costMs, costWallMs } from '../../src/analysis/profilingCost.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { CostEntry } from '../../src/protocol/entries.ts';
import { formatBytes, formatCount, formatMs, formatPercent, NOT_MEASURED } from '../../src/protocol/units.ts';

type Row = [label: string, value: string, meaning?: string];

/** What profiling itself costs, part by part, and the intervals that hold. */
export function costRows(model: Pick<SessionModel, 'cost' | 'process' | 'gcTotals'>): Row[] {
	const { cost, gcTotals } = model;
	if (!cost) return [['Of the time', NOT_MEASURED]];
	const wallMs = costWallMs(model);
	const share = (ms: number) => (wallMs > 0 ? ` (${formatPercent(ms / wallMs)} of the time)` : '');
	const time = (ms: number | undefined) => (ms === undefined ? NOT_MEASURED : `${formatMs(ms)}${share(ms)}`);
	const total = formatPercent(wallMs > 0 ? costMs(cost) / wallMs : undefined);
	const forced = cost.forcedCollections === undefined ? '' : `${formatCount(cost.forcedCollections)}, paused for `;
	return [
		['Of the time', `${total}${budgetText(cost.budget)}`, 'The sum of the four parts below.'],
		['Reading memory', time(cost.pollMs), 'Measured inside the script: the time it spent answering us.'],
		[
			'Reading allocation profiles',
			time(cost.profileMs),
			'Time the script stood still for them, forced collections included.',
		],
		[
			'Sampling the heap',
			time(cost.samplingMs),
			'An estimate: bytes allocated by the interval that held, at 1.8 µs for each sample.',
		],
		['Sampling outside the heap', time(cost.offHeapMs), 'Measured inside the script, where it samples and sweeps.'],
		['Memory readings', formatCount(cost.polls)],
		['Allocation profiles', formatCount(cost.profiles)],
		[
			'Forced collections',
			`${forced}${formatMs(gcTotals.forcedMs)}`,
			'By us, for allocation profiles and on request. They are hatched in the lane of collections.',
		],
		[
			'Tables of our own',
			formatBytes(cost.ownBytes),
			'Memory inside the script that attribution outside the heap takes.',
		],
		['Events', formatCount(cost.events), 'Brought over from the runtime inside the script.'],
		[
			'Dropped events',
			formatCount(cost.droppedEvents),
			'Calls of regions that came too fast to be listed; the totals count them.',
		],
		...intervalRows(cost),
	];
}

function budgetText(budget: number | undefined): string {
	if (budget === undefined) return '';
	return budget === 0 ? ', no bound is set' : `, to stay under ${formatPercent(budget)}`;
}

function intervalRows({ heapIntervalBytes, offHeapIntervalBytes, pollIntervalMs }: CostEntry): Row[] {
	const rows: Row[] = [];
	if (heapIntervalBytes !== undefined) rows.push(['One sample of the heap per', formatBytes(heapIntervalBytes)]);
	if (offHeapIntervalBytes !== undefined)
		rows.push(['One sample outside the heap per', formatBytes(offHeapIntervalBytes)]);
	if (pollIntervalMs !== undefined) rows.push(['Time between two memory readings', formatMs(pollIntervalMs)]);
	return rows;
}
