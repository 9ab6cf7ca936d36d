import type { MemoryLevel } from '../../protocol/entries.ts';
import { severityOf } from '../../protocol/levels.ts';
import { currentConfig, onConfigure } from '../config.ts';
import { Callbacks } from '../reporting/callbacks.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import { LevelFilter } from './levelFilter.ts';
import { factsOf, type MemoryUsage, type RawUsage, readRawUsage, thresholdsInForce, withLevel } from './memoryUsage.ts';
import { checkMonitorOptions, type MemoryMonitorOptions, type MonitorHooks } from './monitorOptions.ts';
import type { PressureChange } from './pressure.ts';
import { checkSimulation, endedBy, type PressureSimulation, type SimulationOptions } from './simulation.ts';
import { type MemorySummary, UsageSummary } from './usageSummary.ts';

/** `usage` is absent where the memory could not be read at that moment. */
export type PressureListener = (change: PressureChange, usage: MemoryUsage | undefined) => unknown;

interface Simulation {
	timer: NodeJS.Timeout | undefined;
}

/**
 * Watches the memory of this process and of what surrounds it. Its level rises with the first sample that passes a threshold and falls
 * after four samples clearly below. Sampling keeps no process alive; a monitor that is started must be stopped.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be.
 *
 * @example
 * using monitor = new MemoryMonitor({ intervalMs: 100 }).start();
 * monitor.onLowMemory(({ reason }) => console.warn(reason));
 * await job();
 * console.log(monitor.summary().rssBytes?.peak);
 */
export class MemoryMonitor {
	readonly #options: MemoryMonitorOptions;
	readonly #hooks: MonitorHooks;
	readonly #read: () => RawUsage;
	readonly #filter = new LevelFilter();
	readonly #summary = new UsageSummary();
	readonly #changes = new Callbacks<[PressureChange, MemoryUsage | undefined]>('callback for memory pressure');
	readonly #samples = new Callbacks<[MemoryUsage]>('callback for memory samples');
	#level: MemoryLevel = 'normal';
	#sampledAt = Number.NEGATIVE_INFINITY;
	/** Never while it is not running. */
	#dueAt = Number.POSITIVE_INFINITY;
	#timers: { first: NodeJS.Timeout; interval: NodeJS.Timeout; endFollowing: () => void } | undefined;
	#simulation: Simulation | undefined;

	/** `hooks` are for the process's own monitor, which drives the library. */
	constructor(options: MemoryMonitorOptions = {}, hooks: MonitorHooks = {}) {
		checkMonitorOptions(options);
		this.#options = { ...options };
		this.#hooks = hooks;
		this.#read = options.read ?? readRawUsage;
	}

	/** By the samples so far, or as it is simulated. */
	get level(): MemoryLevel {
		return this.#level;
	}

	get running(): boolean {
		return this.#timers !== undefined;
	}

	get intervalMs(): number {
		return this.#options.intervalMs ?? currentConfig().monitorIntervalMs;
	}

	/** A reading that counts in no summary and changes no level. */
	memoryUsage(): MemoryUsage {
		return withLevel(this.#read());
	}

	/** Begins to sample in the background; the first sample is taken as soon as the event loop turns. */
	start(): this {
		if (this.#timers) return this;
		const intervalMs = this.intervalMs;
		const tick = () => {
			// Synchronous work that looks for itself need not be sampled twice.
			if (monotonicMs() - this.#sampledAt >= intervalMs / 2) this.#sampleSafely();
		};
		const interval = setInterval(tick, intervalMs);
		const first = setTimeout(tick, 0);
		interval.unref();
		first.unref();
		const endFollowing = onConfigure(() => this.#followInterval(intervalMs));
		this.#timers = { first, interval, endFollowing };
		this.#dueAt = Number.NEGATIVE_INFINITY;
		return this;
	}

	/** Ends the sampling. What is not watched is not known: the level is `normal` again. */
	stop(): void {
		if (!this.#timers) return;
		this.#clearTimers();
		this.#forgetLevel('The monitor was stopped: the level is not known any more.');
	}

	/** Takes a sample now, which counts for the level and the summary. */
	sample(): MemoryUsage {
		// First, so that callbacks which look at the memory do not begin another sample.
		this.#sampledAt = monotonicMs();
		if (this.#timers) this.#dueAt = this.#sampledAt + this.intervalMs;
		const raw = this.#read();
		const usage = withLevel(raw);
		this.#summary.add(raw);
		const { level, reason } = this.#filter.next(factsOf(raw), thresholdsInForce());
		if (!this.#simulation) this.#change(level, reason, false, usage);
		this.#samples.tell(usage);
		this.#hooks.sampled?.(this.#level);
		return usage;
	}

	/** For synchronous work, where no timer fires: takes a sample when one is due, else reads the clock. Never throws. */
	sampleIfDue(): void {
		if (monotonicMs() >= this.#dueAt) this.#sampleSafely();
	}

	/** Told after every change of the level. Gives what ends it. Throws `invalidOption` for what is no function; the others likewise. */
	onPressure(listener: PressureListener): () => void {
		return this.#changes.add(listener);
	}

	/** Told when memory gets short: the level rises to `elevated`, `high` or `critical`. Gives what ends it. */
	onLowMemory(listener: PressureListener): () => void {
		return this.#changes.add(listener, ({ level, previous }) => severityOf(level) > severityOf(previous));
	}

	/** Told of every sample. Gives what ends it. */
	onSample(listener: (usage: MemoryUsage) => unknown): () => void {
		return this.#samples.add(listener);
	}

	/** Current, lowest, peak and average of each figure over all samples. */
	summary(): MemorySummary {
		return this.#summary.get();
	}

	resetSummary(): void {
		this.#summary.reset();
	}

	/**
	 * Acts as if the level were this one, until `durationMs` are over, `end()` is called or `normal` is simulated. A later
	 * simulation takes the place of an earlier one. Throws `invalidOption` for a level that there is not.
	 */
	simulate(level: MemoryLevel, options: SimulationOptions = {}): PressureSimulation {
		const durationMs = checkSimulation(level, options);
		clearTimeout(this.#simulation?.timer);
		if (level === 'normal') {
			this.#endSimulation(this.#simulation);
			return endedBy(() => {});
		}
		const simulation: Simulation = { timer: undefined };
		this.#simulation = simulation;
		const end = () => this.#endSimulation(simulation);
		if (durationMs !== undefined) {
			simulation.timer = setTimeout(end, durationMs);
			simulation.timer.unref();
		}
		this.#change(level, `The script simulates the level ${level}.`, true);
		return endedBy(end);
	}

	/** Stops, ends a simulation and forgets all callbacks and the summary. It can be started again. */
	dispose(): void {
		this.#endSimulation(this.#simulation);
		this.stop();
		// Samples that were asked for one by one have a level too.
		this.#forgetLevel('The monitor was disposed of: the level is not known any more.');
		this.#changes.clear();
		this.#samples.clear();
		this.#summary.reset();
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#endSimulation(simulation: Simulation | undefined): void {
		if (!simulation || this.#simulation !== simulation) return;
		clearTimeout(simulation.timer);
		this.#simulation = undefined;
		// Where nothing is sampled, what was sampled last holds.
		if (!this.#timers || !this.#sampleSafely()) this.#change(this.#filter.level, 'The simulation ended.', false);
	}

	#forgetLevel(reason: string): void {
		this.#filter.reset();
		if (!this.#simulation && this.#level !== 'normal') this.#change('normal', reason, false);
	}

	#change(level: MemoryLevel, reason: string, simulated: boolean, usage = this.#usageSafely()): void {
		const previous = this.#level;
		if (level === previous) return;
		this.#level = level;
		// All are told of one object, and the library acts by it.
		const change = Object.freeze({ level, previous, reason, simulated });
		this.#hooks.before?.(change);
		this.#changes.tell(change, usage);
		// A callback may have simulated something else, which was told in whole by now.
		if (this.#level === level) this.#hooks.after?.(change);
	}

	#sampleSafely(): boolean {
		try {
			this.sample();
			return true;
		} catch (error) {
			warn(`The memory could not be read: ${messageOf(error)}`, error);
			return false;
		}
	}

	#usageSafely(): MemoryUsage | undefined {
		try {
			return this.memoryUsage();
		} catch {
			// The caller tells a level, which holds without figures; samples report what is wrong.
			return undefined;
		}
	}

	#followInterval(startedWith: number): void {
		if (this.intervalMs === startedWith) return;
		this.#clearTimers();
		this.start();
	}

	#clearTimers(): void {
		if (!this.#timers) return;
		clearTimeout(this.#timers.first);
		clearInterval(this.#timers.interval);
		this.#timers.endFollowing();
		this.#timers = undefined;
		this.#dueAt = Number.POSITIVE_INFINITY;
	}
}
