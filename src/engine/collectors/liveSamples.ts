import type { AllocationsEntry } from '../../protocol/entries.ts';

/** One object that V8 sampled: which one it is in the order of all samples, and the bytes that it stands for. */
export interface HeapSample {
	node: number;
	ordinal: number;
	bytes: number;
}

interface Live {
	node: number;
	bytes: number;
	bornAt: number;
}

interface Group extends Live {
	samples: number;
}

/** What a sampler before this one saw last: V8 does not tell when one of these dies, only the heap as a whole does. */
interface Carried extends Group {
	leftBytes: number;
	leftSamples: number;
}

export type AllocationsChange = Pick<AllocationsEntry, 'live' | 'born' | 'freed'>;

/** V8 scales by whole objects, which is coarse for those of about the sampling interval: how far a weight may be set right. */
const LEAST_FACTOR = 0.5;
const MOST_FACTOR = 1.5;

/**
 * Follows V8's samples by their ordinals from reading to reading: those above the highest seen are born, those that no longer come
 * are gone. What is live is always the sum of all born minus all freed. Holds as many records as there are live samples.
 */
export class LiveSamples {
	#live = new Map<number, Live>();
	#carried: Carried[] = [];
	#carriedBytes = 0;
	/** Bytes of the heap that are no sample's: what was there before sampling began. */
	#baseBytes = 0;
	#carriedShare = 1;
	#highestOrdinal = 0;
	#isFirst = true;

	/** Of the sampler that runs now. */
	get highestOrdinal(): number {
		return this.#highestOrdinal;
	}

	/**
	 * `selfBytes` is V8's own sum by node, `heapUsedBytes` the heap right after the collection that goes with a reading (only asked for
	 * what was carried over). The first reading has no `born`: all of it is.
	 */
	read(
		t: number,
		samples: readonly HeapSample[],
		selfBytes: ReadonlyMap<number, number>,
		heapUsedBytes: number | undefined,
	): AllocationsChange {
		const seen = new Map<number, Live>();
		const fresh: HeapSample[] = [];
		const knownBytes = new Map<number, number>();
		const freshBytes = new Map<number, number>();
		for (const sample of samples) {
			const known = this.#live.get(sample.ordinal);
			if (known) {
				seen.set(sample.ordinal, known);
				// By the node that it is told under now: V8 may have forgotten its script since, and with it the place.
				add(knownBytes, sample.node, known.bytes);
			} else {
				fresh.push(sample);
				add(freshBytes, sample.node, sample.bytes);
			}
			this.#highestOrdinal = Math.max(this.#highestOrdinal, sample.ordinal);
		}
		const gone = [...this.#live].filter(([ordinal]) => !seen.has(ordinal)).map(([, live]) => ({ ...live, samples: 1 }));
		const born: Group[] = [];
		for (const { node, ordinal, bytes } of fresh) {
			const factor = ((selfBytes.get(node) ?? 0) - (knownBytes.get(node) ?? 0)) / (freshBytes.get(node) ?? 1);
			const live = { node, bytes: Math.round(bytes * bounded(factor)), bornAt: t };
			seen.set(ordinal, live);
			born.push({ ...live, samples: 1 });
		}
		this.#live = seen;
		const freed = [...gone, ...this.#countDown(heapUsedBytes)];
		const live = [
			...[...seen.values()].map(one => ({ ...one, samples: 1 })),
			...this.#carried.map(({ node, leftBytes, leftSamples }) => ({ node, bytes: leftBytes, samples: leftSamples })),
		];
		const change: AllocationsChange = { live: byNode(live), freed: byBirth(freed) };
		if (!this.#isFirst) change.born = byNode(born);
		this.#isFirst = false;
		return change;
	}

	/**
	 * V8's sampler begins anew after this reading, its ordinals with it. What is live stays in the account; from here on it goes down
	 * as the rest of the heap tells, every site alike.
	 */
	carryOver(heapUsedBytes: number | undefined): void {
		const held = byBirth([
			...this.#carried.map(one => ({ ...one, bytes: one.leftBytes, samples: one.leftSamples })),
			...[...this.#live.values()].map(one => ({ ...one, samples: 1 })),
		]);
		this.#carried = held.map(([node, bytes, samples, bornAt]) => {
			return { node, bytes, samples, bornAt, leftBytes: bytes, leftSamples: samples };
		});
		this.#carriedBytes = held.reduce((sum, [, bytes]) => sum + bytes, 0);
		this.#carriedShare = 1;
		this.#baseBytes = Math.max(0, (heapUsedBytes ?? this.#carriedBytes) - this.#carriedBytes);
		this.#live = new Map();
		this.#highestOrdinal = 0;
	}

	#countDown(heapUsedBytes: number | undefined): Group[] {
		if (this.#carriedBytes === 0 || heapUsedBytes === undefined) return [];
		let youngBytes = 0;
		for (const { bytes } of this.#live.values()) youngBytes += bytes;
		const left = (heapUsedBytes - this.#baseBytes - youngBytes) / this.#carriedBytes;
		// What is gone does not come back.
		this.#carriedShare = Math.min(this.#carriedShare, Math.max(0, left));
		const freed: Group[] = [];
		for (const one of this.#carried) {
			const leftBytes = Math.round(one.bytes * this.#carriedShare);
			const leftSamples = leftBytes === 0 ? 0 : Math.max(1, Math.round(one.samples * this.#carriedShare));
			const [bytes, samples] = [one.leftBytes - leftBytes, one.leftSamples - leftSamples];
			if (bytes > 0) freed.push({ node: one.node, bornAt: one.bornAt, bytes, samples });
			[one.leftBytes, one.leftSamples] = [leftBytes, leftSamples];
		}
		this.#carried = this.#carried.filter(({ leftBytes }) => leftBytes > 0);
		if (this.#carried.length === 0) this.#carriedBytes = 0;
		return freed;
	}
}

const bounded = (factor: number) => Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));

function add(sums: Map<number, number>, key: number, bytes: number): void {
	sums.set(key, (sums.get(key) ?? 0) + bytes);
}

function byNode(rows: readonly Omit<Group, 'bornAt'>[]): [number, number, number][] {
	const sums = new Map<number, [number, number, number]>();
	for (const { node, bytes, samples } of rows) {
		const sum = sums.get(node);
		if (sum) {
			sum[1] += bytes;
			sum[2] += samples;
		} else sums.set(node, [node, bytes, samples]);
	}
	return [...sums.values()];
}

function byBirth(rows: readonly Group[]): [number, number, number, number][] {
	const sums = new Map<string, [number, number, number, number]>();
	for (const { node, bytes, samples, bornAt } of rows) {
		const key = `${node} ${bornAt}`;
		const sum = sums.get(key);
		if (sum) {
			sum[1] += bytes;
			sum[2] += samples;
		} else sums.set(key, [node, bytes, samples, bornAt]);
	}
	return [...sums.values()];
}
