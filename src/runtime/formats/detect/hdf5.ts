import type { ByteWindow } from '../byteSource.ts';
import { type DetectedFormat, HDF5, NETCDF4 } from './kinds.ts';

const SIGNATURE = '\x89HDF\r\n\x1a\n';
/** A user's own block before the file is a power of two of bytes, from 512 on. */
const FIRST_BLOCK_BYTES = 512;
const PIECE_BYTES = 64 * 1024;
/** Objects and their attributes are described near the beginning, where their writer defined them; data follows. */
const SEARCH_BYTES = 1024 * 1024;
/** What only the NetCDF library (or one that imitates it) writes: attributes that it hides from its users, and a dimension's text. */
const NETCDF_MARKS = [
	'_NCProperties',
	'_nc3_strict',
	'_Netcdf4Dimid',
	'_Netcdf4Coordinates',
	'This is a netCDF dimension but not a netCDF variable',
];
const LONGEST_MARK = Math.max(...NETCDF_MARKS.map(mark => mark.length));

/** Offsets at which an HDF5 file may begin: 0, or behind a block of the user's own. */
function* offsetsTo(end: number): Generator<number, void, undefined> {
	for (let at = 0; at + SIGNATURE.length <= end; at = at === 0 ? FIRST_BLOCK_BYTES : 2 * at) yield at;
}

const isSignature = (bytes: Buffer): boolean => bytes.toString('latin1', 0, SIGNATURE.length) === SIGNATURE;

/** Where an HDF5 file begins, if it does in the head of the file. */
export function hdf5In(head: Buffer): number | undefined {
	for (const at of offsetsTo(head.length)) if (isSignature(head.subarray(at))) return at;
	return undefined;
}

/** The same further behind, where only few files have it. */
export async function hdf5Behind(head: Buffer, window: ByteWindow): Promise<number | undefined> {
	for (const at of offsetsTo(window.source.size)) {
		if (at >= head.length && isSignature(await window.upTo(at, SIGNATURE.length))) return at;
	}
	return undefined;
}

/**
 * HDF5, or NetCDF-4, which is HDF5 as well: told apart by the names of attributes in the first MiB, without the library that reads
 * either. A NetCDF-4 file that hides them further behind is called HDF5; both readers read it.
 */
export async function hdf5Kind(begin: number, window: ByteWindow): Promise<DetectedFormat> {
	const end = Math.min(begin + SEARCH_BYTES, window.source.size);
	for (let at = begin; at < end; at += PIECE_BYTES - LONGEST_MARK) {
		const piece = await window.upTo(at, Math.min(PIECE_BYTES, end - at));
		if (NETCDF_MARKS.some(mark => piece.includes(mark, 0, 'latin1'))) return NETCDF4;
	}
	return HDF5;
}
