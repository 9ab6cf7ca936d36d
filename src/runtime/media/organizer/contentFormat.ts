import { detectFormat } from '../../formats/index.ts';
import type { MediaType } from './mediaFacts.ts';

export interface ContentFormat {
	readonly type: MediaType;
	/** `dicom`, `wav`, `mp4`; of what is only recognised the last part of its media type. */
	readonly format: string;
}

const SCIENCE = new Set(['dicom', 'fits', 'hdf5', 'netcdf']);

/** What a file holds, by its first bytes. */
export async function contentFormat(path: string): Promise<ContentFormat> {
	const { format, mediaType, confidence } = await detectFormat(path);
	if (SCIENCE.has(format)) return { type: 'science', format };
	if (format === 'binary' && confidence === 'none') return { type: 'other', format: 'unknown' };
	const name = mediaType.replace(/^.*\//u, '').replace(/^x-/u, '');
	if (format === 'audio' || format === 'video' || format === 'image') return { type: format, format: name };
	return { type: 'other', format: name };
}
