import { tmpdir } from 'node:os';
import { currentConfig, isPositiveInteger, pathText, runtimeErrors } from '../internals.ts';
import type { DecodeBounds } from './sharpLibrary.ts';

/** Of the configured `maxMemoryBytes`; without one `DEFAULT_IMAGE_BYTES`. */
const MEMORY_SHARE = 0.25;
const DEFAULT_IMAGE_BYTES = 512 * 1024 * 1024;

/** What every way of reading an image can be told. */
export interface ImageOptions {
	/** What reports call it. */
	name?: string;
	/** Most bytes of decoded pixels in memory for one image; a quarter of the configured `maxMemoryBytes`, or 512 MiB, when absent. */
	maxImageBytes?: number;
	/**
	 * What in a file stops its decoding: `warning` (when absent) anything that its decoder remarks, `error` what is surely wrong,
	 * `truncated` only that it is cut off.
	 */
	failOn?: 'truncated' | 'error' | 'warning';
	/** Of a file with several images the one that is read, from 0; 0 when absent. */
	page?: number;
}

export interface ImageRunOptions {
	/** Ends the wait with its reason. A decoder cannot be called back: it ends by itself, and what it made is let go. */
	signal?: AbortSignal;
}

/** @internal */
export interface ImageSettings {
	readonly name: string | undefined;
	readonly maxImageBytes: number;
	readonly failOn: DecodeBounds['failOn'];
	readonly page: number;
}

/** Throws `invalidOption`. @internal */
export function imageSettings(owner: string, options: ImageOptions): ImageSettings {
	if (typeof options !== 'object' || options === null) {
		throw runtimeErrors.invalidOption(owner, 'options', 'an object such as { maxImageBytes: 100_000_000 }', options);
	}
	const { name, maxImageBytes = defaultImageBytes(), failOn = 'warning', page = 0 } = options;
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption(owner, option, expected, value);
	};
	if (name !== undefined && (typeof name !== 'string' || name === '')) refuse('name', 'a text that is not empty', name);
	if (!isPositiveInteger(maxImageBytes)) refuse('maxImageBytes', 'a positive whole number of bytes', maxImageBytes);
	if (!['truncated', 'error', 'warning'].includes(failOn))
		refuse('failOn', '"truncated", "error" or "warning"', failOn);
	if (!(Number.isSafeInteger(page) && page >= 0 && page <= 100_000)) refuse('page', 'a whole number from 0 on', page);
	return { name, maxImageBytes, failOn, page };
}

/** Throws `invalidOption`. @internal */
export function checkSignal(owner: string, signal: unknown): AbortSignal | undefined {
	if (signal === undefined || signal instanceof AbortSignal) return signal;
	throw runtimeErrors.invalidOption(owner, 'signal', 'an AbortSignal', signal);
}

/** @internal */
export function folderText(owner: string, option: string, folder: string | undefined): string {
	return folder === undefined ? tmpdir() : pathText(owner, folder, option);
}

function defaultImageBytes(): number {
	const { maxMemoryBytes } = currentConfig();
	return maxMemoryBytes === undefined ? DEFAULT_IMAGE_BYTES : Math.max(1, Math.floor(maxMemoryBytes * MEMORY_SHARE));
}
