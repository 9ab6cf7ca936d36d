import { type BandStatistics, type BandTally, nothing } from './bandStatistics.ts';

/** Counts and sums alone, of samples of every type. @internal */
export class MeansTally implements BandTally {
	readonly #counts: Float64Array;
	readonly #sums: Float64Array;

	constructor(channels: number) {
		this.#counts = new Float64Array(channels);
		this.#sums = new Float64Array(channels);
	}

	add(data: ArrayLike<number>, from: number, to: number): void {
		const channels = this.#sums.length;
		if (channels === 3) {
			this.#addColors(data, from, to);
			return;
		}
		for (let channel = 0; channel < channels; channel++) this.#addBand(data, from, to, channel);
	}

	band(channel: number): BandStatistics {
		const count = this.#counts[channel] ?? 0;
		return count === 0 ? nothing([]) : { ...nothing([]), count, mean: (this.#sums[channel] ?? 0) / count };
	}

	/** All bands in one way through; those with a sample that is no number by themselves. */
	#addColors(data: ArrayLike<number>, from: number, to: number): void {
		let [red, green, blue] = [0, 0, 0];
		for (let i = from; i < to; i += 3) {
			red += data[i] as number;
			green += data[i + 1] as number;
			blue += data[i + 2] as number;
		}
		const pixels = (to - from) / 3;
		for (const [channel, sum] of [red, green, blue].entries()) {
			if (sum - sum === 0) this.#note(channel, pixels, sum);
			else this.#addBand(data, from, to, channel);
		}
	}

	#addBand(data: ArrayLike<number>, from: number, to: number, channel: number): void {
		let count = 0;
		let sum = 0;
		for (let i = from + channel; i < to; i += this.#sums.length) {
			const value = data[i] as number;
			if (value - value !== 0) continue;
			sum += value;
			count++;
		}
		this.#note(channel, count, sum);
	}

	#note(channel: number, count: number, sum: number): void {
		this.#counts[channel] = (this.#counts[channel] ?? 0) + count;
		this.#sums[channel] = (this.#sums[channel] ?? 0) + sum;
	}
}
