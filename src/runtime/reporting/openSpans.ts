import type { MemoryReading, SpanEntry } from '../../protocol/entries.ts';
import { monotonicMs } from './clock.ts';
import { addTo, difference, raise, readMemory } from './memoryReading.ts';
import type { RegionRecord } from './regionBook.ts';
import type { SpanQueue } from './spanQueue.ts';

/** Least distance between two measured calls of one region: two readings of 10 µs in 2 ms are 1 %. */
const MEASURE_EVERY_MS = 2;
/** An unmeasured call shorter than this is told in the region's totals only: on a time line it would not be seen. */
const SHOWN_FROM_MS = 1;
/** Open spans whose peak is followed; trackers that are never disposed of must not add up. */
const MAX_OPEN = 16_384;
/** Ancestors whose peak is raised with each reading: in a deeper recursion the outer ones see the readings of the drains only. */
const MAX_ANCESTORS = 1_024;

/** Regions told of one allocation. */
const MAX_CHAIN = 64;

/** A call that has begun. `round` is the recording it belongs to: a call that outlives it is not counted. */
export interface OpenSpan {
	readonly id: number;
	readonly round: number;
	readonly region: RegionRecord;
	/** The nearest that was open when this began. Once this has ended, the nearest that was open then: see `end`. */
	parent: OpenSpan | undefined;
	readonly t: number;
	readonly start: MemoryReading | undefined;
	readonly peak: MemoryReading | undefined;
	/** The engine knows this id, or will: it was announced, or a child that names it was. */
	wanted: boolean;
	announced: boolean;
	ended: boolean;
}

export class OpenSpans {
	readonly #queue: SpanQueue;
	readonly #open = new Set<OpenSpan>();
	#lastId = 0;
	#round = 0;

	constructor(queue: SpanQueue) {
		this.#queue = queue;
	}

	get size(): number {
		return this.#open.size;
	}

	reset(): void {
		this.#open.clear();
		this.#round++;
	}

	/** `within` is the span that the asynchronous context hands on: it may have ended long ago. */
	begin(region: RegionRecord, within: OpenSpan | undefined): OpenSpan {
		const parent = this.#nearestOpen(within);
		region.open++;
		region.changed = true;
		const now = monotonicMs();
		let start: MemoryReading | undefined;
		if (now - region.lastMeasured >= MEASURE_EVERY_MS) {
			region.lastMeasured = now;
			start = readMemory();
			raiseUpwards(parent, start);
		}
		const span: OpenSpan = {
			id: ++this.#lastId,
			round: this.#round,
			region,
			parent,
			t: now,
			start,
			peak: start && { ...start },
			wanted: false,
			announced: false,
			ended: false,
		};
		if (this.#open.size < MAX_OPEN) this.#open.add(span);
		return span;
	}

	end(span: OpenSpan, failed: boolean): void {
		if (span.ended || span.round !== this.#round) return;
		span.ended = true;
		this.#open.delete(span);
		const { region, start, peak } = span;
		const end = monotonicMs();
		const ms = end - span.t;
		let delta: MemoryReading | undefined;
		if (start && peak) {
			const reading = readMemory();
			raise(peak, reading);
			raiseUpwards(span.parent, peak);
			delta = difference(reading, start);
			region.measuredCalls++;
			if (region.delta) addTo(region.delta, delta);
			else region.delta = { ...delta };
			if (region.peak) raise(region.peak, peak);
			else region.peak = { ...peak };
		}
		region.changed = true;
		region.open--;
		region.calls++;
		region.totalMs += ms;
		if (ms > region.maxMs) region.maxMs = ms;
		if (failed) region.errors++;
		if (start || span.wanted || failed || ms >= SHOWN_FROM_MS)
			this.#queue.push(this.#entry(span, { end, failed, delta }));
		// Last, the entry has named its parent: a region that schedules itself again must not keep all calls before it alive.
		span.parent = this.#nearestOpen(span.parent);
	}

	/** A reading that was taken while these were open: peaks are the highest reading in between. */
	raiseAll(reading: MemoryReading): void {
		for (const { peak, region } of this.#open) {
			if (!peak || !raise(peak, reading)) continue;
			if (region.peak) raise(region.peak, peak);
			else region.peak = { ...peak };
			region.changed = true;
		}
	}

	/** Begin entries of the open spans that were not told yet. */
	announce(): SpanEntry[] {
		const entries: SpanEntry[] = [];
		for (const span of this.#open) {
			if (span.announced) continue;
			span.announced = true;
			entries.push(this.#entry(span));
		}
		return entries;
	}

	/** Ids of the regions open around code that runs inside `within`, outermost first; the innermost of a deep recursion. */
	openRegions(within: OpenSpan | undefined): number[] {
		const regions: number[] = [];
		let span = this.#nearestOpen(within);
		for (let left = MAX_CHAIN; span && left > 0; left--) {
			regions.push(span.region.id);
			span = this.#nearestOpen(span.parent);
		}
		return regions.reverse();
	}

	#nearestOpen(from: OpenSpan | undefined): OpenSpan | undefined {
		let span = from;
		while (span && (span.ended || span.round !== this.#round)) span = span.parent;
		// So that the next who comes from there need not walk again.
		if (from && from !== span) from.parent = span;
		return span;
	}

	#entry(span: OpenSpan, ended?: { end: number; failed: boolean; delta: MemoryReading | undefined }): SpanEntry {
		const { id, region, t, start, peak } = span;
		const parent = nearestTold(span.parent);
		span.wanted = true;
		if (parent) parent.wanted = true;
		return {
			type: 'span',
			t,
			region: region.id,
			span: id,
			...(parent && { parent: parent.id }),
			...(ended && { end: ended.end }),
			...(ended?.failed && { failed: true }),
			...(start && { start }),
			...(peak && { peak: { ...peak } }),
			...(ended?.delta && { delta: ended.delta }),
		};
	}
}

/** A parent that ended before its child may have been too short to be told of. */
function nearestTold(from: OpenSpan | undefined): OpenSpan | undefined {
	let span = from;
	while (span?.ended && !span.wanted) span = span.parent;
	return span;
}

function raiseUpwards(from: OpenSpan | undefined, reading: MemoryReading): void {
	let span = from;
	for (let left = MAX_ANCESTORS; span && left > 0; left--) {
		if (span.peak && !span.ended) raise(span.peak, reading);
		span = span.parent;
	}
}
