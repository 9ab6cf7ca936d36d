import { readFile } from 'node:fs/promises';

/** jsfive wants the whole file. */
export async function jsfive({ require }, read) {
	const hdf5 = require('jsfive');
	return async file => {
		const { buffer, byteOffset, byteLength } = await readFile(file);
		const whole = byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
		return read(new hdf5.File(whole, file));
	};
}
