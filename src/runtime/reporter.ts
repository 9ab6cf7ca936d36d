/**
 * The hub: where regions, caches and pools report, and what the engine talks to. One per process, made by whichever of the
 * preload and the library loads first, and shared by an injected copy and installed ones. What they use of each other is
 * {@link SharedHub}: a change that an older copy would misread needs another `protocol`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { MemoryReading, RegionKind, Site, SpanEntry } from '../protocol/entries.ts';
import {
	type CommandResult,
	type Drained,
	HUB_KEY,
	NOTIFY_BINDING,
	type Notification,
	type OffHeapReport,
	type RuntimeCommand,
	type RuntimeEntry,
	type RuntimeHub,
} from '../protocol/runtimeLink.ts';
import { monotonicMs } from './reporting/clock.ts';
import { runCommand } from './reporting/commands.ts';
import { EventQueue, type RuntimeEvent } from './reporting/eventQueue.ts';
import { readMemory } from './reporting/memoryReading.ts';
import { type OpenSpan, OpenSpans } from './reporting/openSpans.ts';
import {
	type BatchRecord,
	type CacheRecord,
	entryOf,
	type PoolRecord,
	type SpillRecord,
	type StreamRecord,
	type TensorDictRecord,
	type WeakCacheRecord,
} from './reporting/records.ts';
import { RegionBook, type RegionRecord, regionEntry, regionStatsEntry } from './reporting/regionBook.ts';
import { Registry } from './reporting/registry.ts';
import { SpanQueue } from './reporting/spanQueue.ts';
import { VERSION } from './version.ts';

export type CommandHandler = (command: RuntimeCommand) => CommandResult;

/** Who attributes memory outside the heap; the preload's, where it is switched on. */
export interface OffHeapSource {
	start(): void;
	stop(): void;
	/** The next drain is the last. */
	end(): void;
	setInterval(bytes: number): void;
	drain(arrayBuffersBytes: () => number): OffHeapReport | undefined;
}

/** No Node, so only what the system tells is known of it. */
export interface StartedProgram {
	pid: number;
	/** Its name: `ffmpeg`. */
	title: string;
}

export interface SharedHub extends RuntimeHub {
	/** False: nobody listens, and reporting must cost no more than this look. */
	readonly recording: boolean;
	readonly caches: Registry<CacheRecord>;
	readonly pools: Registry<PoolRecord>;
	readonly weakCaches: Registry<WeakCacheRecord>;
	readonly spills: Registry<SpillRecord>;
	readonly batches: Registry<BatchRecord>;
	readonly tensorDicts: Registry<TensorDictRecord>;
	readonly streams: Registry<StreamRecord>;
	/** Tells an event. Ask `recording` before one is put together that is told often. `pressure`, `collector` and `config` are always told: they are states. */
	report(event: RuntimeEvent): void;
	/** From here on `handler` carries out commands of this kind. */
	handle(kind: RuntimeCommand['kind'], handler: CommandHandler): void;
	handler(kind: RuntimeCommand['kind']): CommandHandler | undefined;
	/** Regions with their totals since recording began. */
	regions(): Iterable<RegionRecord>;
	/** By kind and name; `findSite` is asked when the region is new. */
	region(kind: RegionKind, name: string, findSite: () => Site | undefined): RegionRecord;
	/** By kind, name and place. */
	regionAt(kind: RegionKind, name: string, site: Site | undefined): RegionRecord;
	begin(region: RegionRecord): OpenSpan;
	end(span: OpenSpan, failed: boolean): void;
	/** Runs `fn` so that spans begun in it, also later and asynchronously, have `span` as their parent. */
	inside<T>(span: OpenSpan, fn: () => T): T;
	/** Ids of the regions that are open around the running code, outermost first, followed across `await`. */
	openRegions?(): number[];
	/** From here on `source` records when the hub does. */
	attachOffHeap?(source: OffHeapSource): void;
	/** Set where an engine follows child processes: told of each program that this library starts, and of no other. Never throws. */
	programStarted?: (program: StartedProgram) => void;
	/** Calls the engine's attention; true when there is one to call. */
	notify(what: Notification): boolean;
}

class Hub implements SharedHub {
	readonly protocol = 1;
	readonly version = VERSION;
	readonly caches = new Registry<CacheRecord>(entryOf('cache'), () => this.recording);
	readonly pools = new Registry<PoolRecord>(entryOf('pool'), () => this.recording);
	readonly weakCaches = new Registry<WeakCacheRecord>(entryOf('weakCache'), () => this.recording);
	readonly spills = new Registry<SpillRecord>(entryOf('spill'), () => this.recording);
	readonly batches = new Registry<BatchRecord>(entryOf('batch'), () => this.recording);
	readonly tensorDicts = new Registry<TensorDictRecord>(entryOf('tensorDict'), () => this.recording);
	readonly streams = new Registry<StreamRecord>(entryOf('stream'), () => this.recording);
	recording = false;
	programStarted?: (program: StartedProgram) => void;
	readonly #stores = [
		this.caches,
		this.pools,
		this.weakCaches,
		this.spills,
		this.batches,
		this.tensorDicts,
		this.streams,
	];
	readonly #events = new EventQueue();
	readonly #handlers = new Map<RuntimeCommand['kind'], CommandHandler>();
	readonly #book = new RegionBook();
	readonly #queue = new SpanQueue(() => this.notify('queue'));
	readonly #spans = new OpenSpans(this.#queue);
	#context: AsyncLocalStorage<OpenSpan> | undefined;
	#binding: ((payload: string) => void) | undefined;
	#offHeap: OffHeapSource | undefined;

	go(): void {
		if (this.recording) return;
		this.#binding = takeBinding();
		this.#book.reset();
		this.#queue.clear();
		this.#spans.reset();
		for (const stores of this.#stores) stores.reset();
		this.#events.reset();
		this.recording = true;
		this.#offHeap?.start();
	}

	leave(): void {
		this.recording = false;
		this.#offHeap?.stop();
		this.#binding = undefined;
		this.#queue.clear();
		this.#events.clear();
		this.#spans.reset();
	}

	report(event: RuntimeEvent): void {
		this.#events.push(event, this.recording);
	}

	handle(kind: RuntimeCommand['kind'], handler: CommandHandler): void {
		this.#handlers.set(kind, handler);
	}

	handler(kind: RuntimeCommand['kind']): CommandHandler | undefined {
		return this.#handlers.get(kind);
	}

	drain(reading?: MemoryReading): Drained {
		try {
			return this.#drain(reading);
		} catch {
			// A script that broke a built-in we need must not break the engine's poll as well.
			return { entries: [], dropped: 0 };
		}
	}

	command(command: RuntimeCommand): CommandResult {
		return runCommand(this, command);
	}

	regions(): Iterable<RegionRecord> {
		return this.#book.records;
	}

	region(kind: RegionKind, name: string, findSite: () => Site | undefined): RegionRecord {
		return this.#book.get(kind, name, monotonicMs(), findSite);
	}

	regionAt(kind: RegionKind, name: string, site: Site | undefined): RegionRecord {
		return this.#book.getAt(kind, name, monotonicMs(), site);
	}

	begin(region: RegionRecord): OpenSpan {
		return this.#spans.begin(region, this.#context?.getStore());
	}

	end(span: OpenSpan, failed: boolean): void {
		this.#spans.end(span, failed);
	}

	inside<T>(span: OpenSpan, fn: () => T): T {
		this.#context ??= new AsyncLocalStorage();
		return this.#context.run(span, fn);
	}

	openRegions(): number[] {
		return this.#spans.openRegions(this.#context?.getStore());
	}

	attachOffHeap(source: OffHeapSource): void {
		this.#offHeap = source;
		if (this.recording) source.start();
	}

	setOffHeapInterval(bytes: number): void {
		this.#offHeap?.setInterval(bytes);
	}

	notify(what: Notification): boolean {
		if (what === 'ending') this.#offHeap?.end();
		if (!this.#binding) return false;
		try {
			this.#binding(what);
			return true;
		} catch {
			return false;
		}
	}

	#drain(reading: MemoryReading | undefined): Drained {
		if (!this.recording) return { entries: [], dropped: 0 };
		const now = monotonicMs();
		const offHeap = this.#offHeap?.drain(() => reading?.arrayBuffersBytes ?? readMemory().arrayBuffersBytes);
		if (this.#spans.size > 0) this.#spans.raiseAll(reading ?? readMemory());
		const { spans, dropped } = this.#queue.take();
		const open = this.#spans.announce();
		const definitions: RuntimeEntry[] = [];
		const totals: RuntimeEntry[] = [];
		for (const region of this.#book.records) {
			if (!region.changed) continue;
			region.changed = false;
			if (!region.announced) definitions.push(regionEntry(region));
			region.announced = true;
			totals.push(regionStatsEntry(region, now));
		}
		for (const stores of this.#stores) totals.push(...stores.changes(now));
		const events = this.#events.take();
		return {
			entries: [...definitions, ...(open satisfies SpanEntry[]), ...spans, ...totals, ...events.events],
			dropped: dropped + events.dropped,
			...(offHeap && { offHeap }),
		};
	}
}

/** The engine's binding is a global; only we need it, so the script does not get to see it. */
function takeBinding(): ((payload: string) => void) | undefined {
	const globals = globalThis as Record<string, unknown>;
	const binding = globals[NOTIFY_BINDING];
	Reflect.deleteProperty(globals, NOTIFY_BINDING);
	return typeof binding === 'function' ? payload => binding(payload) : undefined;
}

let shared: SharedHub | undefined;

/** The process's hub. Beside a hub of another protocol this library works unobserved, with a hub that nobody asks. */
export function sharedHub(): SharedHub {
	shared ??= findOrMake();
	return shared;
}

/** The process's hub where there is one already: a profiler's, or that of another copy. */
export function presentHub(): SharedHub | undefined {
	const present = (globalThis as unknown as Record<symbol, unknown>)[Symbol.for(HUB_KEY)] as SharedHub | undefined;
	return present?.protocol === 1 ? present : undefined;
}

function findOrMake(): SharedHub {
	const present = presentHub();
	if (present) return present;
	const key = Symbol.for(HUB_KEY);
	const made = new Hub();
	if (!Reflect.has(globalThis, key)) {
		try {
			Object.defineProperty(globalThis, key, { value: made, enumerable: false, configurable: true, writable: true });
		} catch {
			// A sealed global object: this copy works alone and unobserved.
		}
	}
	return made;
}
