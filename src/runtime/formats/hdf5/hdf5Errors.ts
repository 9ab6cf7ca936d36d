import { type FileError, type MemoryManagerError, runtimeErrors } from '../../internals.ts';
import { formatErrors } from '../formatErrors.ts';
import type { Failure } from './hdf5Protocol.ts';

interface Place {
	readonly path: string;
	readonly maxMemoryBytes: number;
}

/** What the thread reports, as errors of ours. */
export function hdf5Error({ path, maxMemoryBytes }: Place, { kind, message }: Failure): FileError | MemoryManagerError {
	switch (kind) {
		case 'unsupported':
			return formatErrors.unsupported(path, message);
		case 'missing':
			return runtimeErrors.invalidOption('Hdf5Reader', 'path', 'the path of a dataset in the file', message);
		case 'otherFile':
			return formatErrors.unsupported(
				path,
				`what was asked for lies in another file, ${message}.`,
				'Pass { otherFiles: true } to read it from there, if it is there.',
			);
		case 'memory':
			return formatErrors.unsupported(
				path,
				`reading it needs more memory than the ${maxMemoryBytes} bytes that "maxMemoryBytes" allows the HDF5 library: ${message}.`,
			);
		case 'crashed':
		case 'library':
		case 'damaged':
			return formatErrors.damaged(path, undefined, `the HDF5 library cannot read it (${message})`);
	}
}
