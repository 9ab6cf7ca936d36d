import { formatErrors } from '../formatErrors.ts';
import { textOf } from './headerCursor.ts';
import type { NetcdfBackend, NetcdfRequest } from './netcdfTypes.ts';

/** The texts of a variable: rows of its last dimension, or what NetCDF-4 has as text. */
export async function* textRows(
	path: string,
	backend: NetcdfBackend,
	request: NetcdfRequest,
): AsyncGenerator<string, void, undefined> {
	const { name, type } = request.variable;
	if (type !== 'char' && type !== 'string') {
		throw formatErrors.unsupported(path, `the variable "${name}" holds no text, but values of type ${type}.`);
	}
	const rowBytes = request.count.at(-1) ?? 1;
	if (type === 'char' && rowBytes > request.slabBytes) {
		throw formatErrors.unsupported(
			path,
			`a text of the variable "${name}" has ${rowBytes} bytes, more than the ${request.slabBytes} that are read as one.`,
			'Read it by slabs().',
		);
	}
	for await (const { data } of backend.slabs(request)) {
		if (Array.isArray(data)) {
			yield* data;
			continue;
		}
		// A slab holds whole rows, since one fits into it.
		const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
		for (let at = 0; at < bytes.length; at += rowBytes) yield textOf(bytes.subarray(at, at + rowBytes));
	}
}
