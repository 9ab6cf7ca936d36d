import type { MediaType } from './mediaFacts.ts';
import type { Probe } from './probe.ts';

export interface ContentFormat {
	readonly type: MediaType;
	readonly format: string;
}

/** Signatures at fixed places, and what they mean. */
const SIGNATURES: readonly (readonly [offset: number, signature: string, type: MediaType, format: string])[] = [
	[128, 'DICM', 'science', 'dicom'],
	[0, 'SIMPLE  =', 'science', 'fits'],
	[0, 'CDF\x01', 'science', 'netcdf'],
	[0, 'CDF\x02', 'science', 'netcdf'],
	[0, 'CDF\x05', 'science', 'netcdf'],
	[0, '\x89HDF\r\n\x1a\n', 'science', 'hdf5'],
	[8, 'WAVE', 'audio', 'wav'],
	[8, 'AVI ', 'video', 'avi'],
	[0, 'ID3', 'audio', 'mp3'],
	[0, 'fLaC', 'audio', 'flac'],
	[0, 'OggS', 'audio', 'ogg'],
	[0, '\x1aE\xdf\xa3', 'video', 'matroska'],
	[4, 'ftypM4A ', 'audio', 'm4a'],
	[4, 'ftypqt  ', 'video', 'mov'],
	[4, 'ftyp', 'video', 'mp4'],
	[0, 'FLV\x01', 'video', 'flv'],
];

/** What a file that is no picture holds, by its first bytes. */
export async function contentFormat(probe: Probe): Promise<ContentFormat | undefined> {
	for (const [offset, signature, type, format] of SIGNATURES) {
		const bytes = await probe.at(offset, signature.length);
		if (bytes.toString('latin1') === signature) return { type, format };
	}
	return undefined;
}
