/// <reference lib="esnext.disposable" preserve="true" />
import {
	BoundedCache,
	calledFrom,
	callSiteOf,
	checkOptionNames,
	ensureMonitoring,
	pathText,
	runtimeErrors,
	unlessAborted,
} from '../internals.ts';
import { type ImageBatchOptions, type ImageBatchSummary, imageBatchSettings } from './batchOptions.ts';
import { ImageBatch } from './imageBatch.ts';
import { type ImageInfo, inspectImage } from './imageInfo.ts';
import { checkSignal, type ImageRunOptions } from './imageOptions.ts';
import type { RegionStatistics } from './measureRegions.ts';
import { type Caches, type Planes, ProcessedImage } from './processedImage.ts';
import {
	type ImageProcessorOptions,
	type ProcessorSettings,
	processorSettings,
	type StatisticsOptions,
} from './processorSettings.ts';

/**
 * Bands, greenness indices and statistics of regions, of images of any size: rows are decoded a few at a time, those of a large image into
 * a temporary file, and every figure comes from one way through them. What was found is kept in caches with a bound, under the
 * file's path, size and time of change. Needs the package `sharp`.
 *
 * By rows come JPEG, PNG and TIFF. WebP, GIF, AVIF, and JPEG and PNG that were written progressively or interlaced, are decoded whole by
 * their decoders: such an image is refused (`insufficientMemory`) where memory has no room for it twice.
 *
 * By rows, a JPEG of 192 megapixels took about 50 MB; besides, libvips maps the encoded file, whose pages count in RSS and which the system
 * takes back where it needs them.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be.
 *
 * @example
 * const processor = new ImageProcessor();
 * const [whole, canopy] = await processor.statistics('2024-06-01.jpg', {
 *   rois: [{ name: 'canopy', polygon: [[120, 80], [900, 80], [900, 500]] }],
 * });
 * console.log(canopy.chromatic.gcc, canopy.bands.green.percentiles[50]);
 */
export class ImageProcessor implements Disposable {
	readonly #settings: ProcessorSettings;
	readonly #caches: Caches;
	#disposed = false;

	constructor(options: ImageProcessorOptions = {}) {
		this.#settings = processorSettings(options);
		const { name = 'images', cacheBytes, bandCacheBytes } = this.#settings;
		const site = callSiteOf(ImageProcessor);
		this.#caches = {
			statistics: new BoundedCache<string, RegionStatistics>(
				{ name: `${name}: statistics`, maxBytes: cacheBytes },
				site,
			),
			planes: new BoundedCache<string, Planes>(
				{ name: `${name}: bands`, maxBytes: bandCacheBytes, sizeOf: bytesOfPlanes },
				site,
			),
		};
		ensureMonitoring();
	}

	/** @internal */
	get spoolBytes(): number {
		return this.#settings.rows.spoolBytes;
	}

	/** What pixels depend on besides the file. @internal */
	get reading(): readonly unknown[] {
		return [this.#settings.page, this.#settings.failOn];
	}

	/** As `ImageLoader.inspect`. */
	async inspect(path: string | URL): Promise<ImageInfo> {
		return (await inspectImage(pathText('ImageProcessor', path), this.#settings.page)).info;
	}

	/**
	 * An image to ask several things of; nothing is decoded yet. Throws `fileUnreadable`, `wrongFormat`, `unsupported`, `damaged`,
	 * `truncated`, `missingPackage`, and the signal's reason.
	 *
	 * @example
	 * await using image = await processor.open('orthophoto.tif');
	 * const { gcc } = await image.chromaticCoordinates();
	 */
	async open(path: string | URL, options: ImageRunOptions = {}): Promise<ProcessedImage> {
		const site = callSiteOf(ImageProcessor.prototype.open);
		if (this.#disposed) throw runtimeErrors.disposed('ImageProcessor');
		checkOptionNames<ImageRunOptions>('ImageProcessor', options, { signal: true });
		const signal = checkSignal('ImageProcessor', options.signal);
		const file = pathText('ImageProcessor', path);
		signal?.throwIfAborted();
		const image = await unlessAborted(inspectImage(file, this.#settings.page), signal);
		return new ProcessedImage(image, this.#settings, this.#caches, site);
	}

	/** {@link ProcessedImage.statistics} of a file: the whole image, then each region. */
	async statistics(path: string | URL, options: StatisticsOptions = {}): Promise<RegionStatistics[]> {
		const { signal } = options;
		const image = await this.open(path, signal ? { signal } : {});
		try {
			return await image.statistics(options);
		} finally {
			const closed = image.close();
			// A decoder that is under way ends by itself.
			if (!signal?.aborted) await closed;
		}
	}

	/**
	 * Statistics of many images into one file, and their bands into files of their own. How many are in work follows the memory that each
	 * takes and the memory level. A file that fails is told, with its reason, and stops nothing. A batch that was killed goes on where it
	 * was; results appear whole, at the end.
	 *
	 * Holds of each image its path and its place in the journal. Throws `invalidOption`, `fileUnwritable`, `missingPackage`, `disposed`, what
	 * the input throws, `invalidInput` while another batch writes into `output`, and the signal's reason; the journal stays for the next run.
	 *
	 * @example
	 * const { failed, results } = await processor.processBatch(paths, { output: 'greenness', rois, exportBands: { bands: ['gcc'] } });
	 */
	async processBatch(
		paths: Iterable<string | URL> | AsyncIterable<string | URL>,
		options: ImageBatchOptions,
	): Promise<ImageBatchSummary> {
		if (this.#disposed) throw runtimeErrors.disposed('ImageProcessor');
		const site = callSiteOf(ImageProcessor.prototype.processBatch);
		return calledFrom(site, () => ImageBatch.run(this, paths, imageBatchSettings(paths, options)));
	}

	/** Lets the caches go. Images that are open stay so until they are closed. */
	dispose(): void {
		this.#disposed = true;
		this.#caches.statistics.dispose();
		this.#caches.planes.dispose();
	}

	[Symbol.dispose](): void {
		this.dispose();
	}
}

function bytesOfPlanes(planes: Planes): number {
	return Object.values(planes as unknown as Record<string, ArrayBufferView>).reduce(
		(sum, plane) => sum + plane.byteLength,
		0,
	);
}
