/** The HDF5 library in its thread: bounded in memory, reading only what it may, silent. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { MEMORY_BYTES, READ_BYTES, READS, type ThreadData } from './hdf5Protocol.ts';

type H5wasm = typeof import('h5wasm/node');
export type Library = H5wasm['Module'];
/** What the library says of a dataset, an attribute or a type. */
export type Metadata = ReturnType<Library['get_dataset_metadata']>;

/** The file as the library knows it. Any path that all systems take for an absolute one: what is behind it we say. */
const FOLDER = '/memory-manager-hdf5';
const MAIN = `${FOLDER}/file.h5`;
const WASM_PAGE_BYTES = 64 * 1024;
/** Where the C library begins names of temporary files; it writes each error into one to get at its text. */
const TEMPORARY = '/tmp/tmpfile_';

export class LoadError extends Error {}

/** WebAssembly's, which Node's types do not have. */
interface Memory {
	readonly buffer: ArrayBuffer;
	grow(pages: number): number;
}

export interface OpenLibrary {
	readonly library: Library;
	readonly file: bigint;
	/** Other files that were asked for since, and not given. */
	takeDenied(): string[];
}

/**
 * Loads the library and opens the file. The library runs on Node's own file functions: in this thread they are replaced by ours, which
 * open no other file unless that is allowed, write nothing, and count.
 */
export async function openLibrary(data: ThreadData): Promise<OpenLibrary> {
	const counters = new BigInt64Array(data.counters);
	boundMemory(data.maxMemoryBytes, counters);
	// It speaks to the terminal, which is the script's.
	for (const name of ['log', 'warn', 'error'] as const) console[name] = () => undefined;
	const { h5wasm, library } = await load(data.libraryUrl);
	const denied = guardFiles(data, counters);
	// Without it failures are silent: what could not be read is whatever the memory held before.
	library.activate_throwing_error_handler();
	if (data.pluginFolder !== undefined) library.insert_plugin_search_path(data.pluginFolder, 0);
	const file = new h5wasm.File(MAIN, 'r').file_id;
	return { library, file, takeDenied: () => denied.splice(0) };
}

async function load(url: string): Promise<{ h5wasm: H5wasm; library: Library }> {
	try {
		const h5wasm: H5wasm = await import(url);
		return { h5wasm, library: await h5wasm.ready };
	} catch (error) {
		throw new LoadError('The library cannot be loaded.', { cause: error });
	}
}

/** The library's error texts name the file as it knows it. */
export const withTrueName = (text: string, path: string): string => text.replaceAll(MAIN, path);

function boundMemory(maxBytes: number, counters: BigInt64Array): void {
	const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly
		.Memory;
	const { grow } = prototype;
	prototype.grow = function (this: Memory, pages: number): number {
		if (this.buffer.byteLength + pages * WASM_PAGE_BYTES > maxBytes) throw new RangeError('The bound is reached.');
		const before = grow.call(this, pages);
		Atomics.store(counters, MEMORY_BYTES, BigInt(this.buffer.byteLength));
		return before;
	};
}

function guardFiles({ path, fd, otherFiles, pluginFolder }: ThreadData, counters: BigInt64Array): string[] {
	const denied: string[] = [];
	const { openSync, closeSync, fstatSync, lstatSync, readSync, unlinkSync, writeSync } = fs;
	const temporary = new Set<number>();
	/** Where a name of the library's leads to; `undefined`: nowhere, for it. */
	const targetOf = (name: string): string | undefined => {
		if (name === MAIN) return path;
		if (name.startsWith(TEMPORARY)) {
			return join(tmpdir(), `memory-manager-${process.pid}-${threadId}-${name.slice(TEMPORARY.length)}`);
		}
		if (pluginFolder !== undefined && name.startsWith(pluginFolder)) return name;
		const target = name.startsWith(`${FOLDER}/`)
			? resolve(dirname(path), name.slice(FOLDER.length + 1))
			: resolve(name);
		if (otherFiles && fs.existsSync(target)) return target;
		denied.push(target);
		return undefined;
	};
	const needed = (name: unknown): string => {
		const target = targetOf(String(name));
		if (target === undefined) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', errno: -2 });
		return target;
	};

	fs.openSync = (name, flags, mode) => {
		if (name === MAIN && fd !== undefined) return fd;
		const isTemporary = String(name).startsWith(TEMPORARY);
		const opened = openSync(needed(name), isTemporary ? flags : 'r', mode);
		if (isTemporary) temporary.add(opened);
		return opened;
	};
	const lstat = (name: unknown, ...rest: []) =>
		name === MAIN && fd !== undefined ? fstatSync(fd) : lstatSync(needed(name), ...rest);
	Object.assign(fs, { lstatSync: lstat });
	fs.unlinkSync = name => {
		if (String(name).startsWith(TEMPORARY)) unlinkSync(needed(name));
	};
	fs.closeSync = opened => {
		temporary.delete(opened);
		if (opened !== fd) closeSync(opened);
	};
	fs.writeSync = ((opened: number, buffer: Uint8Array, offset?: number, length?: number, position?: number) => {
		if (!temporary.has(opened)) return length ?? buffer.byteLength;
		return writeSync(opened, buffer, offset, length, position);
	}) as typeof fs.writeSync;
	fs.readSync = ((...args: Parameters<typeof fs.readSync>) => {
		Atomics.add(counters, READS, 1n);
		try {
			const count = readSync(...args);
			if (!temporary.has(args[0])) Atomics.add(counters, READ_BYTES, BigInt(count));
			return count;
		} finally {
			Atomics.add(counters, READS, 1n);
		}
	}) as typeof fs.readSync;
	return denied;
}
