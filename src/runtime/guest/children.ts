/**
 * Lets the processes that a script starts join its session. The script's own environment stays as it would be; what joins is put into the child's
 * alone, below everything that a script can see: in Node's handle of a process, where an error gets no frame of ours.
 */
import { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ChatterStripper } from '../../protocol/chatter.ts';
import { LINK_VARIABLE, type Link } from '../../protocol/runtimeLink.ts';
import { sharedHub } from '../reporter.ts';
import { leaveProgram } from './rendezvous.ts';

interface Stdio {
	type: string;
	socket?: unknown;
}
type Spawn = (this: Handle, ...args: unknown[]) => number;
interface Handle {
	pid?: number;
	onexit?: unknown;
	spawn: Spawn;
}
interface SyncResult {
	pid: number;
	status: number | null;
	signal: string | null;
	output: (Uint8Array | null)[] | null;
}
interface SyncOptions {
	args?: readonly string[];
	envPairs?: string[];
	maxBuffer?: number;
}
interface SyncBinding {
	spawn(options: SyncOptions): SyncResult;
}

/** Marks and lines that a child's attaching puts into a stream, generously. */
const CHATTER_BYTES = 256;
/** Whoever allows a child less output than this means it to the byte: such a child is left alone. */
const LEAST_BUFFER_BYTES = 64 * 1024;

export function letChildrenJoin(link: Link, preload: string): void {
	sharedHub().programStarted = program => leaveProgram(link.dir, program);
	const add = (envPairs: string[], args: readonly string[] = []): string[] => linked(envPairs, args, link, preload);
	try {
		patchSpawn(link.dir, add);
	} catch {
		// Another Node than those known: its children run unobserved.
	}
	try {
		patchSpawnSync(link.dir, add);
	} catch {
		// The same.
	}
}

/** The child's environment with the link in it. Under the permission model the preload itself could not be read. */
function linked(envPairs: string[], args: readonly string[], link: Link, preload: string): string[] {
	const isNodeOptions = (pair: string) =>
		/^NODE_OPTIONS=/.test(process.platform === 'win32' ? pair.toUpperCase() : pair);
	const at = envPairs.findIndex(isNodeOptions);
	const present = at < 0 ? undefined : (envPairs[at] ?? '').slice('NODE_OPTIONS='.length);
	if ([...args, present ?? ''].some(text => /--(experimental-)?permission\b/.test(text))) return envPairs;
	const { nodeOptions: _, ...rest } = link;
	const own: Link = {
		...rest,
		...(present !== undefined && { nodeOptions: present }),
		parent: { pid: process.pid, threadId },
	};
	const quoted = /[\s"\\]/.test(preload) ? `"${preload.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : preload;
	const options = `NODE_OPTIONS=--inspect-publish-uid=http --require ${quoted}${present ? ` ${present}` : ''}`;
	const pairs = [...envPairs];
	if (at < 0) pairs.push(options);
	else pairs[at] = options;
	pairs.push(`${LINK_VARIABLE}=${JSON.stringify(own)}`);
	return pairs;
}

type AddLink = (envPairs: string[], args?: readonly string[]) => string[];

function patchSpawn(dir: string, add: AddLink): void {
	const made = new ChildProcess() as unknown as { _handle: Handle };
	const prototype = Object.getPrototypeOf(made._handle) as Handle;
	const original = prototype.spawn;
	prototype.spawn = function spawn(this: Handle, ...args: unknown[]): number {
		// Newer versions give every option as an argument of its own.
		const [first] = args;
		if (typeof first === 'string') {
			const [, words, , envPairs, stdio] = args;
			if (Array.isArray(envPairs)) args[3] = add(envPairs, Array.isArray(words) ? words : []);
			filterStreams(stdio);
		} else {
			const options = first as { args?: string[]; envPairs?: string[]; stdio?: unknown };
			if (options.envPairs) args[0] = { ...options, envPairs: add(options.envPairs, options.args) };
			filterStreams(options.stdio);
		}
		const failed = Reflect.apply(original, this, args) as number;
		if (!failed) tellEnd(this, dir);
		return failed;
	};
}

/** Each stream of a child's output is a socket, and Node hands it over by setting this property. */
function filterStreams(stdio: unknown): void {
	if (!Array.isArray(stdio)) return;
	for (const stream of (stdio as Stdio[]).slice(1, 3)) {
		if (stream.type !== 'pipe' && stream.type !== 'overlapped') continue;
		Object.defineProperty(stream, 'socket', {
			configurable: true,
			enumerable: true,
			set(socket: unknown) {
				Object.defineProperty(stream, 'socket', {
					value: socket,
					configurable: true,
					enumerable: true,
					writable: true,
				});
				filter(socket as { push(chunk: unknown, encoding?: unknown): boolean });
			},
		});
	}
}

function filter(socket: { push(chunk: unknown, encoding?: unknown): boolean }): void {
	const { push } = socket;
	const stripper = new ChatterStripper();
	const release = () => {
		const held = stripper.flush();
		if (held.length > 0) Reflect.apply(push, socket, [bufferOf(held)]);
	};
	const value = function (this: unknown, chunk: unknown, encoding?: unknown): boolean {
		if (chunk === null) release();
		if (!(chunk instanceof Uint8Array)) return Reflect.apply(push, this, [chunk, encoding]) as boolean;
		let more = true;
		for (const piece of stripper.strip(chunk))
			more = Reflect.apply(push, this, [piece === chunk ? chunk : bufferOf(piece), encoding]) as boolean;
		// What is there is read in one go: by then a mark would be whole.
		if (stripper.waits) setImmediate(() => stripper.waits && release());
		return more;
	};
	Object.defineProperty(socket, 'push', { value, configurable: true, enumerable: false, writable: true });
}

const bufferOf = (piece: Uint8Array): Buffer => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

/** Node looks up `onexit` when a child ends; what became of it stands on its object right after that. */
function tellEnd(handle: Handle, dir: string): void {
	const { pid, onexit } = handle;
	const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'owner_symbol');
	const owner = symbol && ((handle as unknown as Record<symbol, unknown>)[symbol] as ChildProcess | null);
	if (!owner || pid === undefined) return;
	Object.defineProperty(handle, 'onexit', {
		configurable: true,
		enumerable: true,
		get() {
			process.nextTick(() => leaveEnd(dir, pid, owner.exitCode, owner.signalCode));
			return onexit;
		},
		set(value: unknown) {
			Object.defineProperty(handle, 'onexit', { value, configurable: true, enumerable: true, writable: true });
		},
	});
}

function leaveEnd(dir: string, pid: number, code: number | null, signal: string | null): void {
	try {
		if (existsSync(join(dir, `${pid}.child`)))
			writeFileSync(join(dir, `${pid}.exit`), JSON.stringify({ code, signal }));
	} catch {
		// The directory went with its engine.
	}
}

function patchSpawnSync(dir: string, add: AddLink): void {
	const binding = syncBinding();
	const original = binding.spawn;
	binding.spawn = function spawn(options: SyncOptions): SyncResult {
		const { envPairs, maxBuffer } = options;
		const isBounded = typeof maxBuffer === 'number' && maxBuffer > 0 && Number.isFinite(maxBuffer);
		if (isBounded && maxBuffer < LEAST_BUFFER_BYTES) return Reflect.apply(original, this, [options]) as SyncResult;
		const room = isBounded ? { maxBuffer: maxBuffer + CHATTER_BYTES } : {};
		const own = envPairs ? { ...options, ...room, envPairs: add(envPairs, options.args) } : options;
		const result = Reflect.apply(original, this, [own]) as SyncResult;
		if (result.output) result.output = result.output.map(strippedOutput);
		leaveEnd(dir, result.pid, result.status, result.signal);
		return result;
	};
}

function strippedOutput(output: Uint8Array | null): Uint8Array | null {
	if (!output || output.indexOf(0) < 0) return output;
	const stripper = new ChatterStripper();
	return Buffer.concat([...stripper.strip(output), stripper.flush()]);
}

/** Node warns of this access only where it is asked to warn of everything. */
function syncBinding(): SyncBinding {
	const target = process as unknown as { binding(name: string): SyncBinding; noDeprecation?: boolean };
	const present = Object.getOwnPropertyDescriptor(target, 'noDeprecation');
	try {
		target.noDeprecation = true;
		return target.binding('spawn_sync');
	} finally {
		if (present) Object.defineProperty(target, 'noDeprecation', present);
		else delete target.noDeprecation;
	}
}
