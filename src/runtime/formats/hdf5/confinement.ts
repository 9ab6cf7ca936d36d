/**
 * What the HDF5 library may do in its thread. It runs on Node's own file functions and on WebAssembly's memory: both are replaced by ours
 * while it is at work, which open no other file unless that is allowed, write nothing, stay within a bound, and count.
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { threadId } from 'node:worker_threads';
import { type FileRequest, MEMORY_BYTES, READ_BYTES, READS } from './hdf5Protocol.ts';

/** The file as the library knows it. Any path that all systems take for an absolute one: what is behind it we say. */
const FOLDER = '/memory-manager-hdf5';
export const MAIN = `${FOLDER}/file.h5`;
const WASM_PAGE_BYTES = 64 * 1024;
/** Where the C library begins names of temporary files; it writes each error into one to get at its text. */
const TEMPORARY = '/tmp/tmpfile_';

/** One file, open in one instance of the library. */
export interface Session {
	readonly file: FileRequest;
	readonly counters: BigInt64Array;
	/** Descriptors that the library has open for it: each of its failures leaves one behind. */
	readonly opened: Set<number>;
	readonly temporary: Set<number>;
	/** Other files that were asked for, and not given. */
	readonly denied: string[];
}

/** For which the library is at work. */
let working: Session | undefined;
const { closeSync } = fs;

export function newSession(file: FileRequest): Session {
	const counters = new BigInt64Array(file.counters);
	return { file, counters, opened: new Set(), temporary: new Set(), denied: [] };
}

/** Runs the library for a session. */
export function confined<T>(session: Session, work: () => T): T {
	const outer = working;
	working = session;
	try {
		return work();
	} finally {
		working = outer;
	}
}

/** Closes what the library has left open. */
export function closeLeft({ file, opened }: Session): void {
	for (const descriptor of opened) {
		if (descriptor === file.fd) continue;
		try {
			closeSync(descriptor);
		} catch {
			// Nobody has it any more.
		}
	}
	opened.clear();
}

/** WebAssembly's, which Node's types do not have. */
interface Memory {
	readonly buffer: ArrayBuffer;
	grow(pages: number): number;
}

/** Once for the thread. */
export function confine(pluginFolder: string | undefined): void {
	boundMemory();
	guardFiles(pluginFolder);
	// It speaks to the terminal, which is the script's.
	for (const name of ['log', 'warn', 'error'] as const) console[name] = () => undefined;
}

function boundMemory(): void {
	const { prototype } = (globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } }).WebAssembly
		.Memory;
	const { grow } = prototype;
	prototype.grow = function (this: Memory, pages: number): number {
		const most = working?.file.maxMemoryBytes ?? Number.POSITIVE_INFINITY;
		if (this.buffer.byteLength + pages * WASM_PAGE_BYTES > most) throw new RangeError('The bound is reached.');
		const before = grow.call(this, pages);
		if (working) Atomics.store(working.counters, MEMORY_BYTES, BigInt(this.buffer.byteLength));
		return before;
	};
}

const isPlugin = (name: string, folder: string | undefined): boolean =>
	folder !== undefined && (name === folder || name.startsWith(folder + sep));

/** Where a name of the library's leads to; throws as if nothing were there where it may not go. */
function targetOf({ file, denied }: Session, name: string, pluginFolder: string | undefined): string {
	if (name === MAIN) return file.path;
	if (name.startsWith(TEMPORARY)) {
		return join(tmpdir(), `memory-manager-${process.pid}-${threadId}-${name.slice(TEMPORARY.length)}`);
	}
	if (isPlugin(name, pluginFolder)) return name;
	const folder = dirname(file.path);
	const target = name.startsWith(`${FOLDER}/`) ? resolve(folder, name.slice(FOLDER.length + 1)) : resolve(name);
	// A pipe would keep the thread for good.
	if (file.otherFiles && fs.statSync(target, { throwIfNoEntry: false })?.isFile()) return target;
	denied.push(target);
	throw Object.assign(new Error('ENOENT'), { code: 'ENOENT', errno: -2 });
}

function guardFiles(pluginFolder: string | undefined): void {
	const { openSync, fstatSync, lstatSync, readSync, unlinkSync, writeSync } = fs;
	fs.openSync = (name, flags, mode) => {
		if (!working) return openSync(name, flags, mode);
		const isTemporary = String(name).startsWith(TEMPORARY);
		const { fd } = working.file;
		const isGiven = name === MAIN && fd !== undefined;
		const target = isGiven ? '' : targetOf(working, String(name), pluginFolder);
		const opened = isGiven ? fd : openSync(target, isTemporary ? flags : 'r', mode);
		working.opened.add(opened);
		if (isTemporary) working.temporary.add(opened);
		return opened;
	};
	const lstat = (name: fs.PathLike, ...rest: []) => {
		if (!working) return lstatSync(name, ...rest);
		const { fd } = working.file;
		if (name === MAIN && fd !== undefined) return fstatSync(fd);
		// The way to a folder is looked at folder by folder.
		if (pluginFolder?.startsWith(`${name}${sep}`)) return lstatSync(name, ...rest);
		return lstatSync(targetOf(working, String(name), pluginFolder), ...rest);
	};
	Object.assign(fs, { lstatSync: lstat });
	fs.unlinkSync = name => {
		if (!working) unlinkSync(name);
		else if (String(name).startsWith(TEMPORARY)) unlinkSync(targetOf(working, String(name), pluginFolder));
	};
	fs.closeSync = opened => {
		working?.temporary.delete(opened);
		working?.opened.delete(opened);
		if (opened !== working?.file.fd) closeSync(opened);
	};
	fs.writeSync = ((opened: number, buffer: Uint8Array, offset?: number, length?: number, position?: number) => {
		if (working && !working.temporary.has(opened)) return length ?? buffer.byteLength;
		return writeSync(opened, buffer, offset, length, position);
	}) as typeof fs.writeSync;
	fs.readSync = ((...args: Parameters<typeof fs.readSync>) => {
		if (!working || working.temporary.has(args[0])) return readSync(...args);
		const { counters } = working;
		Atomics.add(counters, READS, 1n);
		try {
			const count = readSync(...args);
			Atomics.add(counters, READ_BYTES, BigInt(count));
			return count;
		} finally {
			Atomics.add(counters, READS, 1n);
		}
	}) as typeof fs.readSync;
}
