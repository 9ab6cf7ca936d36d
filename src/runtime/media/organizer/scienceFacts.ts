import { DicomReader, FitsReader } from '../../formats/index.ts';
import { checkedDate } from './exif.ts';
import type { DateSource } from './mediaFacts.ts';

export interface ScienceFacts {
	width?: number;
	height?: number;
	taken?: string;
	dateFrom?: DateSource;
}

/** Values of a header that are read for its date: the rest of it may be long. */
const MOST_VALUE_BYTES = 1024;

/** When it was made and how large it is, as its own reader says: DICOM and FITS. Throws what that throws. */
export async function scienceFacts(path: string, format: string): Promise<ScienceFacts> {
	if (format === 'dicom') return dicomFacts(path);
	return format === 'fits' ? fitsFacts(path) : {};
}

async function dicomFacts(path: string): Promise<ScienceFacts> {
	const reader = await DicomReader.open(path);
	try {
		const { values, image } = await reader.header({ maxValueBytes: MOST_VALUE_BYTES });
		const text = (value: unknown) => (typeof value === 'string' ? value : '');
		const date = text(values.StudyDate);
		const taken = checkedDate(`${date}T${text(values.StudyTime)}`) ?? checkedDate(date);
		return {
			...(image?.columns && image.rows && { width: image.columns, height: image.rows }),
			...(taken !== undefined && { taken, dateFrom: 'dicom' }),
		};
	} finally {
		await reader.close();
	}
}

async function fitsFacts(path: string): Promise<ScienceFacts> {
	const reader = await FitsReader.open(path);
	try {
		// Of the first header: the others are of its extensions.
		for await (const header of reader.headers()) {
			const [width, height] = [header.number('NAXIS1'), header.number('NAXIS2')];
			const taken = checkedDate(header.text('DATE-OBS') ?? '');
			return {
				...(width !== undefined && height !== undefined && { width, height }),
				...(taken !== undefined && { taken, dateFrom: 'fits' }),
			};
		}
		return {};
	} finally {
		await reader.close();
	}
}
