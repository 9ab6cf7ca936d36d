/** Statistics of one band within a region. Figures of a region without pixels are `NaN`. */
export interface BandStatistics {
	/** Samples counted: those of floating point that are no finite number are left out. */
	readonly count: number;
	readonly mean: number;
	/** Standard deviation of the samples themselves: divided by their number, not by one less. */
	readonly std: number;
	readonly min: number;
	readonly max: number;
	/** By percent, between neighbouring samples by proportion: `{ 50: 127.5 }`. */
	readonly percentiles: Readonly<Record<string, number>>;
	/**
	 * How far percentiles may be from the exact ones, as a share of their value: 0 for samples of 8 and 16 bits, which are counted one by
	 * one, and for up to 65,536 others.
	 */
	readonly percentileError: number;
}

/** Samples of a region on their way into statistics, all bands at once. @internal */
export interface BandTally {
	/** Samples `from` to before `to`, pixel by pixel. */
	add(data: ArrayLike<number>, from: number, to: number): void;
	band(channel: number, percents: readonly number[]): BandStatistics;
}

/** Values in ascending order, given by place. @internal */
export interface Ordered {
	readonly count: number;
	at(place: number): number;
}

/** As numpy does: place (n − 1) p / 100, and between two samples by proportion. @internal */
export function percentilesOf(values: Ordered, percents: readonly number[]): Record<string, number> {
	const found: Record<string, number> = {};
	for (const percent of percents) {
		const place = ((values.count - 1) * percent) / 100;
		const below = Math.floor(place);
		const low = values.count === 0 ? Number.NaN : values.at(below);
		const high = place > below ? values.at(below + 1) : low;
		found[String(percent)] = low + (high - low) * (place - below);
	}
	return found;
}

/** Of samples that can be counted value by value: 8 and 16 bits. Exact. @internal */
export class HistogramTally implements BandTally {
	readonly #counts: Uint32Array;
	readonly #levels: number;
	readonly #channels: number;
	readonly #lowest: number;
	readonly #isPhotograph: boolean;

	/** `lowest`: the value of the first level; 0, or negative where samples have a sign. */
	constructor(channels: number, levels: number, lowest: number) {
		this.#isPhotograph = channels === 3 && levels === 256 && lowest === 0;
		this.#counts = new Uint32Array(channels * levels * (this.#isPhotograph ? 2 : 1));
		this.#levels = levels;
		this.#channels = channels;
		this.#lowest = lowest;
	}

	add(data: ArrayLike<number>, from: number, to: number): void {
		const counts = this.#counts;
		const channels = this.#channels;
		const levels = this.#levels;
		if (this.#isPhotograph) {
			countPhotograph(counts, data, from, to);
			return;
		}
		for (let channel = 0; channel < channels; channel++) {
			const first = channel * levels - this.#lowest;
			for (let i = from + channel; i < to; i += channels) {
				const at = first + (data[i] as number);
				counts[at] = (counts[at] as number) + 1;
			}
		}
	}

	band(channel: number, percents: readonly number[]): BandStatistics {
		const first = channel * this.#levels;
		const counts = this.#counts.slice(first, first + this.#levels);
		if (this.#isPhotograph) {
			const others = this.#counts.subarray(PHOTOGRAPH_COUNTS + first);
			for (let level = 0; level < counts.length; level++) {
				counts[level] = (counts[level] as number) + (others[level] as number);
			}
		}
		let count = 0;
		let sum = 0;
		let min = -1;
		let max = -1;
		for (let level = 0; level < counts.length; level++) {
			const times = counts[level] as number;
			if (times === 0) continue;
			if (min < 0) min = level;
			max = level;
			count += times;
			sum += times * level;
		}
		if (count === 0) return nothing(percents);
		const mean = sum / count;
		let squares = 0;
		for (let level = min; level <= max; level++) squares += (counts[level] as number) * (level - mean) ** 2;
		const lowest = this.#lowest;
		return {
			count,
			mean: mean + lowest,
			std: Math.sqrt(squares / count),
			min: min + lowest,
			max: max + lowest,
			percentiles: percentilesOf({ count, at: place => levelAt(counts, place) + lowest }, percents),
			percentileError: 0,
		};
	}
}

/** Of three bands of 8 bits. */
const PHOTOGRAPH_COUNTS = 3 * 256;

/**
 * Three bands of 8 bits. Neighbouring pixels are alike: counted in the same place, each would wait until the one before it is stored. Every
 * other pixel counts in a second table, which takes half the time.
 */
function countPhotograph(counts: Uint32Array, data: ArrayLike<number>, from: number, to: number): void {
	let i = from;
	for (; i + 6 <= to; i += 6) {
		const red = data[i] as number;
		const green = 256 + (data[i + 1] as number);
		const blue = 512 + (data[i + 2] as number);
		const nextRed = 768 + (data[i + 3] as number);
		const nextGreen = 1024 + (data[i + 4] as number);
		const nextBlue = 1280 + (data[i + 5] as number);
		counts[red] = (counts[red] as number) + 1;
		counts[green] = (counts[green] as number) + 1;
		counts[blue] = (counts[blue] as number) + 1;
		counts[nextRed] = (counts[nextRed] as number) + 1;
		counts[nextGreen] = (counts[nextGreen] as number) + 1;
		counts[nextBlue] = (counts[nextBlue] as number) + 1;
	}
	for (let at = 0; i < to; i++, at += 256) {
		const level = at + (data[i] as number);
		counts[level] = (counts[level] as number) + 1;
	}
}

function levelAt(counts: Uint32Array, place: number): number {
	let before = 0;
	for (let level = 0; level < counts.length; level++) {
		before += counts[level] as number;
		if (before > place) return level;
	}
	return counts.length - 1;
}

/** @internal */
export function nothing(percents: readonly number[]): BandStatistics {
	const none = Number.NaN;
	const percentiles = Object.fromEntries(percents.map(percent => [String(percent), none]));
	return { count: 0, mean: none, std: none, min: none, max: none, percentiles, percentileError: 0 };
}
