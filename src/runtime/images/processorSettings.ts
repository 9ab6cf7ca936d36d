import { checkOptionNames, isPositiveInteger, runtimeErrors } from '../internals.ts';
import type { OptionNames } from '../optionNames.ts';
import type { RowSettings } from './decodeRows.ts';
import { folderText, type ImageOptions, type ImageSettings, imageSettings } from './imageOptions.ts';
import type { Measures } from './measureRegions.ts';
import { type CheckedRegion, checkRegions, type Region, WHOLE_IMAGE } from './region.ts';

export interface ImageProcessorOptions extends ImageOptions {
	/** Bound of the cache of statistics, bytes; 8 MiB when absent. */
	cacheBytes?: number;
	/** Bound of the cache of bands and coordinates per pixel, bytes, or the configured `cacheBytes` (`configured`, when absent). */
	bandCacheBytes?: number | 'configured';
	/** An image whose rows take this or more is decoded to a file instead of memory; 32 MiB when absent. */
	spoolBytes?: number;
	/** Bound of such a file; 4 GiB when absent. A larger image is refused before it is decoded. */
	maxSpoolBytes?: number;
	/** Where it lies until the image is let go; the system's folder for temporary files when absent. */
	temporaryFolder?: string;
}

export interface StatisticsOptions {
	/** Regions of interest; the whole image is always the first result. */
	rois?: readonly Region[];
	/** Percents from 0 to 100, at most 100 of them; 5, 25, 50, 75 and 95 when absent. */
	percentiles?: readonly number[];
	/** Also means of the pixels' own chromatic coordinates, which costs a division per pixel and band. */
	perPixel?: boolean;
	/**
	 * Of each band its mean alone, and the coordinates of the means: takes less time, and no memory for counts. `std`, `min` and `max` are `NaN`,
	 * and there are no percentiles.
	 */
	onlyMeans?: boolean;
	signal?: AbortSignal;
}

const NAMES: OptionNames<ImageProcessorOptions> = {
	name: true,
	maxImageBytes: true,
	failOn: true,
	page: true,
	cacheBytes: true,
	bandCacheBytes: true,
	spoolBytes: true,
	maxSpoolBytes: true,
	temporaryFolder: true,
};

const STATISTICS_NAMES: OptionNames<StatisticsOptions> = {
	rois: true,
	percentiles: true,
	perPixel: true,
	onlyMeans: true,
	signal: true,
};

const DEFAULT_CACHE_BYTES = 8 * 1024 * 1024;
const DEFAULT_SPOOL_BYTES = 32 * 1024 * 1024;
const DEFAULT_MAX_SPOOL_BYTES = 4 * 1024 ** 3;
const DEFAULT_PERCENTILES = [5, 25, 50, 75, 95];
const MAX_PERCENTILES = 100;

/** @internal */
export interface ProcessorSettings extends ImageSettings {
	readonly cacheBytes: number;
	readonly bandCacheBytes: number | 'configured';
	readonly rows: RowSettings;
}

/** Throws `invalidOption`. @internal */
export function processorSettings(options: ImageProcessorOptions): ProcessorSettings {
	const owner = 'ImageProcessor';
	const settings = imageSettings(owner, options);
	checkOptionNames(owner, options, NAMES);
	const { cacheBytes = DEFAULT_CACHE_BYTES, bandCacheBytes = 'configured', temporaryFolder } = options;
	const { spoolBytes = DEFAULT_SPOOL_BYTES, maxSpoolBytes = DEFAULT_MAX_SPOOL_BYTES } = options;
	for (const [option, value] of Object.entries({ cacheBytes, spoolBytes, maxSpoolBytes })) {
		if (isPositiveInteger(value)) continue;
		throw runtimeErrors.invalidOption(owner, option, 'a positive whole number of bytes', value);
	}
	if (bandCacheBytes !== 'configured' && !isPositiveInteger(bandCacheBytes)) {
		throw runtimeErrors.invalidOption(
			owner,
			'bandCacheBytes',
			'a positive number of bytes or "configured"',
			bandCacheBytes,
		);
	}
	const rows = {
		maxDecodedBytes: maxSpoolBytes,
		boundedBy: 'maxSpoolBytes',
		// In memory it must not be more than memory is given.
		spoolBytes: Math.min(spoolBytes, settings.maxImageBytes),
		folder: folderText(owner, 'temporaryFolder', temporaryFolder),
		failOn: settings.failOn,
	};
	return { ...settings, cacheBytes, bandCacheBytes, rows };
}

/** @internal */
export interface StatisticsSettings extends Measures {
	/** The whole image first. */
	readonly regions: readonly CheckedRegion[];
	readonly signal: AbortSignal | undefined;
}

/** Throws `invalidOption`. @internal */
export function statisticsSettings(owner: string, options: StatisticsOptions): StatisticsSettings {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { rois: [] }', options);
	}
	checkOptionNames(owner, options, STATISTICS_NAMES);
	const { rois = [], perPixel = false, onlyMeans = false, signal } = options;
	const { percentiles = onlyMeans === true ? [] : DEFAULT_PERCENTILES } = options;
	if (!isPercents(percentiles)) {
		throw runtimeErrors.invalidOption(
			owner,
			'percentiles',
			`up to ${MAX_PERCENTILES} numbers from 0 to 100`,
			percentiles,
		);
	}
	for (const [option, value] of Object.entries({ perPixel, onlyMeans })) {
		if (typeof value !== 'boolean') throw runtimeErrors.invalidOption(owner, option, 'true or false', value);
	}
	if (onlyMeans && percentiles.length > 0) {
		throw runtimeErrors.invalidOption(owner, 'percentiles', 'none where "onlyMeans" is asked for', percentiles);
	}
	if (signal !== undefined && !(signal instanceof AbortSignal)) {
		throw runtimeErrors.invalidOption(owner, 'signal', 'an AbortSignal', signal);
	}
	const regions: CheckedRegion[] = [{ kind: 'image', name: WHOLE_IMAGE }, ...checkRegions(owner, rois)];
	return { regions, percentiles: [...percentiles], perPixel, onlyMeans, signal };
}

function isPercents(percents: unknown): percents is readonly number[] {
	return (
		Array.isArray(percents) &&
		percents.length <= MAX_PERCENTILES &&
		percents.every(percent => typeof percent === 'number' && percent >= 0 && percent <= 100)
	);
}
