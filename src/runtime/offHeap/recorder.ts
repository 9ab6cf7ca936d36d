import type { OffHeapReport } from '../../protocol/runtimeLink.ts';
import { monotonicMs } from '../reporting/clock.ts';
import {
	asksForSample,
	budget,
	currentInterval,
	DEFAULT_INTERVAL_BYTES,
	draw,
	isRecording,
	LEFT,
	setInterval,
	startBudget,
	stopBudget,
	weightOf,
} from './budget.ts';
import { captureStack } from './captureStack.ts';
import { ContextTable } from './contextTable.ts';
import { clearKeptObjects } from './keptObjects.ts';
import { backingBytes, bufferOf, isTypedArray } from './natives.ts';
import { StackTable } from './stackTable.ts';
import { type Birth, type Sample, type SampleSite, TrackedSamples, WASM_MEMORY } from './trackedSamples.ts';

type AnyFunction = (...args: never[]) => unknown;

/** In {@link OFF_HEAP_KINDS}. */
const ARRAY_BUFFER = 1;
/** Least distance between two reports, and with them between two sweeps, ms. */
const REPORT_EVERY_MS = 250;
/** One drain sweeps for this long at most, ms; the next goes on. */
const SWEEP_SLICE_MS = 2;
/** Of the time, for sweeps. */
const SWEEP_SHARE = 0.01;
/** Of the time, for samples: above, the interval is doubled; below half of it, it goes back to what was asked for. */
const SAMPLE_SHARE = 0.04;
const CALM_SHARE = SAMPLE_SHARE / 2.5;
const SITES_OF_STACK = 8 * 8_192;
const SITE_BYTES = 200;
const MAX_SITES = 32_768;

/** What becomes of sampled allocations: sums by stack, kind and context, until somebody drains them. */
export class OffHeapRecorder {
	readonly #openRegions: () => readonly number[];
	readonly #stacks = new StackTable();
	readonly #contexts = new ContextTable();
	readonly #sites = new Map<number, SampleSite>();
	readonly #tracked = new TrackedSamples(
		(sample, bytes, isLast) => this.#noteFreed(sample, bytes, isLast),
		(sample, bytes) => this.#noteAllocated(sample.site, bytes, 0),
	);
	/** Of the samples that the next report tells. */
	#birth: Birth = { t: 0 };
	/** Sites with something to tell. */
	readonly #changed = new Set<SampleSite>();
	#asked = DEFAULT_INTERVAL_BYTES;
	#samples = 0;
	#samplingMs = 0;
	#sweepingMs = 0;
	#reportedAt = 0;
	#nextSweep = 0;
	#judgedSamplingMs = 0;
	#isBusy = false;
	#isEnding = false;

	constructor(openRegions: () => readonly number[]) {
		this.#openRegions = openRegions;
	}

	start(): void {
		this.#stacks.reset();
		this.#contexts.reset();
		this.#sites.clear();
		this.#tracked.reset();
		this.#changed.clear();
		this.#birth = { t: 0 };
		this.#samples = 0;
		this.#samplingMs = 0;
		this.#sweepingMs = 0;
		this.#judgedSamplingMs = 0;
		this.#isEnding = false;
		this.#reportedAt = monotonicMs();
		this.#nextSweep = this.#reportedAt + REPORT_EVERY_MS;
		startBudget();
	}

	stop(): void {
		stopBudget();
		this.#tracked.reset();
		this.#sites.clear();
		this.#changed.clear();
	}

	/** The next drain tells all there is. */
	end(): void {
		this.#isEnding = true;
	}

	setInterval(bytes: number): void {
		this.#asked = bytes;
		setInterval(bytes);
	}

	/**
	 * `made`, a buffer or a view of one, has used up the budget. It stands for the bytes from `from` on. `called` is the function
	 * whose caller is meant.
	 */
	sample(made: object, bytes: number, kind: number, builtin: string, called: AnyFunction, from = 0): void {
		const weight = weightOf(bytes);
		if ((budget[LEFT] as number) < 0) draw();
		this.#take(made, bytes, weight, kind, builtin, called, from);
	}

	#take(
		made: object,
		bytes: number,
		weight: number,
		kind: number,
		builtin: string,
		called: AnyFunction,
		from: number,
	): void {
		if (this.#isBusy) return;
		this.#isBusy = true;
		try {
			const began = monotonicMs();
			this.#add(made, bytes, weight, kind, this.#stacks.idOf(builtin, captureStack(called)), from);
			clearKeptObjects();
			this.#samplingMs += monotonicMs() - began;
		} catch {
			// A script that broke a built-in we need loses samples, nothing else.
		} finally {
			this.#isBusy = false;
		}
	}

	get isRecording(): boolean {
		return isRecording();
	}

	/** The memory of `before` belongs to `after` now. */
	moved(before: object, after: object, builtin: string, called: AnyFunction): void {
		if (!isRecording()) return;
		const known = this.#tracked.move(before, after);
		const bytes = backingBytes(after) - known;
		if (bytes <= 0) return;
		// What was not sampled at its birth must not get a second chance; what is added to a sampled one is new.
		if (known > 0 && asksForSample(bytes)) this.sample(after, bytes, ARRAY_BUFFER, builtin, called, known);
	}

	/** A WebAssembly memory: there are few, so all are followed, growth from inside the module included. */
	sampleMemory(made: object, builtin: string, called: AnyFunction): void {
		if (isRecording()) this.#take(made, backingBytes(made), backingBytes(made), WASM_MEMORY, builtin, called, 0);
	}

	drain(arrayBuffersBytes: () => number): OffHeapReport | undefined {
		const now = monotonicMs();
		if (!this.#isEnding && (now < this.#nextSweep || !this.#sweep(now))) return undefined;
		if (this.#isEnding) this.#tracked.sweepAll();
		this.#judge(now);
		return this.#report(now, arrayBuffersBytes());
	}

	#add(made: object, bytes: number, weight: number, kind: number, stack: number, from: number): void {
		const site = this.#siteOf(stack, kind, this.#contexts.idOf(this.#openRegions()));
		if (!site || this.#tracked.isFull) {
			// Neither allocated nor live: it stays in what is not attributed.
			setInterval(currentInterval() * 2);
			return;
		}
		this.#samples++;
		this.#noteAllocated(site, weight, 1);
		const owner = isTypedArray(made) ? bufferOf(made) : made;
		const born = this.#birth;
		this.#tracked.add({ owner: new WeakRef(owner), site, weight, from, to: from + bytes, born });
	}

	#siteOf(stack: number, kind: number, context: number): SampleSite | undefined {
		const key = (context * SITES_OF_STACK + stack) * 8 + kind;
		let site = this.#sites.get(key);
		if (!site && this.#sites.size < MAX_SITES) {
			site = { stack, kind, context, bytes: 0, samples: 0, freed: undefined };
			this.#sites.set(key, site);
		}
		return site;
	}

	#noteAllocated(site: SampleSite, bytes: number, samples: number): void {
		site.bytes += bytes;
		site.samples += samples;
		this.#changed.add(site);
	}

	#noteFreed({ site, born }: Sample, bytes: number, isLast: boolean): void {
		site.freed ??= new Map();
		const sum = site.freed.get(born);
		if (sum) {
			sum.bytes += bytes;
			if (isLast) sum.samples++;
		} else site.freed.set(born, { bytes, samples: isLast ? 1 : 0 });
		this.#changed.add(site);
	}

	/** True when all samples have been looked at. */
	#sweep(now: number): boolean {
		const done = this.#tracked.sweep(now + SWEEP_SLICE_MS, monotonicMs);
		const ms = monotonicMs() - now;
		this.#sweepingMs += ms;
		this.#nextSweep = now + ms / SWEEP_SHARE;
		if (done) this.#nextSweep = Math.max(this.#nextSweep, now + REPORT_EVERY_MS);
		return done;
	}

	/** Keeps the share of time that samples take in bounds. */
	#judge(now: number): void {
		const passed = now - this.#reportedAt;
		if (passed <= 0) return;
		const share = (this.#samplingMs - this.#judgedSamplingMs) / passed;
		this.#judgedSamplingMs = this.#samplingMs;
		const interval = currentInterval();
		if (share > SAMPLE_SHARE) setInterval(interval * 2);
		else if (share < CALM_SHARE && interval > this.#asked) setInterval(Math.max(this.#asked, interval / 2));
	}

	#report(now: number, arrayBuffersBytes: number): OffHeapReport {
		this.#birth.t = now;
		const allocated: OffHeapReport['allocated'] = [];
		const freed: OffHeapReport['freed'] = [];
		for (const site of this.#changed) {
			const { stack, kind, context } = site;
			if (site.bytes > 0) allocated.push([stack, kind, context, site.bytes, site.samples]);
			if (site.freed) {
				for (const [born, { bytes, samples }] of site.freed) freed.push([stack, kind, context, bytes, samples, born.t]);
			}
			site.bytes = 0;
			site.samples = 0;
			site.freed = undefined;
		}
		this.#changed.clear();
		this.#birth = { t: now };
		this.#reportedAt = now;
		return {
			now,
			intervalBytes: currentInterval(),
			stacks: this.#stacks.takeUntold(),
			contexts: this.#contexts.takeUntold(),
			allocated,
			freed,
			liveBytes: Math.max(0, this.#tracked.liveBytes),
			arrayBuffersBytes,
			spentMs: this.#samplingMs + this.#sweepingMs,
			samples: this.#samples,
			ownBytes: this.#stacks.ownBytes + this.#tracked.ownBytes + this.#sites.size * SITE_BYTES,
		};
	}
}
