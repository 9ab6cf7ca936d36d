import type { OffHeapReport } from '../../protocol/runtimeLink.ts';
import { monotonicMs } from '../reporting/clock.ts';
import {
	asksForSample,
	currentInterval,
	DEFAULT_INTERVAL_BYTES,
	isRecording,
	setInterval,
	startBudget,
	stopBudget,
	takeWeight,
} from './budget.ts';
import { callSites, holdStack } from './captureStack.ts';
import { ContextTable } from './contextTable.ts';
import { CostMeter } from './costMeter.ts';
import { clearKeptObjects } from './keptObjects.ts';
import { backingBytes, bufferOf, isTypedArray } from './natives.ts';
import { Origins } from './origins.ts';
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
/** The engine chooses the interval. An emergency brake, far above its budgets: of the time, for samples; and where it is let go again. */
const BRAKE_SHARE = 0.1;
const CALM_SHARE = BRAKE_SHARE / 4;
/** Live bytes against what the process counts, beyond which those looked at first are looked at again. */
const SUSPICIOUS = 1.02;
const SITES_OF_STACK = 8 * 8_192;
const SITE_BYTES = 200;
const MAX_SITES = 32_768;

/** What becomes of sampled allocations: sums by stack, kind and context, until somebody drains them. */
export class OffHeapRecorder {
	readonly #openRegions: () => readonly number[];
	readonly #stacks = new StackTable();
	readonly #contexts = new ContextTable();
	readonly origins = new Origins();
	readonly #findOrigin = () => this.origins.of(this.#arriving) ?? this.origins.ofRunning();
	/** The stream that is passing on a chunk. */
	#arriving: object | undefined;
	/** Allocated by Node alone a moment ago: the built-in, for the stream that it may be given to. */
	#orphan: string | undefined;
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
	readonly #sampling = new CostMeter();
	readonly #sweeping = new CostMeter();
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
		this.#sampling.reset();
		this.#sweeping.reset();
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
	 * `made`, a buffer or a view of one, holds a point of the budget. It stands for the bytes from `from` on. `called` is the function
	 * whose caller is meant.
	 */
	sample(made: object, bytes: number, kind: number, builtin: string, called: AnyFunction, from = 0): void {
		const weight = takeWeight(bytes);
		if (weight > 0) this.#take(made, bytes, weight, kind, builtin, called, from);
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
			const stack = this.#stacks.idOf(builtin, callSites(holdStack(called)), this.#findOrigin);
			this.#orphan = this.#stacks.isOrphan ? builtin : undefined;
			this.#add(made, bytes, weight, kind, stack, from);
			// After each: one that is kept counts for all those it stands for.
			clearKeptObjects();
			this.#sampling.add(monotonicMs() - began);
		} catch {
			// A script that broke a built-in we need loses samples, nothing else.
		} finally {
			this.#isBusy = false;
		}
	}

	/** Looks at a chunk that came to `stream` from outside. */
	arrive(stream: object, look: () => void): void {
		this.#arriving = stream;
		try {
			look();
		} finally {
			this.#arriving = undefined;
		}
	}

	/** `stream` passes on a chunk: where it has just been made by Node alone, it is for whoever made the stream. */
	adopt(chunk: object, stream: object): void {
		const builtin = this.#orphan;
		this.#orphan = undefined;
		if (builtin === undefined || !isTypedArray(chunk)) return;
		const sample = this.#tracked.newestOf(bufferOf(chunk));
		const sites = sample && this.origins.of(stream);
		if (!sites || sample.born !== this.#birth) return;
		const { site, weight } = sample;
		const adopted = this.#siteOf(this.#stacks.idOf(builtin, sites), site.kind, site.context);
		if (!adopted) return;
		site.bytes -= weight;
		site.samples--;
		sample.site = adopted;
		this.#noteAllocated(adopted, weight, 1);
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
		const present = arrayBuffersBytes();
		// A collection between two slices of the sweep.
		if (this.#tracked.liveBytes > present * SUSPICIOUS) this.#tracked.sweepAll();
		return this.#report(now, present);
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
		const before = this.#tracked.looked;
		const done = this.#tracked.sweep(now + SWEEP_SLICE_MS, monotonicMs);
		const looked = this.#tracked.looked - before;
		const ms = monotonicMs() - now;
		this.#sweeping.add(ms, Math.max(1, looked));
		this.#nextSweep = now + ms / SWEEP_SHARE;
		if (done) this.#nextSweep = Math.max(this.#nextSweep, now + REPORT_EVERY_MS);
		return done;
	}

	/** Keeps the share of time that samples take in bounds. */
	#judge(now: number): void {
		const passed = now - this.#reportedAt;
		if (passed <= 0) return;
		const share = (this.#sampling.ms - this.#judgedSamplingMs) / passed;
		this.#judgedSamplingMs = this.#sampling.ms;
		const interval = currentInterval();
		if (share > BRAKE_SHARE) setInterval(interval * 2);
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
			spentMs: this.#sampling.ms + this.#sweeping.ms,
			samples: this.#samples,
			ownBytes: this.#stacks.ownBytes + this.#tracked.ownBytes + this.#sites.size * SITE_BYTES,
		};
	}
}
