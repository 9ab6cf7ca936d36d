import { decodeRows, type RowSettings } from './decodeRows.ts';
import { type ImageInfo, identityKey, inspectImage } from './imageInfo.ts';
import { MaskFile, maskInMemory } from './maskRows.ts';
import type { MeasuredRegion } from './measureRegions.ts';
import { type CheckedRegion, regionKey } from './region.ts';
import { polygonRows, type RegionRows, rectangleRows, wholeRows } from './regionRows.ts';

/** Rows of all regions for one way through the image. Those of masks in files are closed by `closeRegions`. @internal */
export async function openRegions(
	regions: readonly CheckedRegion[],
	image: ImageInfo,
	settings: RowSettings,
	signal: AbortSignal | undefined,
): Promise<MeasuredRegion[]> {
	const opened: MeasuredRegion[] = [];
	// What masks may hold in memory, all of them together; the others go to files.
	let spoolBytes = settings.spoolBytes;
	try {
		for (const region of regions) {
			const rows = await rowsOf(region, image, { ...settings, spoolBytes }, signal);
			spoolBytes = Math.max(1, spoolBytes - (rows.heldBytes ?? 0));
			opened.push({ name: region.name, rows });
		}
		return opened;
	} catch (error) {
		await closeRegions(opened);
		throw error;
	}
}

/** @internal */
export async function closeRegions(regions: readonly MeasuredRegion[]): Promise<void> {
	for (const { rows } of regions) await rows.close?.();
}

/** What results of a region are kept under; changes with the file of its mask. @internal */
export async function keyOfRegion(region: CheckedRegion): Promise<string> {
	const key = regionKey(region);
	if (region.kind !== 'mask' || typeof region.mask !== 'string') return key;
	const { identity } = await inspectImage(region.mask, 0);
	return `${key}\0${identityKey(identity)}`;
}

async function rowsOf(
	region: CheckedRegion,
	image: ImageInfo,
	settings: RowSettings,
	signal: AbortSignal | undefined,
): Promise<RegionRows> {
	const { width, height, path } = image;
	if (region.kind === 'image') return wholeRows(width);
	if (region.kind === 'rectangle') return rectangleRows(region.rectangle, width);
	if (region.kind === 'polygon') return polygonRows(region.rings, width);
	const place = { path, region: region.name, width, height, inside: region.inside };
	if (typeof region.mask !== 'string') return maskInMemory(region.mask, place);
	const rows = await decodeRows(await inspectImage(region.mask, 0), settings, signal);
	try {
		return new MaskFile(rows, place, signal);
	} catch (error) {
		await rows.release();
		throw error;
	}
}
