import { type BandStatistics, type BandTally, nothing, percentilesOf } from './bandStatistics.ts';

/** So many samples of a band are kept as they are. */
const KEPT = 65_536;
/** Of a float's bits, its sign, its exponent and as many leading binary digits of its fraction. */
const BINS_BITS = 18;
const BINS = 2 ** BINS_BITS;
const DROPPED_BITS = 32 - BINS_BITS;
/** Values in a bin lie within 2⁻⁹ of each other; its middle is off by half of that at most. */
const RELATIVE_ERROR = 2 ** -(BINS_BITS - 9) / 2;

/** Bytes that a tally of one band takes at most. @internal */
export const SKETCH_BYTES = BINS * 4 + KEPT * 8;

/**
 * Of samples that cannot be counted value by value: floats and 32 bits. Mean, standard deviation, least and largest are exact but for
 * rounding; percentiles are exact for few samples and else come from counts by the leading bits of the floats.
 *
 * @internal
 */
export class SketchTally implements BandTally {
	readonly #bands: SketchedBand[];

	constructor(channels: number) {
		this.#bands = Array.from({ length: channels }, () => new SketchedBand());
	}

	add(data: ArrayLike<number>, from: number, to: number): void {
		const bands = this.#bands;
		for (let channel = 0; channel < bands.length; channel++) {
			bands[channel]?.add(data, from + channel, to, bands.length);
		}
	}

	band(channel: number, percents: readonly number[]): BandStatistics {
		return this.#bands[channel]?.result(percents) ?? nothing(percents);
	}
}

class SketchedBand {
	#count = 0;
	#min = Number.POSITIVE_INFINITY;
	#max = Number.NEGATIVE_INFINITY;
	/** Sums are taken from the first value on: those of large numbers that differ little would lose their digits. */
	#origin = 0;
	#sum = 0;
	#squares = 0;
	#kept: Float64Array | undefined = new Float64Array(1024);
	#bins: Uint32Array | undefined;
	readonly #float = new Float32Array(1);
	readonly #bits = new Uint32Array(this.#float.buffer);

	add(data: ArrayLike<number>, from: number, to: number, step: number): void {
		let sum = 0;
		let squares = 0;
		for (let i = from; i < to; i += step) {
			const value = data[i] as number;
			if (value - value !== 0) continue;
			if (this.#count === 0) this.#origin = value;
			this.#keep(value);
			this.#count++;
			if (value < this.#min) this.#min = value;
			if (value > this.#max) this.#max = value;
			const distance = value - this.#origin;
			sum += distance;
			squares += distance * distance;
		}
		this.#sum += sum;
		this.#squares += squares;
	}

	result(percents: readonly number[]): BandStatistics {
		const count = this.#count;
		if (count === 0) return nothing(percents);
		const shift = this.#sum / count;
		const kept = this.#kept?.slice(0, count).sort();
		const at = kept ? (place: number) => kept[place] ?? Number.NaN : (place: number) => this.#binned(place);
		return {
			count,
			mean: this.#origin + shift,
			std: Math.sqrt(Math.max(0, this.#squares / count - shift * shift)),
			min: this.#min,
			max: this.#max,
			percentiles: percentilesOf({ count, at }, percents),
			percentileError: kept ? 0 : RELATIVE_ERROR,
		};
	}

	#keep(value: number): void {
		if (this.#bins) this.#bin(this.#bins, value);
		else if (this.#kept && this.#count < KEPT) {
			if (this.#count === this.#kept.length) {
				const larger = new Float64Array(this.#kept.length * 2);
				larger.set(this.#kept);
				this.#kept = larger;
			}
			this.#kept[this.#count] = value;
		} else {
			const bins = new Uint32Array(BINS);
			for (const earlier of this.#kept ?? []) this.#bin(bins, earlier);
			this.#bin(bins, value);
			this.#bins = bins;
			this.#kept = undefined;
		}
	}

	/** The bits of floats are in the order of their values, once those below zero are turned round. */
	#bin(bins: Uint32Array, value: number): void {
		this.#float[0] = value;
		const bits = this.#bits[0] as number;
		const ordered = bits & 0x80000000 ? ~bits : bits | 0x80000000;
		const bin = ordered >>> DROPPED_BITS;
		bins[bin] = (bins[bin] as number) + 1;
	}

	/** The middle of the bin in which the value lies, but never beyond what there was. */
	#binned(place: number): number {
		let before = 0;
		const bins = this.#bins ?? [];
		for (let bin = 0; bin < bins.length; bin++) {
			before += bins[bin] as number;
			if (before <= place) continue;
			const ordered = ((bin << DROPPED_BITS) | (1 << (DROPPED_BITS - 1))) >>> 0;
			this.#bits[0] = ordered & 0x80000000 ? ordered & 0x7fffffff : ~ordered;
			const middle = this.#float[0] as number;
			// Beyond what floats of 32 bits hold.
			if (middle - middle !== 0) return ordered & 0x80000000 ? this.#max : this.#min;
			return Math.min(Math.max(middle, this.#min), this.#max);
		}
		return this.#max;
	}
}
