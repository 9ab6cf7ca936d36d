/** What goes between the reader and the thread that holds the HDF5 library. */
import type { Hdf5Dataset, Hdf5Entry, Hdf5Slab } from './hdf5Types.ts';

/** What the thread is started with. */
export interface ThreadData {
	/** Where `h5wasm` is. */
	readonly libraryUrl: string;
	/** The folder with the filters of `h5wasm-plugins`, where they are installed. */
	readonly pluginFolder: string | undefined;
}

/** The file that is read, one at a time. */
export interface FileRequest {
	readonly path: string;
	/** Open already, and not to be closed here. */
	readonly fd: number | undefined;
	readonly otherFiles: boolean;
	readonly maxMemoryBytes: number;
	/** `COUNTERS` of 64 bits each. */
	readonly counters: SharedArrayBuffer;
}

export const COUNTERS = 3;
export const READ_BYTES = 0;
export const MEMORY_BYTES = 1;
/** Odd while a read of the file is under way; changes with each. */
export const READS = 2;

export interface SlabRequest {
	readonly path: string;
	readonly start: readonly number[];
	readonly count: readonly number[];
	readonly slabBytes: number;
	/** Texts of one byte as `Uint8Array`. */
	readonly characters?: boolean;
}

/** What can be asked for: name → [argument, what comes, piece by piece]. */
export interface Requests {
	structure: [argument: undefined, entries: readonly Hdf5Entry[]];
	dataset: [path: string, dataset: Hdf5Dataset];
	/** The dataset that a path leads to through links; `undefined`: it leads to none. */
	target: [path: string, object: Hdf5Dataset | undefined];
	slabs: [request: SlabRequest, slab: Hdf5Slab];
	whole: [request: SlabRequest, slab: Hdf5Slab];
}

export type ToThread =
	| { readonly type: 'open'; readonly file: FileRequest }
	| { [Name in keyof Requests]: { type: 'begin'; id: number; name: Name; argument: Requests[Name][0] } }[keyof Requests]
	/** Allows one piece more: so many are made ahead as were allowed and have not come yet. */
	| {
			readonly type: 'next';
			readonly id: number;
			/** Memory of a slab that is done with. */
			readonly spare?: ArrayBuffer;
	  }
	| { readonly type: 'end'; readonly id: number }
	/** Closes the file. */
	| { readonly type: 'close' };

export type FromThread =
	| { readonly type: 'piece'; readonly id: number; readonly piece: Requests[keyof Requests][1] }
	| { readonly type: 'done'; readonly id: number }
	/** `spent`: what failures have left behind in this thread is enough; whatever is asked for next belongs in another. */
	| { readonly type: 'failed'; readonly id: number; readonly failure: Failure; readonly spent: boolean }
	/** Whether another file may be opened in this thread. */
	| { readonly type: 'closed'; readonly reusable: boolean }
	/** The library cannot be loaded. */
	| { readonly type: 'broken'; readonly message: string };

export interface Failure {
	/**
	 * `library`: what HDF5 said of the file. `memory`: its memory is used up. `crashed`: it is in no state to be asked again. The others
	 * are ours, and leave it sound.
	 */
	readonly kind: 'library' | 'memory' | 'crashed' | 'unsupported' | 'missing' | 'otherFile' | 'damaged';
	readonly message: string;
}

/** A failure of ours, in the thread. */
export class Refusal extends Error {
	readonly kind: Failure['kind'];

	constructor(kind: Failure['kind'], message: string) {
		super(message);
		this.kind = kind;
	}
}

/** HDF5's errors are lists of calls, the innermost last: `#003: H5Fsuper.c line 609 in H5F__super_read(): truncated file`. */
export function rootCause(message: string): string {
	const causes = [...message.matchAll(/#\d+: .*?\(\): (.+)/g)];
	return causes.at(-1)?.[1]?.trim() ?? message.split('\n', 1)[0] ?? message;
}
