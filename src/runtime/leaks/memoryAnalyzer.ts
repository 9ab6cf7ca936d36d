import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { shortName } from '../reporting/shortName.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { collectFirst } from './collectFirst.ts';
import { type PeakReading, withPeak } from './peakMeter.ts';

export interface MemoryAnalyzerOptions {
	/** Profiles kept of each operation, the newest: 1 to 10 000, 100 by default. Statistics count all. */
	maxProfiles?: number;
	/** Operations kept, those analyzed last: 1 to 10 000, 200 by default. */
	maxOperations?: number;
	/** Collect before each analysis, so that garbage of others does not count as memory it found: true by default. */
	collect?: boolean;
}

/** One run of one operation. */
export interface OperationProfile {
	name: string;
	inputBytes?: number;
	/** Highest heap used plus external memory of the process while it ran, above that at its start; see `PeakReading.peakBytes`. */
	peakBytes: number;
	/** `peakBytes` as a multiple of `inputBytes`; absent without an input. */
	ratio?: number;
	ms: number;
	failed: boolean;
	/** Analyses that ran at the same time at most, this one included: above 1 the peak is that of all of them. */
	concurrent: number;
}

export interface OperationStats {
	name: string;
	/** Runs so far, and those of them that failed. */
	count: number;
	failed: number;
	/** Highest and mean peak of one run above its start, bytes. */
	peakBytes: number;
	averagePeakBytes: number;
	/** Over the runs with an input; absent where there was none. */
	averageRatio?: number;
	maxRatio?: number;
	totalMs: number;
}

export interface AnalysisReport {
	/** When it was made, ISO 8601. */
	timestamp: string;
	totalAnalyzed: number;
	/** Over all operations that are kept; absent before the first run. */
	overall?: { peakBytes: number; averagePeakBytes: number; averageRatio?: number; totalMs: number };
	operations: OperationStats[];
	/** The newest of each operation. */
	profiles: Record<string, OperationProfile[]>;
	/** Operations whose average ratio is above 3. */
	problematic: OperationStats[];
}

interface Tally {
	readonly name: string;
	readonly profiles: OperationProfile[];
	count: number;
	failed: number;
	peakBytes: number;
	sumPeakBytes: number;
	sumRatio: number;
	maxRatio: number;
	ratios: number;
	totalMs: number;
}

const PROBLEMATIC_RATIO = 3;

/** Analyses that run now, of all analyzers: they share the memory that is measured. */
const open = new Set<{ most: number }>();

/**
 * Measures how much memory operations need for inputs of known size, run by run, and which need too much for theirs. Throws a
 * `MemoryManagerError` (`invalidOption`) for wrong options.
 *
 * @example
 * const analyzer = new MemoryAnalyzer();
 * const { result, profile } = await analyzer.analyze('parse', { inputBytes: text.length }, () => JSON.parse(text));
 * console.log(profile.ratio, analyzer.problematicOperations());
 */
export class MemoryAnalyzer {
	readonly #maxProfiles: number;
	readonly #maxOperations: number;
	readonly #collect: boolean;
	/** In the order of their last analysis. */
	readonly #tallies = new Map<string, Tally>();
	#analyzed = 0;

	constructor(options: MemoryAnalyzerOptions = {}) {
		if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
		const { maxProfiles = 100, maxOperations = 200, collect = true } = options;
		this.#maxProfiles = bound('maxProfiles', maxProfiles);
		this.#maxOperations = bound('maxOperations', maxOperations);
		if (typeof collect !== 'boolean') throw invalid('collect', 'true or false', collect);
		this.#collect = collect;
	}

	/**
	 * Runs `fn` once and measures it. What `fn` throws is thrown; the run counts all the same. Throws `invalidOption` for a name that
	 * is not a text or an `inputBytes` that is no size.
	 */
	async analyze<T>(
		name: string,
		input: { inputBytes?: number },
		fn: () => T | Promise<T>,
	): Promise<{ result: T; profile: OperationProfile }> {
		if (typeof name !== 'string' || name === '') throw invalid('name', 'a text that is not empty', name);
		if (typeof fn !== 'function') throw invalid('fn', 'a function', fn);
		if (typeof input !== 'object' || input === null) throw invalid('input', 'an object, { inputBytes } or {}', input);
		const { inputBytes } = input;
		if (inputBytes !== undefined && !(inputBytes >= 0 && Number.isFinite(inputBytes))) {
			throw invalid('inputBytes', 'a number of bytes from 0 on', inputBytes);
		}
		if (this.#collect) collectFirst();
		const mine = { most: 0 };
		open.add(mine);
		for (const each of open) each.most = Math.max(each.most, open.size);
		const t = monotonicMs();
		const measured: { profile?: OperationProfile } = {};
		try {
			const result = await withPeak(fn, (peak, failed) => {
				measured.profile = profileOf(shortName(name), inputBytes, peak, failed, monotonicMs() - t, mine.most);
			});
			return { result, profile: measured.profile as OperationProfile };
		} finally {
			open.delete(mine);
			if (measured.profile) this.#keep(measured.profile, t);
		}
	}

	/** Of the runs of one operation; `undefined` for one that is not known (any more). */
	operationStats(name: string): OperationStats | undefined {
		const tally = this.#tallies.get(shortName(name));
		return tally && statsOf(tally);
	}

	/** Operations whose peak is on average more than `thresholdRatio` times their input, the worst first. */
	problematicOperations(thresholdRatio: number = PROBLEMATIC_RATIO): OperationStats[] {
		if (!(typeof thresholdRatio === 'number' && thresholdRatio >= 0))
			throw invalid('thresholdRatio', 'a number from 0 on', thresholdRatio);
		return this.#stats()
			.filter(({ averageRatio = 0 }) => averageRatio > thresholdRatio)
			.sort((a, b) => (b.averageRatio ?? 0) - (a.averageRatio ?? 0));
	}

	/** Everything as plain data. */
	report(): AnalysisReport {
		const operations = this.#stats();
		const tallies = [...this.#tallies.values()];
		const runs = sum(tallies, ({ count }) => count);
		const ratios = sum(tallies, tally => tally.ratios);
		return {
			timestamp: new Date().toISOString(),
			totalAnalyzed: this.#analyzed,
			...(runs > 0 && {
				overall: {
					peakBytes: Math.max(...tallies.map(({ peakBytes }) => peakBytes)),
					averagePeakBytes: sum(tallies, ({ sumPeakBytes }) => sumPeakBytes) / runs,
					...(ratios > 0 && { averageRatio: sum(tallies, ({ sumRatio }) => sumRatio) / ratios }),
					totalMs: sum(tallies, ({ totalMs }) => totalMs),
				},
			}),
			operations,
			profiles: Object.fromEntries(tallies.map(({ name, profiles }) => [name, profiles.map(each => ({ ...each }))])),
			problematic: this.problematicOperations(),
		};
	}

	/** Forgets what was analyzed. */
	clear(): void {
		this.#tallies.clear();
		this.#analyzed = 0;
	}

	#stats(): OperationStats[] {
		return Array.from(this.#tallies.values(), statsOf);
	}

	#keep(profile: OperationProfile, t: number): void {
		const { name, inputBytes, peakBytes, ratio, ms, failed, concurrent } = profile;
		const tally = this.#tallies.get(name) ?? emptyTally(name);
		this.#tallies.delete(name);
		this.#tallies.set(name, tally);
		const [oldest] = this.#tallies.keys();
		if (this.#tallies.size > this.#maxOperations && oldest !== undefined) this.#tallies.delete(oldest);
		tally.profiles.push(profile);
		if (tally.profiles.length > this.#maxProfiles) tally.profiles.shift();
		this.#analyzed++;
		tally.count++;
		if (failed) tally.failed++;
		tally.peakBytes = Math.max(tally.peakBytes, peakBytes);
		tally.sumPeakBytes += peakBytes;
		tally.totalMs += ms;
		if (ratio !== undefined) {
			tally.ratios++;
			tally.sumRatio += ratio;
			tally.maxRatio = Math.max(tally.maxRatio, ratio);
		}
		const hub = sharedHub();
		if (!hub.recording) return;
		hub.report({
			type: 'operation',
			t,
			end: t + ms,
			name,
			kind: 'analyzed',
			...(inputBytes !== undefined && { inputBytes }),
			peakBytes,
			...(ratio !== undefined && { ratio }),
			...(failed && { failed }),
			...(concurrent > 1 && { detail: `${concurrent} analyses ran at the same time and share this peak.` }),
		});
	}
}

function profileOf(
	name: string,
	inputBytes: number | undefined,
	{ overStartBytes }: PeakReading,
	failed: boolean,
	ms: number,
	concurrent: number,
): OperationProfile {
	return {
		name,
		...(inputBytes !== undefined && { inputBytes }),
		peakBytes: overStartBytes,
		...(inputBytes && { ratio: overStartBytes / inputBytes }),
		ms,
		failed,
		concurrent,
	};
}

function emptyTally(name: string): Tally {
	const zero = { count: 0, failed: 0, peakBytes: 0, sumPeakBytes: 0, sumRatio: 0, maxRatio: 0, ratios: 0, totalMs: 0 };
	return { name, profiles: [], ...zero };
}

function statsOf(tally: Tally): OperationStats {
	const { name, count, failed, peakBytes, sumPeakBytes, sumRatio, maxRatio, ratios, totalMs } = tally;
	return {
		name,
		count,
		failed,
		peakBytes,
		averagePeakBytes: sumPeakBytes / count,
		...(ratios > 0 && { averageRatio: sumRatio / ratios, maxRatio }),
		totalMs,
	};
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
	return items.reduce((total, item) => total + of(item), 0);
}

function bound(option: string, value: unknown): number {
	if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 10_000) {
		throw invalid(option, 'a whole number from 1 to 10000', value);
	}
	return value as number;
}

const invalid = (option: string, expected: string, value: unknown) =>
	runtimeErrors.invalidOption('MemoryAnalyzer', option, expected, value);
