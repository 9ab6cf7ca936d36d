import { basename } from 'node:path';
import {
	availability,
	callSiteOf,
	checkOptionNames,
	checkPressure,
	ensureMonitoring,
	isPositiveInteger,
	MemoryManagerError,
	pathText,
	runtimeErrors,
	StreamTrack,
	shownPath,
	unlessAborted,
} from '../internals.ts';
import type { OptionNames } from '../optionNames.ts';
import { boundsFor, workingBytes } from './decodeRows.ts';
import { fromSharp, imageErrors } from './imageErrors.ts';
import { type ImageInfo, type InspectedImage, inspectImage } from './imageInfo.ts';
import {
	checkSignal,
	type ImageOptions,
	type ImageRunOptions,
	type ImageSettings,
	imageSettings,
} from './imageOptions.ts';
import { LoadedImage } from './loadedImage.ts';
import { dtypeOf, isDepth, samplesIn } from './pixelTypes.ts';
import { planScale, type ScalePlan, scaledSize } from './scalePlan.ts';
import { decoder, unshifted, withSharp } from './sharpLibrary.ts';

export interface ImageLoaderOptions extends ImageOptions {
	/** Most pixels of the longer side; a larger image is made smaller. */
	maxDimension?: number;
	/** Most pixels of a file: one that claims more is refused before it is decoded. 2²⁸, an image of 16,384 × 16,384, when absent. */
	maxPixels?: number;
	/**
	 * What happens to an image that is larger than its bounds, or than memory has room for: `allow` (when absent) makes it smaller and tells
	 * the factor, `error` throws `tooLarge`.
	 */
	onDownscale?: 'allow' | 'error';
	/** Turns the image as its EXIF orientation says. Otherwise pixels stay where they are stored. */
	autoOrient?: boolean;
	/** Keeps a channel of transparency, which is left out otherwise. */
	alpha?: boolean;
}

const NAMES: OptionNames<ImageLoaderOptions> = {
	name: true,
	maxImageBytes: true,
	failOn: true,
	page: true,
	maxDimension: true,
	maxPixels: true,
	onDownscale: true,
	autoOrient: true,
	alpha: true,
};

const DEFAULT_MAX_PIXELS = 2 ** 28;
/** EXIF: from here on width and height change places. */
const FIRST_LYING = 5;

/**
 * Loads images as typed arrays, none of them larger than `maxImageBytes`: an image's size is known from its header, before anything is
 * decoded, and where it is too large, or memory too short, it is made smaller while it is decoded. Samples stay what they are in the
 * file: 16 bits stay 16 bits, floats floats, and no colour profile is applied. Needs the package `sharp`.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options that cannot be.
 *
 * @example
 * const loader = new ImageLoader({ maxImageBytes: 100 * 1024 * 1024 });
 * const image = await loader.load('canopy.tif');
 * console.log(image.width, image.height, image.dtype, image.scale);
 * image.dispose();
 */
export class ImageLoader {
	readonly maxImageBytes: number;
	readonly #settings: ImageSettings;
	readonly #maxDimension: number | undefined;
	readonly #maxPixels: number;
	readonly #downscales: boolean;
	readonly #autoOrient: boolean;
	readonly #alpha: boolean;

	constructor(options: ImageLoaderOptions = {}) {
		const owner = 'ImageLoader';
		this.#settings = imageSettings(owner, options);
		checkOptionNames(owner, options, NAMES);
		const { maxDimension, maxPixels = DEFAULT_MAX_PIXELS, onDownscale = 'allow' } = options;
		const { autoOrient = false, alpha = false } = options;
		for (const [option, value] of Object.entries({ maxDimension, maxPixels })) {
			if (value === undefined || isPositiveInteger(value)) continue;
			throw runtimeErrors.invalidOption(owner, option, 'a positive whole number of pixels', value);
		}
		if (onDownscale !== 'allow' && onDownscale !== 'error') {
			throw runtimeErrors.invalidOption(owner, 'onDownscale', '"allow" or "error"', onDownscale);
		}
		for (const [option, value] of Object.entries({ autoOrient, alpha })) {
			if (typeof value !== 'boolean') throw runtimeErrors.invalidOption(owner, option, 'true or false', value);
		}
		this.maxImageBytes = this.#settings.maxImageBytes;
		this.#maxDimension = maxDimension;
		this.#maxPixels = maxPixels;
		this.#downscales = onDownscale === 'allow';
		this.#autoOrient = autoOrient;
		this.#alpha = alpha;
		ensureMonitoring();
	}

	/**
	 * What the file says of its image; nothing is decoded. Throws `fileUnreadable`, `wrongFormat`, `unsupported`, `damaged`, `truncated`,
	 * `missingPackage`.
	 */
	async inspect(path: string | URL): Promise<ImageInfo> {
		return (await inspectImage(pathText('ImageLoader', path), this.#settings.page)).info;
	}

	/**
	 * The decoded image. Throws as `inspect`, and `tooLarge` (more than `maxPixels`; `onDownscale: 'error'`), `insufficientMemory` where
	 * there is no room even for a smaller one, and the signal's reason.
	 */
	async load(path: string | URL, options: ImageRunOptions = {}): Promise<LoadedImage> {
		const site = callSiteOf(ImageLoader.prototype.load);
		checkOptionNames<ImageRunOptions>('ImageLoader', options, { signal: true });
		const signal = checkSignal('ImageLoader', options.signal);
		const file = pathText('ImageLoader', path);
		signal?.throwIfAborted();
		checkPressure();
		const image = await unlessAborted(inspectImage(file, this.#settings.page), signal);
		const { info } = image;
		const plan = this.#plan(info);
		const name = this.#settings.name ?? basename(file);
		const track = new StreamTrack({ kind: 'reader', name, path: file, site, format: info.format });
		track.opened(info.fileBytes);
		try {
			const pixels = await unlessAborted(this.#decode(image, plan.factor), signal);
			track.chunk(info.fileBytes, info.fileBytes);
			track.items(1);
			const scale = plan.factor < 1 ? plan.factor : 1;
			return new LoadedImage({ info, ...pixels, scale, scaleReason: plan.reason }, track, site);
		} catch (error) {
			track.failed();
			track.closed();
			throw error;
		}
	}

	#plan(info: ImageInfo): ScalePlan {
		const { path, width, height } = info;
		if (width * height > this.#maxPixels) {
			const bytes = info.decodedBytes;
			const most = Math.floor((bytes / (width * height)) * this.#maxPixels);
			throw imageErrors.tooLarge(path, `an image of ${width} × ${height} pixels`, bytes, 'maxPixels', most);
		}
		const plan = planScale(info, this.maxImageBytes, this.#maxDimension);
		if (plan.factor < 1 && !this.#downscales) {
			throw imageErrors.tooLargeToLoad(path, plan.reason ?? '');
		}
		if (plan.factor * Math.min(width, height) < 1) {
			throw new MemoryManagerError('insufficientMemory', `${shownPath(path)} cannot be loaded. ${plan.reason}`);
		}
		if (info.decoding === 'whole') {
			const { available, reason } = availability(workingBytes(info, 0), { what: 'Decoding it' });
			if (!available) throw imageErrors.noMemory(path, reason);
		}
		return plan;
	}

	async #decode(image: InspectedImage, factor: number) {
		const { info, depth } = image;
		const { width, height } = scaledSize(info, factor);
		const bounds = boundsFor(image, this.#settings.failOn);
		const { isShifted } = bounds;
		const lies = this.#autoOrient && info.orientation >= FIRST_LYING;
		try {
			const { data, info: got } = await withSharp(sharp => {
				let pipeline = decoder(sharp, info.path, bounds, this.#alpha);
				if (this.#autoOrient) pipeline = pipeline.autoOrient();
				if (factor < 1) {
					// Of the kernels the one that gives no value beyond those there are: the others ring at edges.
					const size = lies ? { width: height, height: width } : { width, height };
					pipeline = pipeline.resize({ ...size, fit: 'fill', kernel: 'linear' });
				}
				return pipeline.raw({ depth: isShifted ? 'ushort' : depth }).toBuffer({ resolveWithObject: true });
			});
			const { depth: gotDepth = depth } = got as typeof got & { depth?: string };
			if (!isDepth(gotDepth)) throw imageErrors.unsupported(info.path, 'its samples are no real numbers');
			const found = isShifted ? depth : gotDepth;
			return {
				data: samplesIn(found, isShifted ? unshifted(data) : data),
				width: got.width,
				height: got.height,
				channels: got.channels,
				dtype: dtypeOf(found),
			};
		} catch (error) {
			throw fromSharp(info.path, error);
		}
	}
}
