import type { Framing } from './audioOptions.ts';
import type { AudioFrame, AudioLevel, RawBlock } from './audioTypes.ts';

/** A frame that has begun: sums of squares and peaks of the mean and, behind it, of each channel. */
interface OpenFrame {
	number: number;
	readonly squares: Float64Array;
	readonly peaks: Float64Array;
}

/**
 * Makes frames of samples as they come, without keeping samples: the sound is cut where a frame begins or ends, each piece is added up
 * once, and its sums count for all frames that it lies in. Frame n covers the samples from n × hop to n × hop + frameSize; the first
 * that the sound's end cuts off is the last.
 */
export class FrameLevels {
	readonly #framing: Framing;
	readonly #sampleRate: number;
	readonly #origin: number;
	readonly #lanes: number;
	readonly #squares: Float64Array;
	readonly #peaks: Float64Array;
	readonly #open: OpenFrame[] = [];
	/** Frames that were given, to be begun again. */
	readonly #spare: OpenFrame[] = [];
	/** Where the sound has got to, samples from the origin. */
	#at = 0;
	#begun = 0;

	/** `origin`: the sample where frame 0 begins. */
	constructor(framing: Framing, channels: number, sampleRate: number, origin: number) {
		this.#framing = framing;
		this.#sampleRate = sampleRate;
		this.#origin = origin;
		this.#lanes = framing.each ? 1 + channels : 1;
		this.#squares = new Float64Array(this.#lanes);
		this.#peaks = new Float64Array(this.#lanes);
	}

	/** Frames that this block completes. */
	*push({ channels, samples }: RawBlock): Generator<AudioFrame, void, undefined> {
		const { frameSize, hop } = this.#framing;
		for (let done = 0; done < samples; ) {
			if (this.#at === this.#begun * hop) this.#begin();
			const oldest = this.#open[0];
			const frameEnd = oldest ? oldest.number * hop + frameSize : Number.POSITIVE_INFINITY;
			const cut = Math.min(frameEnd, this.#begun * hop, this.#at + samples - done);
			const until = done + cut - this.#at;
			if (oldest) this.#add(channels, done, until);
			done = until;
			this.#at = cut;
			if (oldest && cut === frameEnd) {
				this.#open.shift();
				this.#spare.push(oldest);
				yield this.#frame(oldest, frameSize);
			}
		}
	}

	/** The frame that the end of the sound cut off, if there is one. */
	*end(): Generator<AudioFrame, void, undefined> {
		const last = this.#open[0];
		const { frameSize, hop } = this.#framing;
		if (!last) return;
		// Where the frame before it reached the end, it has nothing new.
		const isNew = last.number === 0 || this.#at > (last.number - 1) * hop + frameSize;
		if (isNew) yield this.#frame(last, this.#at - last.number * hop);
	}

	#begin(): void {
		const frame = this.#spare.pop() ?? {
			number: 0,
			squares: new Float64Array(this.#lanes),
			peaks: new Float64Array(this.#lanes),
		};
		frame.number = this.#begun++;
		frame.squares.fill(0);
		frame.peaks.fill(0);
		this.#open.push(frame);
	}

	#add(channels: readonly Float32Array[], from: number, to: number): void {
		const squares = this.#squares.fill(0);
		const peaks = this.#peaks.fill(0);
		addMean(channels, from, to, squares, peaks);
		for (let lane = 1; lane < this.#lanes; lane++) {
			const values = channels[lane - 1];
			if (values) addOne(values, from, to, squares, peaks, lane);
		}
		for (const frame of this.#open) {
			for (let lane = 0; lane < this.#lanes; lane++) {
				frame.squares[lane] = (frame.squares[lane] ?? 0) + (squares[lane] ?? 0);
				if ((peaks[lane] ?? 0) > (frame.peaks[lane] ?? 0)) frame.peaks[lane] = peaks[lane] ?? 0;
			}
		}
	}

	#frame({ number, squares, peaks }: OpenFrame, samples: number): AudioFrame {
		const level = (lane: number): AudioLevel => ({
			rms: Math.sqrt((squares[lane] ?? 0) / samples),
			peak: peaks[lane] ?? 0,
		});
		const { frameSize, hop, each } = this.#framing;
		const { rms, peak } = level(0);
		return {
			number,
			time: (this.#origin + number * hop) / this.#sampleRate,
			samples,
			partial: samples < frameSize,
			rms,
			peak,
			...(each && { channels: Array.from({ length: this.#lanes - 1 }, (_, channel) => level(channel + 1)) }),
		};
	}
}

type Sums = Float64Array;

function addOne(values: Float32Array, from: number, to: number, squares: Sums, peaks: Sums, lane: number): void {
	let sum = 0;
	let peak = 0;
	for (let i = from; i < to; i++) {
		const value = values[i] as number;
		sum += value * value;
		const size = value < 0 ? -value : value;
		if (size > peak) peak = size;
	}
	squares[lane] = sum;
	peaks[lane] = peak;
}

function addMean(channels: readonly Float32Array[], from: number, to: number, squares: Sums, peaks: Sums): void {
	const [left, right] = channels;
	if (!left) return;
	if (!right) {
		addOne(left, from, to, squares, peaks, 0);
		return;
	}
	let sum = 0;
	let peak = 0;
	const count = channels.length;
	for (let i = from; i < to; i++) {
		let value = (left[i] as number) + (right[i] as number);
		for (let channel = 2; channel < count; channel++) value += (channels[channel] as Float32Array)[i] as number;
		value /= count;
		sum += value * value;
		const size = value < 0 ? -value : value;
		if (size > peak) peak = size;
	}
	squares[0] = sum;
	peaks[0] = peak;
}
