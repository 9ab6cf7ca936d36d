/// <reference lib="esnext.disposable" preserve="true" />
import { basename } from 'node:path';
import type { Site } from '../../protocol/entries.ts';
import {
	type BoundedCache,
	checkOptionNames,
	checkPressure,
	registerAt,
	runtimeErrors,
	StreamTrack,
	unlessAborted,
} from '../internals.ts';
import { type BandExport, type ExportedBand, exportBands } from './bandExport.ts';
import {
	type CoordinatePlanes,
	checkColored,
	checkPlanes,
	coordinatePlanes,
	type RgbBands,
	rgbPlanes,
} from './bandPlanes.ts';
import { decodeRows } from './decodeRows.ts';
import { type FileIdentity, type ImageInfo, type InspectedImage, identityKey } from './imageInfo.ts';
import { checkSignal, type ImageRunOptions } from './imageOptions.ts';
import { measureRegions, type RegionStatistics } from './measureRegions.ts';
import type { PixelRows, RowBand } from './pixelRows.ts';
import {
	type ProcessorSettings,
	type StatisticsOptions,
	type StatisticsSettings,
	statisticsSettings,
} from './processorSettings.ts';
import { closeRegions, keyOfRegion, openRegions } from './regionsOf.ts';

export type Planes = RgbBands | CoordinatePlanes;

/** What a processor lends its images. @internal */
export interface Caches {
	readonly statistics: BoundedCache<string, RegionStatistics>;
	readonly planes: BoundedCache<string, Planes>;
}

/**
 * One image of an `ImageProcessor`. Nothing is decoded before something is asked for that no cache has; then its rows stay, in memory or in
 * a temporary file, until `releaseOriginal()` or `close()`. What was found stays in the processor's caches.
 */
export class ProcessedImage implements AsyncDisposable {
	readonly info: ImageInfo;
	readonly #image: InspectedImage;
	readonly #settings: ProcessorSettings;
	readonly #caches: Caches;
	readonly #track: StreamTrack;
	readonly #key: string;
	readonly #unregister: () => void;
	#rows: Promise<PixelRows> | undefined;
	#closed = false;

	/** @internal */
	constructor(image: InspectedImage, settings: ProcessorSettings, caches: Caches, site: Site | undefined) {
		const { path, format, fileBytes } = image.info;
		this.info = image.info;
		this.#image = image;
		this.#settings = settings;
		this.#caches = caches;
		this.#key = `${identityKey(image.identity)}\0${image.page}\0${settings.failOn}`;
		const name = basename(path);
		this.#track = new StreamTrack({ kind: 'reader', name, path, site, format });
		this.#track.opened(fileBytes);
		this.#unregister = registerAt(site, this, processed => processed.close(), { name });
	}

	/** What the caches and the journal of a batch know the file by. */
	get identity(): FileIdentity {
		return this.#image.identity;
	}

	/**
	 * Statistics of the whole image and of each region, in the order given. Throws `invalidOption`, `tooLarge`, `truncated`, `damaged`,
	 * `invalidInput` for a mask of another size, `fileUnwritable` where the disk has no room, `insufficientMemory`, and the signal's reason.
	 */
	async statistics(options: StatisticsOptions = {}): Promise<RegionStatistics[]> {
		const settings = statisticsSettings('ImageProcessor', options);
		return this.#tried(() => this.#statistics(settings));
	}

	/** Red, green and blue by themselves. Throws as `statistics`, and `unsupported` for an image without colours. The arrays are the cache's: do not change them. */
	async rgbBands(options: ImageRunOptions = {}): Promise<RgbBands> {
		const bytesPerPixel = this.info.decodedBytes / (this.info.width * this.info.height);
		return this.#planes('rgb', bytesPerPixel, rgbPlanes, options) as Promise<RgbBands>;
	}

	/** Coordinates of every pixel, as `rgbBands`. */
	async chromaticCoordinates(options: ImageRunOptions = {}): Promise<CoordinatePlanes> {
		return this.#planes('coordinates', 4 * 4, coordinatePlanes, options) as Promise<CoordinatePlanes>;
	}

	/** All rows, from top to bottom, a few at a time, as they are stored and without transparency. Throws as `statistics`. */
	async *rows(options: ImageRunOptions = {}): AsyncGenerator<RowBand, void, undefined> {
		checkOptionNames<ImageRunOptions>('ImageProcessor', options, { signal: true });
		const signal = checkSignal('ImageProcessor', options.signal);
		const rows = await this.#tried(() => this.#decoded(signal));
		for await (const band of rows.bands(signal)) {
			this.#read(band);
			yield band;
		}
	}

	/**
	 * Writes bands as grey images, row by row, each whole or not at all. Gives the files. Throws as `statistics`, and `fileUnwritable`.
	 */
	async exportBands(wanted: BandExport, options: ImageRunOptions = {}): Promise<ExportedBand[]> {
		checkOptionNames<ImageRunOptions>('ImageProcessor', options, { signal: true });
		const signal = checkSignal('ImageProcessor', options.signal);
		return this.#tried(async () => {
			const rows = await this.#decoded(signal);
			return exportBands(this.info, rows, wanted, signal, band => this.#read(band));
		});
	}

	/** Lets the decoded rows go, in memory or on disk; what is asked for later and is in no cache is decoded again. */
	async releaseOriginal(): Promise<void> {
		const rows = this.#rows;
		this.#rows = undefined;
		this.#track.holds(0);
		// That it failed was told to who asked for it.
		const decoded = await rows?.catch(() => undefined);
		await decoded?.release();
	}

	/** As `releaseOriginal`, for good. */
	async close(): Promise<void> {
		if (!this.#closed) {
			this.#closed = true;
			this.#unregister();
			this.#track.closed();
		}
		await this.releaseOriginal();
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #statistics(settings: StatisticsSettings): Promise<RegionStatistics[]> {
		const { regions, percentiles, perPixel, onlyMeans, signal } = settings;
		signal?.throwIfAborted();
		const { statistics } = this.#caches;
		const asked = JSON.stringify([percentiles, perPixel, onlyMeans]);
		const keys = await Promise.all(regions.map(async region => `${this.#key}\0${await keyOfRegion(region)}\0${asked}`));
		const results = keys.map(key => statistics.get(key));
		const missing = regions.filter((_, index) => !results[index]);
		const measured = missing.length === 0 ? [] : await this.#measure(missing, settings);
		let next = 0;
		return results.map((known, index) => {
			const found = known ?? (measured[next++] as RegionStatistics);
			if (!known) statistics.set(keys[index] as string, found);
			// The same area may be asked for by another name.
			return { ...found, region: regions[index]?.name ?? found.region };
		});
	}

	async #measure(missing: StatisticsSettings['regions'], settings: StatisticsSettings): Promise<RegionStatistics[]> {
		const { signal } = settings;
		const rows = await this.#decoded(signal);
		const opened = await openRegions(missing, this.info, this.#settings.rows, signal);
		try {
			return await measureRegions(rows, this.info.space, opened, settings, signal, band => this.#read(band));
		} finally {
			await closeRegions(opened);
		}
	}

	#planes(
		kind: string,
		bytesPerPixel: number,
		make: (rows: PixelRows, signal: AbortSignal | undefined) => Promise<Planes>,
		options: ImageRunOptions,
	): Promise<Planes> {
		checkOptionNames<ImageRunOptions>('ImageProcessor', options, { signal: true });
		const signal = checkSignal('ImageProcessor', options.signal);
		return this.#tried(async () => {
			checkPlanes(this.info, bytesPerPixel, this.#settings.maxImageBytes);
			const key = `${this.#key}\0${kind}`;
			const known = this.#caches.planes.get(key);
			if (known) return known;
			const rows = await this.#decoded(signal);
			checkColored(this.info, rows);
			const planes = await make(rows, signal);
			this.#caches.planes.set(key, planes);
			return planes;
		});
	}

	async #decoded(signal: AbortSignal | undefined): Promise<PixelRows> {
		checkPressure();
		if (!this.#rows) {
			// Not bound to the signal of the one who asks first: others may wait as well.
			const rows = decodeRows(this.#image, this.#settings.rows, undefined);
			this.#rows = rows;
			rows.then(
				({ heldBytes }) => this.#track.holds(this.#rows === rows ? heldBytes : 0),
				() => {
					if (this.#rows === rows) this.#rows = undefined;
				},
			);
		}
		return unlessAborted(this.#rows, signal);
	}

	/** The decoder does not tell how much of the file it has read: as much of it as there are rows. */
	#read({ y, rows, data }: RowBand): void {
		const { fileBytes, height } = this.info;
		const until = (row: number) => Math.floor((fileBytes * row) / height);
		this.#track.chunk(until(y + rows) - until(y), data.byteLength);
		this.#track.items(rows);
	}

	async #tried<T>(work: () => Promise<T>): Promise<T> {
		if (this.#closed) throw runtimeErrors.disposed(`The image "${this.#track.record.name}"`);
		try {
			return await work();
		} catch (error) {
			this.#track.failed();
			throw error;
		}
	}
}
