import { formatBytes, formatCount, formatMs } from '../protocol/units.ts';
import { type Arrival, type Forecast, forecast, type Growth, nearestArrival } from './forecast.ts';
import { processTree } from './processTree.ts';
import type { SessionModel } from './sessionModel.ts';

export interface ForecastText {
	/** `Heap limit in about 4 min (2–9)` */
	text: string;
	/** How it was found. */
	meaning: string;
}

type Kind = 'heapLimit' | 'container' | 'machine';
const TARGETS: Record<Kind, string> = {
	heapLimit: 'Heap limit',
	container: 'Container full',
	machine: 'Machine full',
};
/** Of so many processes that run at the same time a forecast is made. */
const MAX_PROCESSES = 16;

/** The limit that is reached first by any process that runs, in words; `undefined` when that means nothing. */
export function forecastText(root: SessionModel): ForecastText | undefined {
	let first: { kind: Kind; arrival: Arrival; forecast: Forecast; whose: string } | undefined;
	const running = processTree(root).filter(({ to }) => to === undefined);
	for (const { model, title } of running.slice(0, MAX_PROCESSES)) {
		const found = forecast(model);
		const nearest = found && nearestArrival(found);
		if (!found || !nearest || (first && nearest.arrival.at >= first.arrival.at)) continue;
		first = { ...nearest, forecast: found, whose: model === root ? '' : ` of ${title}` };
	}
	if (!first) return undefined;
	const { kind, arrival, whose } = first;
	const growth = kind === 'heapLimit' ? first.forecast.heap : first.forecast.rss;
	return {
		text: `${TARGETS[kind]}${whose} in ${waitText(arrival, root.now)}`,
		meaning: growth ? meaningOf(kind, arrival, growth) : '',
	};
}

/** `about 4 min (2–9)`: one unit for all three, the interval rounded outwards. */
function waitText({ at, earliest, latest }: Arrival, now: number): string {
	const wait = Math.max(0, at - now);
	const [unit, ms] = wait < 100_000 ? ['s', 1_000] : wait < 6_000_000 ? ['min', 60_000] : ['h', 3_600_000];
	const low = Math.max(0, Math.floor((earliest - now) / ms));
	const high = Math.ceil((latest - now) / ms);
	return `about ${formatCount(Math.max(1, wait / ms))} ${unit} (${formatCount(low)}–${formatCount(high)})`;
}

function meaningOf(kind: Kind, { limitBytes, at }: Arrival, growth: Growth): string {
	const { bytesPerMs, lowBytesPerMs, highBytesPerMs, points, spanMs } = growth;
	const perSecond = (rate: number) => formatBytes(rate * 1_000);
	const floor =
		kind === 'heapLimit'
			? `What ${formatCount(points)} full collections left, over ${formatMs(spanMs)},`
			: `The lowest RSS of ${formatCount(points)} moments, over ${formatMs(spanMs)},`;
	const rate = `${perSecond(bytesPerMs)} a second (${perSecond(lowBytesPerMs)} to ${perSecond(highBytesPerMs)}, 19 times out of 20)`;
	return `${floor} grows by ${rate} and is at ${formatBytes(growth.floorBytes)} now. If it goes on like this, ${formatBytes(limitBytes)} are reached ${formatMs(at)} after the start.`;
}
