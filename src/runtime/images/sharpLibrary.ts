import { endianness } from 'node:os';
import type { Sharp, SharpOptions } from 'sharp';
import { loadPeer } from '../internals.ts';

type SharpLibrary = typeof import('sharp')['default'];
type CacheState = ReturnType<SharpLibrary['cache']>;

/** How many of our operations run, and the cache as it was before the first of them. */
let running = 0;
let before: CacheState | undefined;

/**
 * Runs `work` with the library, loaded on first use. libvips keeps the pixels of finished operations for later ones: reading one image
 * after another, RSS grew from 642 to 1,248 MB by it. Each of ours reads a file once, so the cache is off while one of them runs and as
 * the script had it afterwards; what the script sets meanwhile holds. Throws `missingPackage`.
 */
export async function withSharp<T>(work: (sharp: SharpLibrary) => Promise<T>): Promise<T> {
	const { default: sharp } = await loadPeer<{ default: SharpLibrary }>('sharp', 'reading images');
	if (running++ === 0) {
		before = sharp.cache();
		sharp.cache(false);
	}
	try {
		return await work(sharp);
	} finally {
		if (--running === 0) restore(sharp);
	}
}

function restore(sharp: SharpLibrary): void {
	const { memory, files, items } = sharp.cache();
	const isOurs = memory.max === 0 && files.max === 0 && items.max === 0;
	if (before && isOurs) {
		sharp.cache({ memory: before.memory.max, files: before.files.max, items: before.items.max });
	}
	before = undefined;
}

/** What an operation on a file of somebody's is bounded by. */
export interface DecodeBounds {
	readonly maxPixels: number;
	readonly failOn: 'truncated' | 'error' | 'warning';
	readonly page: number;
	/** The interpretation that the file's header names, which is kept. */
	readonly space: string;
	/** Samples come as `ushort`, 32,768 too high: `unshifted` puts them right. */
	readonly isShifted: boolean;
}

/** Row after row from the file as it is stored: no profile applied, no turning, 16 bits and floats kept, transparency left out unless `alpha`. */
export function decoder(sharp: SharpLibrary, path: string, bounds: DecodeBounds, alpha: boolean): Sharp {
	const { maxPixels, failOn, page, space, isShifted } = bounds;
	const options: SharpOptions = { sequentialRead: true, ignoreIcc: true, limitInputPixels: maxPixels, failOn, page };
	const image = sharp(path, options).pipelineColourspace(space).toColourspace(space);
	const shifted = isShifted ? image.linear(1, SHIFT) : image;
	return alpha ? shifted : shifted.removeAlpha();
}

const SHIFT = 2 ** 15;
const HIGH_BYTE = endianness() === 'LE' ? 1 : 0;

/**
 * The library makes samples without a sign of whatever has 16 bits and is grey or RGB by its header: negative ones, such as depths in a
 * map of heights, would all be 0. So they are shifted on their way, and here back, in place.
 */
export function unshifted<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
	for (let i = HIGH_BYTE; i < bytes.length; i += 2) bytes[i] = (bytes[i] as number) ^ 0x80;
	return bytes;
}

export const needsShift = (depth: string, space: string): boolean =>
	depth === 'short' && (space === 'grey16' || space === 'rgb16');
