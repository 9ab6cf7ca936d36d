import { clearKeptObjects } from './keptObjects.ts';
import { backingBytes } from './natives.ts';

/** Samples followed at a time. At the default interval that is 16 GB of small buffers, or as many large ones as 1 MB each make 64 GB. */
export const MAX_TRACKED = 65_536;
/** Looked through for an array buffer that is transferred. */
const MAX_SEARCHED = 4_096;
/** A record, its WeakRef and its place in the array. */
const SAMPLE_BYTES = 160;
/** Part of a sweep between two looks at the clock. */
const SLICE = 512;

/** When the samples of one drain were told; set when it happens. */
export interface Birth {
	t: number;
}

/** Sums of what one stack allocated in one context since the last report. */
export interface SampleSite {
	readonly stack: number;
	readonly kind: number;
	readonly context: number;
	bytes: number;
	samples: number;
	freed: Map<Birth, { bytes: number; samples: number }> | undefined;
}

/** `from` and `to`: the part of the backing memory that it stands for, so that a part cut off by `resize` counts as freed. */
export interface Sample {
	owner: WeakRef<object>;
	site: SampleSite;
	weight: number;
	readonly from: number;
	to: number;
	readonly born: Birth;
}

/** The sampled allocations that are still alive, as far as the last sweep knows. */
export class TrackedSamples {
	readonly #onFreed: (sample: Sample, bytes: number, isLast: boolean) => void;
	readonly #onGrown: (sample: Sample, bytes: number) => void;
	#samples: Sample[] = [];
	/** Where the running sweep reads and where it keeps; equal to 0 between two. */
	#read = 0;
	#write = 0;
	liveBytes = 0;
	/** Samples looked at so far, in all sweeps. */
	looked = 0;

	constructor(
		onFreed: (sample: Sample, bytes: number, isLast: boolean) => void,
		onGrown: (sample: Sample, bytes: number) => void,
	) {
		this.#onFreed = onFreed;
		this.#onGrown = onGrown;
	}

	get isFull(): boolean {
		return this.#samples.length >= MAX_TRACKED;
	}

	get ownBytes(): number {
		return this.#samples.length * SAMPLE_BYTES;
	}

	reset(): void {
		this.#samples = [];
		this.#read = 0;
		this.#write = 0;
		this.liveBytes = 0;
	}

	add(sample: Sample): void {
		this.#samples[this.#samples.length] = sample;
		this.liveBytes += sample.weight;
	}

	/** The one added last, if it is of `owner`. */
	newestOf(owner: object): Sample | undefined {
		const sample = this.#samples[this.#samples.length - 1];
		return sample?.owner.deref() === owner ? sample : undefined;
	}

	/** The newest samples of `before` are samples of `after` from here on; gives the bytes they stand for, 0 when there is none. */
	move(before: object, after: object): number {
		const samples = this.#samples;
		let to = 0;
		for (let i = samples.length - 1; i >= 0 && i >= samples.length - MAX_SEARCHED; i--) {
			const sample = samples[i] as Sample;
			if (sample.owner.deref() !== before) continue;
			sample.owner = new WeakRef(after);
			if (sample.to > to) to = sample.to;
		}
		clearKeptObjects();
		return to;
	}

	/** Looks which are gone until `nowMs()` reaches `until`; true when all have been looked at. The next call goes on. */
	sweep(until: number, nowMs: () => number): boolean {
		const samples = this.#samples;
		while (this.#read < samples.length) {
			const end = Math.min(samples.length, this.#read + SLICE);
			for (let i = this.#read; i < end; i++) {
				const sample = samples[i] as Sample;
				if (this.#isAlive(sample)) samples[this.#write++] = sample;
			}
			this.looked += end - this.#read;
			this.#read = end;
			if (end < samples.length && nowMs() >= until) {
				clearKeptObjects();
				return false;
			}
		}
		samples.length = this.#write;
		this.#read = 0;
		this.#write = 0;
		clearKeptObjects();
		return true;
	}

	/** Looks at all of them anew. */
	sweepAll(): void {
		const clock = () => 0;
		if (this.#read > 0) this.sweep(Number.POSITIVE_INFINITY, clock);
		this.sweep(Number.POSITIVE_INFINITY, clock);
	}

	#isAlive(sample: Sample): boolean {
		const owner = sample.owner.deref();
		const { from, to } = sample;
		const present = owner === undefined ? 0 : backingBytes(owner);
		if (present > to && sample.site.kind === WASM_MEMORY) {
			this.liveBytes += present - to;
			sample.weight += present - to;
			this.#onGrown(sample, present - to);
			sample.to = present;
			return true;
		}
		if (present >= to) return true;
		const gone = present <= from ? sample.weight : (sample.weight * (to - present)) / (to - from);
		this.liveBytes -= gone;
		sample.weight -= gone;
		this.#onFreed(sample, gone, present <= from);
		sample.to = present;
		return present > from;
	}
}

/** A memory grows from inside its module as well, where no hook sees it. */
export const WASM_MEMORY = 4;
