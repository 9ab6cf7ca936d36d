/** How sure one must be that a growth is none of chance, in standard deviations. */
const SURENESS = 3;
/** A place must hold this much more than it held at first: what only changes its objects for others moves a little too. */
const LEAST_SHARE = 0.1;
/** The second half of the rounds must bring this much of the growth, less what chance explains, or it is a store that fills up. */
const LATE_SHARE = 0.4;
/** Enough of one place where the whole goes on evenly; see `heapGoesOn`. */
const LEAST_LATE_SHARE = 0.15;
/** What makes up this much of the growth of the whole is what the whole grows by. */
const MOST_OF_WHOLE = 2 / 3;
/** The second half of the rounds must bring this much to the whole: less where a table doubled in the first. */
const WHOLE_LATE_SHARE = 0.3;
/** The slowest round against the mean: a leak goes on, chance goes to and fro. */
const EVENNESS = 0.3;

export interface Growth {
	/** From the first reading to the last. */
	total: number;
	perRound: number;
}

/** Samples of one place: bytes that each stands for, by its ordinal. */
export type Samples = ReadonlyMap<number, number>;

/**
 * Whether the place grew over the readings by more than sampling alone explains. A sample is taken with some probability, so bytes
 * come with a variance: of small objects each sample counts its square, of objects far above the interval hardly anything,
 * for they are always sampled. Samples in both the first and the last reading are the same objects and add none.
 *
 * `heap`: bytes of the whole heap at each reading. The bytes of one place need not be even although its leak is: once V8 inlines a
 * constructor differently, what was the caller's is the constructor's, and the table of a Map doubles in one round of several
 * (Node 24, an even leak of 570 KB a round: 657, 1682, 2531, 2787, 3204 KB). The heap is exact and knows no places, so where it goes
 * on and grows by hardly anything else, the place must only go on as well.
 */
export function sampledGrowth(
	readings: readonly Samples[],
	intervalBytes: number,
	heap: readonly number[] = [],
): Growth | undefined {
	const [first, last] = [readings[0], readings.at(-1)];
	if (!first || !last || readings.length < 3) return undefined;
	const bytes = readings.map(bytesOf);
	const growth = growthOf(bytes);
	if (!growth || growth.total < LEAST_SHARE * (bytes[0] ?? 0)) return undefined;
	const changed = [...onlyIn(first, last), ...onlyIn(last, first)];
	const deviation = Math.sqrt(changed.reduce((sum, size) => sum + variance(size, intervalBytes), 0));
	const lateShare = heapGoesOn(heap, growth.total) ? LEAST_LATE_SHARE : LATE_SHARE;
	return growth.total >= SURENESS * deviation && keepsRising(bytes, deviation, lateShare) ? growth : undefined;
}

/** As {@link sampledGrowth} for figures that are exact, as bytes of array buffers are: even growth of at least `least` in all. */
export function evenGrowth(figures: readonly number[], least: number): Growth | undefined {
	const growth = growthOf(figures);
	if (!growth || growth.total < least) return undefined;
	return keepsRising(figures, 0) && steps(figures).every(step => step >= EVENNESS * growth.perRound)
		? growth
		: undefined;
}

/**
 * Growth of a number of objects. The same step each round is a leak even when it is one object, provided the rounds do the same
 * work (`repeated`); else chance must be ruled out.
 */
export function countGrowth(counts: readonly number[], repeated: boolean): Growth | undefined {
	const [first = 0] = counts;
	const all = steps(counts);
	const same = all.every(step => step === all[0]);
	const least = repeated && same ? 1 : Math.max(10, SURENESS * Math.sqrt(first));
	return evenGrowth(counts, least);
}

/** Every step but one at most goes up, and the later ones still do. `deviation`: what chance may have taken from them. */
function keepsRising(figures: readonly number[], deviation: number, lateShare = LATE_SHARE): boolean {
	const all = steps(figures);
	const needed = lateShare * riseFrom(figures, 0) - deviation;
	return all.filter(step => step > 0).length >= Math.max(2, all.length - 1) && lateRise(figures) >= needed;
}

function heapGoesOn(heap: readonly number[], grownHere: number): boolean {
	const grown = riseFrom(heap, 0);
	if (!(grown > 0) || grownHere < MOST_OF_WHOLE * grown) return false;
	return keepsRising(heap, 0, WHOLE_LATE_SHARE);
}

const riseFrom = (figures: readonly number[], start: number): number => (figures.at(-1) ?? 0) - (figures[start] ?? 0);

/** In the second half of the rounds. */
export const lateRise = (figures: readonly number[]): number => riseFrom(figures, Math.floor((figures.length - 1) / 2));

function growthOf(figures: readonly number[]): Growth | undefined {
	const total = (figures.at(-1) ?? 0) - (figures[0] ?? 0);
	return figures.length > 1 && total > 0 ? { total, perRound: total / (figures.length - 1) } : undefined;
}

const steps = (figures: readonly number[]): number[] => figures.slice(1).map((figure, i) => figure - (figures[i] ?? 0));

const bytesOf = (samples: Samples): number => {
	let sum = 0;
	for (const size of samples.values()) sum += size;
	return sum;
};

function onlyIn(some: Samples, others: Samples): number[] {
	return [...some].filter(([ordinal]) => !others.has(ordinal)).map(([, size]) => size);
}

const variance = (size: number, intervalBytes: number): number =>
	size <= intervalBytes ? size ** 2 : size ** 2 * Math.exp(1 - size / intervalBytes);
