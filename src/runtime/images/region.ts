import { createHash } from 'node:crypto';
import { checkOptionNames, pathText, runtimeErrors } from '../internals.ts';

/** In pixels of the stored image: (0, 0) is the upper left corner of the upper left pixel, whose centre lies at (0.5, 0.5). */
export type Point = readonly [x: number, y: number];

interface Named {
	/** What results call it; each name once. `image` is the whole image. */
	readonly name: string;
}

/** Whole pixels; what lies outside of the image is left out. */
export interface RectangleRegion extends Named {
	readonly rectangle: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
	readonly polygon?: never;
	readonly mask?: never;
}

/**
 * A pixel is inside when its centre is, by the even-odd rule: of several rings, those inside others are holes. A centre on an edge belongs
 * to the area to the right of it and below.
 */
export interface PolygonRegion extends Named {
	readonly polygon: readonly Point[] | readonly (readonly Point[])[];
	readonly rectangle?: never;
	readonly mask?: never;
}

/** An image of the same size, as a file (its first channel counts), or one byte per pixel, row by row. */
export interface MaskRegion extends Named {
	readonly mask: Uint8Array | string | URL;
	/** Which pixels are inside: `nonzero` when absent. The masks of the PhenoCam network mean `zero`: they are black where the canopy is. */
	readonly inside?: 'nonzero' | 'zero';
	readonly rectangle?: never;
	readonly polygon?: never;
}

/** A part of an image: a region of interest. */
export type Region = RectangleRegion | PolygonRegion | MaskRegion;

/** Checked, and no longer the caller's to change. @internal */
export type CheckedRegion =
	| { readonly kind: 'image'; readonly name: string }
	| { readonly kind: 'rectangle'; readonly name: string; readonly rectangle: RectangleRegion['rectangle'] }
	| { readonly kind: 'polygon'; readonly name: string; readonly rings: readonly (readonly Point[])[] }
	| {
			readonly kind: 'mask';
			readonly name: string;
			readonly mask: Uint8Array | string;
			readonly inside: 'nonzero' | 'zero';
	  };

export const WHOLE_IMAGE = 'image';
const MAX_REGIONS = 1_000;
const MAX_POINTS = 100_000;

/** Throws `invalidOption`, naming the region. @internal */
export function checkRegions(owner: string, regions: readonly Region[]): CheckedRegion[] {
	if (!Array.isArray(regions) || regions.length > MAX_REGIONS) {
		throw runtimeErrors.invalidOption(owner, 'rois', `an array of at most ${MAX_REGIONS} regions`, regions);
	}
	const names = new Set([WHOLE_IMAGE]);
	return regions.map(region => {
		const checked = checkRegion(owner, region);
		if (names.has(checked.name)) throw runtimeErrors.invalidOption(owner, 'name', 'a name of its own', checked.name);
		names.add(checked.name);
		return checked;
	});
}

function checkRegion(owner: string, region: Region): CheckedRegion {
	if (typeof region !== 'object' || region === null) {
		throw runtimeErrors.invalidOption(owner, 'rois', 'objects such as { name, rectangle }', region);
	}
	const { name, rectangle, polygon, mask } = region;
	if (typeof name !== 'string' || name === '' || name.length > 200) {
		throw runtimeErrors.invalidOption(owner, 'name', 'a text of 1 to 200 characters', name);
	}
	const who = `${owner}, region "${name.slice(0, 60)}"`;
	checkOptionNames<object>(who, region, { name: true, rectangle: true, polygon: true, mask: true, inside: true });
	if ([rectangle, polygon, mask].filter(shape => shape !== undefined).length !== 1) {
		throw runtimeErrors.invalidOption(owner, 'rois', 'regions with one of rectangle, polygon and mask', name);
	}
	if (rectangle !== undefined) return { kind: 'rectangle', name, rectangle: checkRectangle(who, rectangle) };
	if (polygon !== undefined) return { kind: 'polygon', name, rings: checkRings(who, polygon) };
	const { inside = 'nonzero' } = region as MaskRegion;
	if (inside !== 'nonzero' && inside !== 'zero') {
		throw runtimeErrors.invalidOption(who, 'inside', '"nonzero" or "zero"', inside);
	}
	return { kind: 'mask', name, mask: mask instanceof Uint8Array ? mask : pathText(who, mask, 'mask'), inside };
}

function checkRectangle(owner: string, rectangle: RectangleRegion['rectangle']): RectangleRegion['rectangle'] {
	const { x, y, width, height } = rectangle ?? {};
	const isPlace = Number.isSafeInteger(x) && Number.isSafeInteger(y);
	if (!isPlace || !Number.isSafeInteger(width) || !Number.isSafeInteger(height) || width < 1 || height < 1) {
		throw runtimeErrors.invalidOption(
			owner,
			'rectangle',
			'whole pixels { x, y, width, height }',
			JSON.stringify(rectangle),
		);
	}
	return { x, y, width, height };
}

function checkRings(owner: string, polygon: PolygonRegion['polygon']): (readonly Point[])[] {
	const refuse = (value: unknown) =>
		runtimeErrors.invalidOption(
			owner,
			'polygon',
			`rings of 3 or more points [x, y], at most ${MAX_POINTS} in all`,
			value,
		);
	if (!Array.isArray(polygon) || polygon.length === 0) throw refuse(polygon);
	const rings = (Array.isArray(polygon[0]?.[0]) ? polygon : [polygon]) as readonly (readonly Point[])[];
	let points = 0;
	return rings.map(ring => {
		if (!Array.isArray(ring) || ring.length < 3) throw refuse(ring);
		points += ring.length;
		if (points > MAX_POINTS) throw refuse(`${points} points`);
		return ring.map(point => {
			const [x, y] = Array.isArray(point) ? (point as unknown as Point) : [Number.NaN, Number.NaN];
			if (!Number.isFinite(x) || !Number.isFinite(y)) throw refuse(point);
			return [x, y] as const;
		});
	});
}

/** A text that is the same for the same area. Of a mask in a file its name; whether that has changed is for the caller to see. @internal */
export function regionKey(region: CheckedRegion): string {
	if (region.kind === 'image') return 'image';
	if (region.kind === 'rectangle') return JSON.stringify(region.rectangle, ['x', 'y', 'width', 'height']);
	const hash = createHash('sha256');
	if (region.kind === 'polygon') hash.update(JSON.stringify(region.rings));
	else hash.update(region.inside).update(region.mask);
	return `${region.kind} ${hash.digest('base64')}`;
}
