import { constants, gunzipSync } from 'node:zlib';
import { type DetectedFormat, kind } from './kinds.ts';

/** Of what gzip packed: enough for a first card, and a megabyte at most when it is unpacked. */
const START_BYTES = 1024;

/** FITS files are handed on packed by gzip, and their reader unpacks them. `undefined` for what else gzip has packed. */
export function packedFits(head: Buffer): DetectedFormat | undefined {
	try {
		const start = gunzipSync(head.subarray(0, START_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
		if (start.toString('latin1', 0, 9) !== 'SIMPLE  =') return undefined;
		return kind({ format: 'fits', name: 'a FITS file, packed by gzip', mediaType: 'application/gzip' });
	} catch {
		return undefined;
	}
}
