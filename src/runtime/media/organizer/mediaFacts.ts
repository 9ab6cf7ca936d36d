import { contentFormat } from './contentFormat.ts';
import { imageFacts, imageFormatOf } from './imageFacts.ts';
import { readMovie } from './isoBoxes.ts';
import { Probe } from './probe.ts';
import { scienceFacts } from './scienceFacts.ts';

/** `science`: DICOM, FITS, HDF5, NetCDF. `other`: nothing of what is known here. */
export const MEDIA_TYPES = ['image', 'video', 'audio', 'science', 'other'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

/** Where a date is from: EXIF, the DICOM study, FITS' `DATE-OBS`, the film's own header, or the file's last modification. */
export type DateSource = 'exif' | 'dicom' | 'fits' | 'container' | 'modified';

/** What a file is, by its content. */
export interface MediaFacts {
	readonly type: MediaType;
	/** `jpeg`, `mp4`, `dicom` … */
	readonly format: string;
	/** Pixels, as stored. */
	readonly width?: number;
	readonly height?: number;
	/** `2024-05-01T13:22:11`: local time of the camera; UTC where it is from a film's header, FITS, or the modification. */
	readonly taken: string;
	readonly dateFrom: DateSource;
	readonly camera?: string;
}

const HEAD_BYTES = 32;

/**
 * Reads headers only, at most some hundred KiB of them, through `buffer`. A header that makes no sense says nothing. Throws what the system says
 * where the file cannot be read.
 */
export async function mediaFacts(path: string, modifiedMs: number, buffer: Buffer): Promise<MediaFacts> {
	const probe = await Probe.open(path, buffer);
	const found = await contentFacts(probe).finally(() => probe.close());
	const { taken = utcText(modifiedMs), dateFrom = 'modified' } = found;
	return { ...found, taken, dateFrom };
}

type Found = Omit<MediaFacts, 'taken' | 'dateFrom'> & { taken?: string; dateFrom?: DateSource };

async function contentFacts(probe: Probe): Promise<Found> {
	const head = Buffer.from(await probe.at(0, Math.min(HEAD_BYTES, probe.size)));
	const image = imageFormatOf(head);
	if (image) {
		const found = await unlessBroken(() => imageFacts(probe, image));
		return { type: 'image', format: image, ...found, ...(found.taken !== undefined && { dateFrom: 'exif' as const }) };
	}
	const content = await contentFormat(probe.path);
	if (content.type === 'science') {
		return { ...content, ...(await unlessBroken(() => scienceFacts(probe.path, content.format))) };
	}
	if (head.toString('latin1', 4, 8) !== 'ftyp') return content;
	const movie = await unlessBroken(() => readMovie(probe));
	return { ...content, ...movie, ...(movie.taken !== undefined && { dateFrom: 'container' as const }) };
}

/** What is broken is organised all the same, by its kind and its modification. */
async function unlessBroken<T extends object>(read: () => Promise<T>): Promise<Partial<T>> {
	try {
		return await read();
	} catch (error) {
		const { code, syscall } = error as { code?: string; syscall?: string };
		if (syscall !== undefined || code === 'fileUnreadable') throw error;
		return {};
	}
}

/** Years beyond what dates can say are taken for the nearest that they can. */
function utcText(ms: number): string {
	const most = Date.UTC(9_999, 0);
	return new Date(Math.min(Math.max(ms, 0), most)).toISOString().slice(0, 19);
}
