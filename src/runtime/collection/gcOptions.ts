import type { GcStrategy } from '../../protocol/runtimeEntries.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { runtimeErrors } from '../runtimeError.ts';
import type { CollectionResult } from './forceCollection.ts';
import type { OwnCollections } from './ownCollections.ts';
import type { GcPauses } from './pauseMeter.ts';
import type { LeverState } from './v8Levers.ts';

export interface GcOptimizerOptions {
	/** Chosen at once. Without one V8 runs as it was started. */
	strategy?: GcStrategy;
	/** Least time between two full collections of our own, ms. Default: `gcIntervalMs` of the configuration. */
	intervalMs?: number;
	/** Heap and external memory together from which on `balanced` and `conservative` collect. Default: `gcThresholdBytes` of the configuration. */
	thresholdBytes?: number;
	/** Growth since the last collection at which `conservative` collects. Default: 64 MB. */
	growthBytes?: number;
}

export interface CollectOptions {
	/** Also where the last one is less than `intervalMs` ago. Default: false. */
	force?: boolean;
	/** Only the young generation, about a millisecond; not limited by `intervalMs`. Default: false. */
	minor?: boolean;
}

/** What `collect` did, or why it did nothing. */
export type CollectOutcome =
	| (CollectionResult & { skipped?: undefined })
	| { skipped: 'rateLimit' /** When it may be asked again, ms. */; nextInMs: number }
	| { skipped: 'deferred' };

/** What is in force. */
export interface GcConfig {
	/** Absent: V8 runs as it was started. */
	strategy?: GcStrategy;
	/** V8's settings as the strategy wants them. */
	levers: LeverState[];
	/** Memory of V8's young generation now. */
	youngGenerationBytes?: number;
	/** When this library collects by itself; absent: never. */
	cadence?: { growthBytes?: number; thresholdBytes?: number; intervalMs: number };
}

export interface GcStats extends OwnCollections {
	strategy?: GcStrategy;
	/** Every collection since `measurePauses`; absent before. */
	pauses?: GcPauses;
}

const NAMES: OptionNames<GcOptimizerOptions> = {
	strategy: true,
	intervalMs: true,
	thresholdBytes: true,
	growthBytes: true,
};
const COLLECT_NAMES: OptionNames<CollectOptions> = { force: true, minor: true };

export const gcStrategies: readonly GcStrategy[] = ['aggressive', 'balanced', 'conservative'];

export function checkStrategy(strategy: unknown): void {
	if (gcStrategies.includes(strategy as GcStrategy)) return;
	throw runtimeErrors.invalidOption('GcOptimizer', 'strategy', `one of ${gcStrategies.join(', ')}`, strategy);
}

export function checkGcOptions(options: GcOptimizerOptions): void {
	const invalid = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption('GcOptimizer', option, expected, value);
	if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
	checkOptionNames('GcOptimizer', options, NAMES);
	const { strategy, intervalMs, thresholdBytes, growthBytes } = options;
	if (strategy !== undefined) checkStrategy(strategy);
	if (intervalMs !== undefined && !(Number.isFinite(intervalMs) && intervalMs >= 0)) {
		throw invalid('intervalMs', 'a number of ms from 0 on', intervalMs);
	}
	for (const [option, bytes] of Object.entries({ thresholdBytes, growthBytes })) {
		if (bytes === undefined || (Number.isFinite(bytes) && bytes > 0)) continue;
		throw invalid(option, 'a number of bytes above 0', bytes);
	}
}

export function checkCollectOptions(options: CollectOptions): void {
	const invalid = (option: string, expected: string, value: unknown) =>
		runtimeErrors.invalidOption('GcOptimizer.collect', option, expected, value);
	if (typeof options !== 'object' || options === null) throw invalid('options', 'an object', options);
	checkOptionNames('GcOptimizer.collect', options, COLLECT_NAMES);
	for (const [option, value] of Object.entries({ force: options.force, minor: options.minor })) {
		if (value !== undefined && typeof value !== 'boolean') throw invalid(option, 'true or false', value);
	}
}
