/**
 * Functions that run inside the profiled process. Each is turned into source text, so it may use nothing but its arguments,
 * and speak only what Node 20 understands. `sourceURL` lets our frames be told from the user's.
 */
import type { CommandResult, Drained, RuntimeCommand, RuntimeHub } from '../../protocol/runtimeLink.ts';

/** Raw result of a poll: bytes; `now` and `costMs` in ms of the target's monotonic clock. */
export interface PollReply {
	now: number;
	costMs: number;
	rss: number;
	heapUsed: number;
	heapTotal: number;
	heapLimit?: number;
	/** In use in the old generation, what the limit bounds; the next three with `thorough` only. */
	oldSpace?: number;
	heapPhysical?: number;
	heapCode?: number;
	malloced?: number;
	external: number;
	arrayBuffers: number;
	/** Collections since the last rotation: `[V8's name, µs, used before, used after, external after]`. */
	gc?: [string, number, number, number, number][];
	drained?: Drained;
}

export interface SetUpReply {
	now: number;
	pid: number;
	nodeVersion: string;
	v8Version: string;
	platform: string;
	arch: string;
	cwd: string;
	rss: number;
	runtime: boolean;
	/** Whether V8's collection profiler is at hand. */
	gc: boolean;
}

interface GcProfiler {
	start(): void;
	stop():
		| {
				statistics: {
					gcType: string;
					cost: number;
					beforeGC: { heapStatistics: { usedHeapSize: number } };
					afterGC: { heapStatistics: { usedHeapSize: number; externalMemory?: number } };
				}[];
		  }
		| undefined;
}

interface EngineState {
	poll(thorough: boolean): string;
	v8?: {
		getHeapStatistics(): { heap_size_limit: number; malloced_memory: number; total_physical_size: number };
		getHeapSpaceStatistics(): { space_name: string; space_used_size: number }[];
	};
	/** Of the old generation, bytes. */
	heapLimit?: number;
	gc?: GcProfiler;
}

/** The expression that calls `fn` in the target. Arguments are JSON, or other functions of this file. */
export function expression<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): string {
	const list = args
		.map(arg => (typeof arg === 'function' ? arg.toString() : (JSON.stringify(arg) ?? 'undefined')))
		.join(',');
	return `(${fn.toString()})(${list})\n//# sourceURL=${SNIPPET_URL}`;
}
export const SNIPPET_URL = 'memory-manager:engine';

export function setUp(hubKey: string, engineKey: string, makePoll: typeof pollMaker): string {
	type Holder = Record<symbol, unknown>;
	const holder = globalThis as unknown as Holder;
	const load = (name: string): unknown => {
		const find = (process as { getBuiltinModule?: (name: string) => unknown }).getBuiltinModule;
		return find
			? find(name)
			: (process as { mainModule?: { require(name: string): unknown } }).mainModule?.require(name);
	};
	const state: EngineState = { poll: () => '' };
	try {
		const v8 = load('v8') as EngineState['v8'] & { GCProfiler?: new () => GcProfiler };
		if (v8) {
			state.v8 = v8;
			// V8's own figure has room for new objects on top, 48 to 192 MB by version, and rises while we stand at the limit.
			const threads = load('worker_threads') as
				| { isMainThread: boolean; resourceLimits?: { maxOldGenerationSizeMb?: number } }
				| undefined;
			const words = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`.split(/\s+/);
			const flags = words
				.map(word => /^--max[-_]old[-_]space[-_]size=(\d+)$/.exec(word))
				.filter(found => found !== null);
			const given =
				threads?.isMainThread === false
					? threads.resourceLimits?.maxOldGenerationSizeMb
					: Number(flags[flags.length - 1]?.[1]);
			state.heapLimit = given && given > 0 ? given * 1024 * 1024 : v8.getHeapStatistics().heap_size_limit;
			if (v8.GCProfiler) {
				state.gc = new v8.GCProfiler();
				state.gc.start();
			}
		}
	} catch {
		// Without the module the heap limit and collections are not known here.
	}
	state.poll = makePoll(state, Symbol.for(hubKey));
	Object.defineProperty(holder, Symbol.for(engineKey), { value: state, configurable: true, enumerable: false });
	const [seconds, nanoseconds] = process.hrtime();
	return JSON.stringify({
		now: seconds * 1e3 + nanoseconds / 1e6,
		pid: process.pid,
		nodeVersion: process.versions.node,
		v8Version: process.versions.v8,
		platform: process.platform,
		arch: process.arch,
		cwd: process.cwd(),
		rss: process.memoryUsage.rss(),
		runtime: holder[Symbol.for(hubKey)] !== undefined,
		gc: state.gc !== undefined,
	});
}

/** In a worker that has not begun, where not everything is there yet: its preload carries out {@link setUp}. */
export function setUpLater(hubKey: string, engineKey: string, begin: typeof setUp, makePoll: typeof pollMaker): void {
	const value = (): string => begin(hubKey, engineKey, makePoll);
	Object.defineProperty(globalThis, Symbol.for(engineKey), { value, configurable: true, enumerable: false });
}

/**
 * Makes the function that answers each poll: once, because compiling it every time would cost more than running it. It keeps
 * the built-ins it needs, which the script may replace later. `thorough` also asks for what is dearer and changes slowly.
 */
export function pollMaker(state: EngineState, hubKey: symbol): (thorough: boolean) => string {
	const { stringify } = JSON;
	const { hrtime } = process;
	const memoryUsage = process.memoryUsage.bind(process);
	const holder = globalThis as unknown as Record<symbol, unknown>;
	return thorough => {
		const began = hrtime();
		const memory = memoryUsage();
		const reply: Record<string, unknown> = {
			now: began[0] * 1e3 + began[1] / 1e6,
			rss: memory.rss,
			heapUsed: memory.heapUsed,
			heapTotal: memory.heapTotal,
			external: memory.external,
			arrayBuffers: memory.arrayBuffers,
		};
		if (thorough && state.v8) {
			const heap = state.v8.getHeapStatistics();
			reply.heapLimit = state.heapLimit;
			reply.malloced = heap.malloced_memory;
			reply.heapPhysical = heap.total_physical_size;
			let old = 0;
			let code = 0;
			for (const { space_name: name, space_used_size: used } of state.v8.getHeapSpaceStatistics()) {
				if (name !== 'new_space' && name !== 'new_large_object_space') old += used;
				if (name === 'code_space' || name === 'code_large_object_space') code += used;
			}
			reply.oldSpace = old;
			reply.heapCode = code;
		}
		if (thorough && state.gc) {
			const result = state.gc.stop();
			state.gc.start();
			reply.gc = (result?.statistics ?? []).map(one => [
				one.gcType,
				one.cost,
				one.beforeGC.heapStatistics.usedHeapSize,
				one.afterGC.heapStatistics.usedHeapSize,
				one.afterGC.heapStatistics.externalMemory ?? 0,
			]);
		}
		const hub = holder[hubKey] as RuntimeHub | undefined;
		if (hub && hub.protocol === 1) {
			reply.drained = hub.drain({
				rssBytes: memory.rss,
				heapUsedBytes: memory.heapUsed,
				externalBytes: memory.external,
				arrayBuffersBytes: memory.arrayBuffers,
			});
		}
		const spent = hrtime(began);
		reply.costMs = spent[0] * 1e3 + spent[1] / 1e6;
		return stringify(reply);
	};
}

export function poll(engineKey: string, thorough: boolean): string {
	const state = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(engineKey)] as EngineState | undefined;
	return state ? state.poll(thorough) : '';
}

/** Takes what is left of the heap, which V8 ends as it would have ended the script. */
export function fillHeap(): void {
	const keep: unknown[] = [];
	for (;;) keep.push(new Array(10_000).fill(0.5));
}

export function go(hubKey: string): boolean {
	const hub = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(hubKey)] as RuntimeHub | undefined;
	hub?.go();
	return hub !== undefined;
}

/** Undoes {@link setUp} in a process that lives on. */
export function leave(hubKey: string, engineKey: string): void {
	const holder = globalThis as unknown as Record<symbol, unknown>;
	(holder[Symbol.for(hubKey)] as RuntimeHub | undefined)?.leave();
	(holder[Symbol.for(engineKey)] as EngineState | undefined)?.gc?.stop();
	delete holder[Symbol.for(engineKey)];
}

export function setOffHeapInterval(hubKey: string, bytes: number): void {
	const hub = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(hubKey)] as RuntimeHub | undefined;
	hub?.setOffHeapInterval?.(bytes);
}

export function runCommand(hubKey: string, command: RuntimeCommand): string {
	const hub = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(hubKey)] as RuntimeHub | undefined;
	if (!hub) return JSON.stringify({ error: 'The Memory Manager runtime is not loaded in this process.' });
	try {
		const result: CommandResult = hub.command(command);
		return JSON.stringify(result);
	} catch (error) {
		return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
	}
}

/** Writes a heap snapshot from inside, which works while the script computes; returns an error text or ''. */
export function writeHeapSnapshot(engineKey: string, path: string): string {
	const state = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(engineKey)] as EngineState | undefined;
	const v8 = state?.v8 as { writeHeapSnapshot?: (path: string) => string } | undefined;
	if (!v8?.writeHeapSnapshot) return 'This process gives no access to its v8 module.';
	try {
		v8.writeHeapSnapshot(path);
		return '';
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}
