import { availableParallelism } from 'node:os';
import { checkOptionNames, currentConfig, isPositiveInteger, pathText, runtimeErrors } from '../internals.ts';
import type { OptionNames } from '../optionNames.ts';
import { type BandExport, checkExport } from './bandExport.ts';
import { type StatisticsOptions, statisticsSettings } from './processorSettings.ts';
import type { CheckedRegion } from './region.ts';

export interface ImageBatchProgress {
	/** The image that was done last. */
	readonly path: string;
	/** Done: measured, taken over or failed. */
	readonly images: number;
	/** Where the input says how many there are. */
	readonly totalImages?: number;
	/** Done by an earlier run that was ended. */
	readonly resumed: number;
	readonly failed: number;
	/** Images that may be in work at a time, as memory allows now. */
	readonly concurrency?: number;
}

/** Measures are those of `StatisticsOptions`. */
export interface ImageBatchOptions extends StatisticsOptions {
	/** The folder of results, made where it is missing: `results.csv` or `results.json`, `images.journal.jsonl`, and the folder `bands`. */
	output: string;
	/** Also writes bands as files: red, green and blue (`true`), or what is named. */
	exportBands?: boolean | Omit<BandExport, 'folder' | 'stem' | 'overwrite'>;
	/** `csv`, a row per region of each image (when absent), or `json`, an object per image. */
	format?: 'csv' | 'json';
	/** Most images in work at a time; memory may allow fewer. As many as there are processors, at most 4, when absent. */
	concurrency?: number;
	/** Bytes of memory that images in work may take together; a quarter of the configured `maxMemoryBytes`, or 1 GiB, when absent. */
	maxBytes?: number;
	/** Told after every image. One that throws is reported and stops nothing. */
	onProgress?: (progress: ImageBatchProgress) => void;
	/** `false` begins anew. Otherwise what the journal in `output` has of unchanged files is taken over; files that failed are tried again. */
	resume?: boolean;
	/** What reports call it; `images` when absent. */
	name?: string;
}

export interface ImageBatchSummary {
	readonly images: number;
	readonly measured: number;
	/** Taken over from an earlier run. */
	readonly resumed: number;
	readonly failed: number;
	/** The first hundred. */
	readonly failures: readonly { readonly path: string; readonly code: string; readonly message: string }[];
	/** Path of the results. */
	readonly results: string;
}

/** @internal */
export interface BatchSettingsOfImages {
	readonly name: string;
	readonly output: string;
	readonly regions: readonly CheckedRegion[];
	readonly statistics: {
		rois: NonNullable<StatisticsOptions['rois']>;
		percentiles: readonly number[];
		perPixel: boolean;
		onlyMeans: boolean;
	};
	readonly bands: Omit<BandExport, 'folder' | 'stem' | 'overwrite'> | undefined;
	readonly format: 'csv' | 'json';
	readonly concurrency: number;
	readonly maxBytes: number;
	readonly onProgress: ImageBatchOptions['onProgress'];
	readonly resume: boolean;
	readonly signal: AbortSignal | undefined;
	readonly totalImages: number | undefined;
}

const NAMES: OptionNames<ImageBatchOptions> = {
	output: true,
	exportBands: true,
	format: true,
	concurrency: true,
	maxBytes: true,
	onProgress: true,
	resume: true,
	name: true,
	rois: true,
	percentiles: true,
	perPixel: true,
	onlyMeans: true,
	signal: true,
};

const MEMORY_SHARE = 0.25;
const DEFAULT_MAX_BYTES = 1024 ** 3;
const MOST_AT_A_TIME = 4;

/** Throws `invalidOption`. @internal */
export function imageBatchSettings(paths: unknown, options: ImageBatchOptions): BatchSettingsOfImages {
	const owner = 'processBatch';
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption(owner, option, expected, value);
	};
	if (typeof options !== 'object' || options === null)
		refuse('options', 'an object such as { output: "results" }', options);
	checkOptionNames(owner, options, NAMES);
	if (!isIterable(paths)) refuse('paths', 'an array or another iterable of paths', paths);
	const {
		format = 'csv',
		concurrency = Math.min(MOST_AT_A_TIME, availableParallelism()),
		maxBytes = defaultBytes(),
	} = options;
	const { exportBands = false, onProgress, resume = true, name = 'images', rois = [] } = options;
	if (format !== 'csv' && format !== 'json') refuse('format', '"csv" or "json"', format);
	for (const [option, value] of Object.entries({ concurrency, maxBytes })) {
		if (!isPositiveInteger(value)) refuse(option, 'a positive whole number', value);
	}
	if (onProgress !== undefined && typeof onProgress !== 'function') refuse('onProgress', 'a function', onProgress);
	if (typeof resume !== 'boolean') refuse('resume', 'true or false', resume);
	if (typeof name !== 'string' || name === '') refuse('name', 'a text that is not empty', name);
	const output = pathText(owner, options.output, 'output');
	const { rois: _, percentiles, perPixel, onlyMeans, signal } = options;
	const asked = statisticsSettings(owner, {
		rois,
		...(percentiles && { percentiles }),
		...(perPixel !== undefined && { perPixel }),
		...(onlyMeans !== undefined && { onlyMeans }),
		...(signal && { signal }),
	});
	const bands = exportBands === true ? {} : exportBands || undefined;
	if (bands) checkExport({ ...bands, folder: output });
	return {
		name,
		output,
		regions: asked.regions,
		statistics: { rois, percentiles: asked.percentiles, perPixel: asked.perPixel, onlyMeans: asked.onlyMeans },
		bands,
		format,
		concurrency,
		maxBytes,
		onProgress,
		resume,
		signal: asked.signal,
		totalImages: Array.isArray(paths) ? paths.length : undefined,
	};
}

function isIterable(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function defaultBytes(): number {
	const { maxMemoryBytes } = currentConfig();
	return maxMemoryBytes === undefined ? DEFAULT_MAX_BYTES : Math.max(1, Math.floor(maxMemoryBytes * MEMORY_SHARE));
}
