/** Instances of the HDF5 library, and the file in them. */

import { closeLeft, confine, confined, MAIN, newSession, type Session } from './confinement.ts';
import { Content } from './content.ts';
import { type FileRequest, MEMORY_BYTES, type ThreadData } from './hdf5Protocol.ts';

type H5wasm = typeof import('h5wasm/node');
export type Library = H5wasm['Module'];
/** What the library says of a dataset, an attribute or a type. */
export type Metadata = ReturnType<Library['get_dataset_metadata']>;

export class LoadError extends Error {}

export interface Instance {
	readonly library: Library;
	readonly File: H5wasm['File'];
}

/** A file that is open in an instance. */
export interface OpenFile {
	readonly instance: Instance;
	readonly session: Session;
	readonly content: Content;
	readonly id: bigint;
	/** Streams that read from it. */
	users: number;
	/** The library has failed in it and may be in disorder: nothing new is asked of it. */
	spoiled: boolean;
	/** Nothing at all is asked of it. */
	crashed: boolean;
}

let loads = 0;

/** Each has a memory of its own. The thread and the compiled code are shared, so that all but the first come soon. */
export async function loadLibrary({ libraryUrl, pluginFolder }: ThreadData): Promise<Instance> {
	if (loads === 0) confine(pluginFolder);
	try {
		const { h5wasm }: H5wasm = await import(loads === 0 ? libraryUrl : `${libraryUrl}?instance=${loads}`);
		loads++;
		const library = await h5wasm.ready;
		// Without it failures are silent: what could not be read is whatever the memory held before.
		library.activate_throwing_error_handler();
		if (pluginFolder !== undefined) library.insert_plugin_search_path(pluginFolder, 0);
		return { library, File: h5wasm.File };
	} catch (error) {
		throw new LoadError('The library cannot be loaded.', { cause: error });
	}
}

export const memoryOf = ({ library }: Instance): number => library.HEAPU8.byteLength;

/** Throws what the library says; then the instance is not to be used again. */
export function openFile(
	instance: Instance,
	file: FileRequest,
	pluginFolder: string | undefined,
	damages: Map<string, string>,
): OpenFile {
	const session = newSession(file);
	Atomics.store(session.counters, MEMORY_BYTES, BigInt(memoryOf(instance)));
	try {
		const id = confined(session, () => new instance.File(MAIN, 'r').file_id);
		const content = new Content(instance.library, id, { ...file, pluginFolder }, damages);
		return { instance, session, content, id, users: 0, spoiled: false, crashed: false };
	} catch (error) {
		closeLeft(session);
		throw Object.assign(error instanceof Error ? error : new Error(String(error)), { session });
	}
}

/** Whether the instance is as it was before; else it is not to be used again. */
export function closeFile({ instance, session, id, spoiled }: OpenFile): boolean {
	let sound = !spoiled;
	try {
		if (sound) confined(session, () => instance.library.close_file(id));
		// As long as the library has an object of it open, it keeps the file, and would give it for another.
		sound &&= session.opened.size === 0;
	} catch {
		sound = false;
	}
	closeLeft(session);
	return sound;
}

/** The library's error texts name the file as it knows it. */
export const withTrueName = (text: string, path: string): string => text.replaceAll(MAIN, path);
