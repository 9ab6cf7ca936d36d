/**
 * What crosses between the engine and the runtime inside the user's script.
 *
 * The engine starts Node with `NODE_OPTIONS` requiring the preload and one variable, {@link LINK_VARIABLE}. The preload takes both
 * out of the environment again, opens the inspector on a port the system chooses, writes `<dir>/<pid>.json` (a {@link Rendezvous},
 * renamed into place) and waits, bounded, until the engine has connected and called {@link RuntimeHub.go}.
 * At exit it calls the binding {@link NOTIFY_BINDING} with `ending`, writes `<dir>/<pid>.ending` (an event may be held up) and waits, bounded, for the file `<dir>/<pid>.release`:
 * by then the engine has read what it needs and closed its connections, so that Node prints nothing about a debugger.
 */
import type { Entry, MemoryReading } from './entries.ts';
import { isBoolean, isCount, isRecord, isString } from './guards.ts';
import { parseJson } from './recording.ts';
import type { GcStrategy } from './runtimeEntries.ts';

export const LINK_VARIABLE = 'MEMORY_MANAGER_LINK';
/** `globalThis[Symbol.for(HUB_KEY)]` holds the {@link RuntimeHub}: the injected copy and an installed one share it. */
export const HUB_KEY = 'memory-manager.runtime';
/**
 * `globalThis[Symbol.for(ENGINE_KEY)]` is there while the engine observes the process or worker. In a worker that has not begun it is a function
 * by which the preload sets it up; its answer goes to the engine with `began`, after the id of the thread that started the worker.
 */
export const ENGINE_KEY = 'memory-manager.engine';
/** Inspector binding by which the target gets the engine's attention; a worker's `ending` has its exit code. */
export const NOTIFY_BINDING = '__memoryManagerNotify';
export type Notification = 'ending' | `ending ${number}` | `began ${number} ${string}` | 'queue';
export const RUNTIME_PACKAGE = 'memory-manager-runtime';
/** How long the target waits for the engine at its start and at its end, ms. */
export const START_WAIT_MS = 5_000;
export const END_WAIT_MS = 10_000;

/** JSON in {@link LINK_VARIABLE}. */
export interface Link {
	/** Directory of the rendezvous, private to one session. */
	dir: string;
	/** Process id of the engine, so that a waiting target notices when it is gone. */
	hostPid: number;
	/** What `NODE_OPTIONS` was before; absent when it was not set. */
	nodeOptions?: string;
	/** Attribute memory outside the heap to call sites: built-ins are wrapped before the script begins. Absent: no. */
	offHeap?: boolean;
	/** Who started this process, where it is not the session's first. */
	parent?: { pid: number; threadId: number };
	/** Child processes join the session. Absent: no. */
	children?: boolean;
	/** stderr is a terminal that the script inherits: keep Node's "Debugger attached." off it. */
	quietTerminal: boolean;
}

export type Rendezvous = { pid: number; url: string } | { pid: number; error: string };

export function parseLink(text: string | undefined): Link | undefined {
	const value = text === undefined ? undefined : parseJson(text);
	if (!isRecord(value) || !isString(value.dir) || !isCount(value.hostPid) || !isBoolean(value.quietTerminal))
		return undefined;
	if (value.nodeOptions !== undefined && !isString(value.nodeOptions)) return undefined;
	if (value.offHeap !== undefined && !isBoolean(value.offHeap)) return undefined;
	if (value.children !== undefined && !isBoolean(value.children)) return undefined;
	if (value.parent !== undefined && !isParent(value.parent)) return undefined;
	return value as unknown as Link;
}

const isParent = (value: unknown): boolean => isRecord(value) && isCount(value.pid) && isCount(value.threadId);

/**
 * What a child process says of itself when it joins. Without a url it may be looked at from outside only. Of a program that the runtime
 * started (`ffmpeg`) its parent says it; it is no Node, and the versions are empty.
 */
export interface ChildArrival {
	pid: number;
	url?: string;
	parent: { pid: number; threadId: number };
	title: string;
	nodeVersion: string;
	v8Version: string;
	platform: string;
	arch: string;
	cwd: string;
	program?: boolean;
}

export function parseChildArrival(text: string): ChildArrival | undefined {
	const value = parseJson(text);
	if (!isRecord(value) || !isCount(value.pid) || !isParent(value.parent)) return undefined;
	if (value.url !== undefined && !isString(value.url)) return undefined;
	if (value.program !== undefined && !isBoolean(value.program)) return undefined;
	const texts = [value.title, value.nodeVersion, value.v8Version, value.platform, value.arch, value.cwd];
	return texts.every(isString) ? (value as unknown as ChildArrival) : undefined;
}

/** `<pid>.ending` and `<pid>.exit`: how a process went, by its own word or its parent's. */
export function parseProcessEnd(text: string): { code: number } | { signal: string } | undefined {
	const value = parseJson(text);
	if (!isRecord(value)) return undefined;
	if (isString(value.signal)) return { signal: value.signal };
	return typeof value.code === 'number' && Number.isSafeInteger(value.code) ? { code: value.code } : undefined;
}

export function parseRendezvous(text: string): Rendezvous | undefined {
	const value = parseJson(text);
	if (!isRecord(value) || !isCount(value.pid)) return undefined;
	return isString(value.url) || isString(value.error) ? (value as unknown as Rendezvous) : undefined;
}

/** The types of entries that the runtime reports. */
export const RUNTIME_ENTRY_TYPES = [
	'region',
	'span',
	'regionStats',
	'cache',
	'pool',
	'weakCache',
	'spill',
	'batch',
	'batchDecision',
	'tensorDict',
	'stream',
	'pressure',
	'cleanup',
	'operation',
	'finding',
	'diagnosis',
	'collector',
	'config',
	'notice',
] as const;

/** What the runtime reports: entries whose times (`t`, `end`) are still the target's monotonic clock, `process.hrtime()` in ms. */
export type RuntimeEntry = Extract<Entry, { type: (typeof RUNTIME_ENTRY_TYPES)[number] }>;

/**
 * `[function name, url or path, line, column]` as the stack tells them, 1-based; the place is that of the call. Then, where V8 tells it
 * (`getEnclosingLineNumber`, `getEnclosingColumnNumber` of a call site), the place where the function begins.
 */
export type RawFrame = [
	functionName: string,
	url: string,
	line: number,
	column: number,
	functionLine?: number,
	functionColumn?: number,
];

/**
 * What was allocated and freed outside the heap since the last drain that carried one. Kinds are indices into `OFF_HEAP_KINDS`; stacks and
 * contexts are told once and referred to by id; bytes are scaled estimates.
 */
export interface OffHeapReport {
	/** When it was put together, the target's monotonic clock, ms: what later `freed` rows call `bornAt`, to the digit. */
	now: number;
	intervalBytes: number;
	/** New stacks, innermost frame first. The first frame is the built-in that allocated (`Buffer.alloc`), with an empty url. */
	stacks: [id: number, frames: RawFrame[]][];
	contexts: [context: number, regions: number[]][];
	allocated: [stack: number, kind: number, context: number, bytes: number, samples: number][];
	/** `bornAt`: `now` of the report that told of the allocation. */
	freed: [stack: number, kind: number, context: number, bytes: number, samples: number, bornAt: number][];
	/** Estimated live bytes of all that is tracked. */
	liveBytes: number;
	/** Of the process, read together with `liveBytes`. */
	arrayBuffersBytes: number;
	/** So far: ms spent on stacks and sweeps, and samples taken. */
	spentMs: number;
	samples: number;
	/** Bytes of our own tables, an estimate. */
	ownBytes: number;
}

export interface Drained {
	entries: RuntimeEntry[];
	/** Spans and events that did not fit into the bounded queues since the last drain. */
	dropped: number;
	/** Absent while nothing is attributed, and between two sweeps. */
	offHeap?: OffHeapReport;
}

/** What the engine asks of the runtime. An absent `id` means all of them. */
export type RuntimeCommand =
	| { kind: 'clearCache'; id?: number }
	| { kind: 'clearPool'; id?: number }
	| { kind: 'collectGarbage' }
	/** Everything that can be let go of: caches, idle pool objects, registered objects, then a collection. */
	| { kind: 'comprehensiveCleanup' }
	| { kind: 'setGcStrategy'; strategy: GcStrategy | 'default' };

export interface CommandResult {
	/** Bytes freed as far as they are known: heap used before minus after, or the cache's own account. */
	freedBytes?: number;
	/** One sentence. */
	message: string;
}

/** The object behind {@link HUB_KEY}, as far as the engine uses it. It never throws into the engine's calls. */
export interface RuntimeHub {
	readonly protocol: 1;
	/** Version of the runtime that made it. */
	readonly version: string;
	/** Ends the wait at start; from here on the hub records. */
	go(): void;
	/** From here on nothing is recorded any more (the engine has gone). */
	leave(): void;
	/**
	 * What is new since the last drain, with definitions before their uses. The memory reading, the caller's or else its own,
	 * counts for the peaks of open regions.
	 */
	drain(reading?: MemoryReading): Drained;
	command(command: RuntimeCommand): CommandResult;
	/** Mean bytes between two off-heap samples from here on; absent in older runtimes. */
	setOffHeapInterval?(bytes: number): void;
}
