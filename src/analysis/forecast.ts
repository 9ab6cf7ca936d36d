import type { SessionModel } from './sessionModel.ts';
import { type Line, type Point, theilSen } from './theilSen.ts';

/** When a limit is reached if memory goes on growing as it does; times are ms of the session. */
export interface Arrival {
	limitBytes: number;
	at: number;
	/** Within which it lies nineteen times out of twenty as far as growth stays what it was; wider by what was wrong earlier in this run. */
	earliest: number;
	latest: number;
}

export interface Growth {
	bytesPerMs: number;
	lowBytesPerMs: number;
	highBytesPerMs: number;
	/** What the line through the floor says for now. */
	floorBytes: number;
	/** Floors that it rests on, and the time that they span. */
	points: number;
	spanMs: number;
}

export interface Forecast {
	/** The heap after full collections; absent where its growth cannot be told from none. */
	heap?: Growth;
	/** RSS at its lowest between two moments. */
	rss?: Growth;
	heapLimit?: Arrival;
	container?: Arrival;
	machine?: Arrival;
}

/** Fewer floors than this tell no direction. */
const LEAST_POINTS = 6;
const LEAST_SPAN_MS = 1_000;
/** Growth is looked at over this part of the run: what it did long ago says little. */
const RECENT_SHARE = 0.6;
/** More points make the slope no better and take longer, by the square. */
const MOST_POINTS = 120;
/** A forecast over more than this many times the span that it rests on is a guess. */
const REACH = 20;
/** An interval wider than this, latest by earliest wait, says nothing. */
const WIDEST = 8;
/** So near the limit nothing is told: the last seconds of a full heap are as long as V8 tries. */
const LEAST_MISSING = 0.05;
const LEAST_WAIT_MS = 3_000;
const RSS_BUCKETS = 40;
/** Slower growth than this is what any program does while it warms up: 1 MB a minute. */
const LEAST_BYTES_PER_MS = 1024 ** 2 / 60_000;

/** Where memory goes if it goes on like this; `undefined` where that means nothing. */
export function forecast(model: SessionModel): Forecast | undefined {
	const { now } = model;
	const heap = growthOf(heapFloor(model), now);
	const rss = growthOf(rssFloor(model), now);
	const { latest, system } = model;
	const heapLimit = arrival(heap, latest?.heapLimitBytes, now);
	const { containerLimitBytes, containerAvailableBytes, availableBytes } = system ?? {};
	const rssBytes = latest?.rssBytes;
	// Others in the container and on the machine are taken to stay as they are.
	const until = (available: number | undefined) =>
		available === undefined || rssBytes === undefined ? undefined : rssBytes + available;
	const container =
		containerLimitBytes === undefined
			? undefined
			: arrival(rss, until(containerAvailableBytes) ?? containerLimitBytes, now);
	const machine = arrival(rss, until(availableBytes), now);
	if (!heapLimit && !container && !machine) return undefined;
	return {
		...(heap && { heap }),
		...(rss && { rss }),
		...(heapLimit && { heapLimit }),
		...(container && { container: { ...container, limitBytes: containerLimitBytes ?? container.limitBytes } }),
		...(machine && { machine }),
	};
}

/** The arrival that comes first, which is the one to show. */
export function nearestArrival({
	heapLimit,
	container,
	machine,
}: Forecast): { kind: 'heapLimit' | 'container' | 'machine'; arrival: Arrival } | undefined {
	const all = [
		{ kind: 'heapLimit' as const, arrival: heapLimit },
		{ kind: 'container' as const, arrival: container },
		{ kind: 'machine' as const, arrival: machine },
	];
	let nearest: { kind: 'heapLimit' | 'container' | 'machine'; arrival: Arrival } | undefined;
	for (const { kind, arrival } of all)
		if (arrival && (!nearest || arrival.at < nearest.arrival.at)) nearest = { kind, arrival };
	return nearest;
}

/** What full collections left; those that we forced are as good as any. */
function heapFloor({ gcs, now }: SessionModel): Point[] {
	const from = now * (1 - RECENT_SHARE);
	const points: Point[] = [];
	for (const { kind, t, usedAfterBytes } of gcs) if (kind === 'markCompact') points.push([t, usedAfterBytes]);
	// Where collections are rare, older ones are better than none.
	const recent = points.findIndex(([t]) => t >= from);
	return points.slice(recent < 0 ? -LEAST_POINTS : Math.max(0, Math.min(recent, points.length - LEAST_POINTS)));
}

/** The lowest RSS of each part of the time looked at: what is above it may be garbage. */
function rssFloor({ series: { data }, now }: SessionModel): Point[] {
	const from = now * (1 - RECENT_SHARE);
	const width = (now - from) / RSS_BUCKETS;
	const points = new Map<number, Point>();
	for (let i = data.t.length - 1; i >= 0; i--) {
		const t = data.t[i] ?? 0;
		if (t < from) break;
		const bytes = data.rssBytes[i];
		if (typeof bytes !== 'number') continue;
		const bucket = Math.min(RSS_BUCKETS - 1, Math.floor((t - from) / width));
		const lowest = points.get(bucket);
		if (!lowest || bytes < lowest[1]) points.set(bucket, [t, bytes]);
	}
	return [...points.values()].sort(([a], [b]) => a - b);
}

function growthOf(all: readonly Point[], now: number): Growth | undefined {
	const points = thinned(all);
	const [first, end] = [points[0], points.at(-1)];
	if (points.length < LEAST_POINTS || !first || !end || end[0] - first[0] < LEAST_SPAN_MS) return undefined;
	const whole = theilSen(points);
	if (!whole || whole.low <= 0 || whole.slope < LEAST_BYTES_PER_MS) return undefined;
	// Near its limit a script spends its time on collections and grows ever more slowly: once it clearly does, only that counts. The
	// interval has both.
	const newest = points.slice(-Math.max(4, Math.ceil(points.length / 3)));
	const last = theilSen(newest) ?? whole;
	const line = last.slope < whole.slope / 2 ? last : whole;
	// It has begun to fall or to stand still: what it did before that is no forecast.
	if (last.slope < whole.slope / 10) return undefined;
	const [least, most] = missedBy(points);
	return {
		bytesPerMs: line.slope,
		lowBytesPerMs: Math.min(whole.low, last.slope, line.slope * least),
		highBytesPerMs: Math.max(whole.high, last.slope, line.slope * most),
		// Where growth bends, the newest floors tell where it is.
		floorBytes: Math.max(0, line.at(now) + medianRest(newest, line)),
		points: points.length,
		spanMs: end[0] - first[0],
	};
}

/** Shares of the floors from which the rest was foretold. */
const PASTS = [0.4, 0.55, 0.7];
/** The least and the most by which growth was another than what would have been said earlier in this run, as factors of that. */
function missedBy(points: readonly Point[]): [least: number, most: number] {
	let least = 1;
	let most = 1;
	for (const share of PASTS) {
		const known = points.slice(0, Math.max(4, Math.round(points.length * share)));
		const past = theilSen(known);
		if (!past || past.slope <= 0) continue;
		const then = known.at(-1)?.[0] ?? 0;
		const newest = points.slice(known.length).slice(-3);
		const came = newest.map(([t, bytes]) => (bytes - past.at(then)) / (t - then) / past.slope).sort((a, b) => a - b);
		const factor = came[came.length >> 1];
		if (factor === undefined) continue;
		least = Math.min(least, Math.max(0, factor));
		most = Math.max(most, factor);
	}
	return [least, most];
}

function medianRest(points: readonly Point[], line: Line): number {
	const rests = points.map(([t, bytes]) => bytes - line.at(t)).sort((a, b) => a - b);
	return rests[rests.length >> 1] ?? 0;
}

function arrival(growth: Growth | undefined, limitBytes: number | undefined, now: number): Arrival | undefined {
	if (!growth || limitBytes === undefined || limitBytes <= growth.floorBytes) return undefined;
	const missing = limitBytes - growth.floorBytes;
	const wait = missing / growth.bytesPerMs;
	// Full but for this a script lives on collections for nobody knows how long.
	if (missing < LEAST_MISSING * limitBytes || wait < LEAST_WAIT_MS) return undefined;
	const soonest = missing / growth.highBytesPerMs;
	const longest = missing / growth.lowBytesPerMs;
	if (wait > REACH * growth.spanMs || longest > WIDEST * soonest) return undefined;
	return { limitBytes, at: now + wait, earliest: now + soonest, latest: now + longest };
}

function thinned(points: readonly Point[]): readonly Point[] {
	const step = Math.ceil(points.length / MOST_POINTS);
	return step <= 1 ? points : points.filter((_, i) => (points.length - 1 - i) % step === 0);
}
