import type { Entry, EntryType } from './entries.ts';
import { arrayOf, isBoolean, isCount, isNumber, isRecord, isString, oneOf, optional, shape, tuple } from './guards.ts';

const t = isNumber;
const site = shape({ file: isString, line: isCount, column: isCount, functionName: optional(isString) });
const reading = shape({
	rssBytes: isNumber,
	heapUsedBytes: isNumber,
	externalBytes: isNumber,
	arrayBuffersBytes: isNumber,
});

const level = oneOf('normal', 'elevated', 'high', 'critical');
/** What `StoreEntry` has. */
const store = { t, id: isCount, name: isString, site: optional(site), disposed: optional(isBoolean) };

const isPlainEnd = oneOf('detached', 'terminated', 'gone', 'stopped');

const endReason = (value: unknown): boolean => {
	if (!isRecord(value)) return false;
	switch (value.kind) {
		case 'exit':
			return isNumber(value.code);
		case 'signal':
			return isString(value.signal);
		case 'launchFailed':
			return isString(value.code) && isString(value.message);
		case 'outOfMemory':
			return (
				optional(isCount)(value.limitBytes) &&
				optional(oneOf('heapLimit', 'ineffectiveMarkCompacts', 'allocation'))(value.cause)
			);
		case 'memoryKill':
			return oneOf('container', 'machine')(value.by) && optional(isCount)(value.limitBytes);
		default:
			return isPlainEnd(value.kind);
	}
};

const checks: Record<EntryType, (value: unknown) => boolean> = {
	state: shape({ t, state: oneOf('starting', 'running', 'ending', 'ended'), reason: optional(endReason) }),
	process: shape({
		t,
		pid: isCount,
		nodeVersion: isString,
		v8Version: isString,
		platform: isString,
		arch: isString,
		cwd: isString,
		runtime: isBoolean,
		kind: optional(oneOf('main', 'child', 'worker')),
		parent: optional(isCount),
		threadId: optional(isCount),
		title: optional(isString),
	}),
	sample: shape({
		t,
		rssBytes: optional(isCount),
		heapUsedBytes: optional(isCount),
		heapTotalBytes: optional(isCount),
		heapLimitBytes: optional(isCount),
		oldSpaceBytes: optional(isCount),
		externalBytes: optional(isCount),
		arrayBuffersBytes: optional(isCount),
		mallocedBytes: optional(isCount),
		heapPhysicalBytes: optional(isCount),
		heapCodeBytes: optional(isCount),
		stackBytes: optional(isCount),
		rssAnonBytes: optional(isCount),
		rssFileBytes: optional(isCount),
		rssSharedBytes: optional(isCount),
	}),
	system: shape({
		t,
		availableBytes: isCount,
		totalBytes: isCount,
		level,
		levelReason: isString,
		containerLimitBytes: optional(isCount),
		containerAvailableBytes: optional(isCount),
	}),
	gc: shape({
		t,
		windowMs: isCount,
		durationMs: isCount,
		kind: oneOf('scavenge', 'minorMarkSweep', 'markCompact', 'incrementalMarking', 'weakCallbacks', 'other'),
		usedBeforeBytes: isCount,
		usedAfterBytes: isCount,
		externalAfterBytes: optional(isCount),
		forcedBy: optional(oneOf('profile', 'command')),
	}),
	callTree: shape({
		t,
		frames: arrayOf(
			shape({
				id: isCount,
				functionName: isString,
				file: isString,
				line: isCount,
				column: isCount,
				functionLine: optional(isCount),
				kind: oneOf('user', 'dependency', 'node', 'native', 'profiler'),
			}),
		),
		nodes: arrayOf(tuple(isCount, isCount, isCount)),
	}),
	allocations: shape({
		t,
		cause: oneOf('schedule', 'peak', 'final', 'outOfMemory', 'request'),
		intervalBytes: isCount,
		costMs: isCount,
		allocatedBytes: optional(isCount),
		live: arrayOf(tuple(isCount, isCount, isCount)),
		born: optional(arrayOf(tuple(isCount, isCount, isCount))),
		freed: optional(arrayOf(tuple(isCount, isCount, isCount, isNumber))),
		unseenBytes: optional(isCount),
	}),
	offHeap: shape({
		t,
		intervalBytes: isCount,
		contexts: optional(arrayOf(tuple(isCount, arrayOf(isCount)))),
		allocated: arrayOf(tuple(isCount, isCount, isCount, isCount, isCount)),
		freed: arrayOf(tuple(isCount, isCount, isCount, isCount, isCount, isNumber)),
		liveBytes: isCount,
		arrayBuffersBytes: isCount,
	}),
	region: shape({
		t,
		id: isCount,
		name: isString,
		kind: oneOf('region', 'trackMemory', 'MemoryTracker', 'optimizeForMemory', 'memoryManagement'),
		site: optional(site),
	}),
	span: shape({
		t,
		region: isCount,
		span: isCount,
		parent: optional(isCount),
		end: optional(isNumber),
		failed: optional(isBoolean),
		start: optional(reading),
		peak: optional(reading),
		delta: optional(reading),
	}),
	regionStats: shape({
		t,
		region: isCount,
		calls: isCount,
		measuredCalls: isCount,
		open: isCount,
		errors: isCount,
		totalMs: isCount,
		maxMs: isCount,
		delta: optional(reading),
		peak: optional(reading),
	}),
	cache: shape({
		t,
		id: isCount,
		name: isString,
		site: optional(site),
		disposed: optional(isBoolean),
		bytes: isCount,
		bytesFrom: oneOf('declared', 'estimated', 'both'),
		maxBytes: optional(isCount),
		effectiveMaxBytes: optional(isCount),
		entries: isCount,
		maxEntries: optional(isCount),
		hits: isCount,
		misses: isCount,
		evictions: value => isRecord(value) && Object.values(value).every(isCount),
	}),
	pool: shape({
		t,
		id: isCount,
		name: isString,
		site: optional(site),
		disposed: optional(isBoolean),
		inUse: isCount,
		idle: isCount,
		max: isCount,
		waiting: isCount,
		created: isCount,
		reused: isCount,
		destroyed: isCount,
		leaked: isCount,
	}),
	weakCache: shape({ ...store, entries: isCount, hits: isCount, misses: isCount, collected: isCount }),
	spill: shape({
		...store,
		entries: isCount,
		bytes: isCount,
		maxBytes: isCount,
		writes: isCount,
		writtenBytes: isCount,
		reads: isCount,
		readBytes: isCount,
		failed: isCount,
		dropped: isCount,
		corrupt: isCount,
		spilling: isBoolean,
	}),
	batch: shape({
		...store,
		size: isCount,
		minSize: isCount,
		maxSize: isCount,
		concurrency: isCount,
		maxConcurrency: isCount,
		maxBytes: optional(isCount),
		bytesPerItem: optional(isCount),
		bytesFrom: optional(oneOf('declared', 'measured')),
		inFlightItems: isCount,
		inFlightBytes: optional(isCount),
		items: isCount,
		totalItems: optional(isCount),
		batches: isCount,
		failedItems: isCount,
		collections: isCount,
	}),
	batchDecision: shape({
		t,
		batch: isCount,
		size: isCount,
		concurrency: isCount,
		cause: oneOf('start', 'level', 'bytes', 'growth', 'limit', 'pressure'),
		reason: isString,
	}),
	tensorDict: shape({
		...store,
		bytes: isCount,
		count: isCount,
		tensors: arrayOf(
			shape({ name: isString, dtype: isString, shape: arrayOf(isCount), bytes: isCount, temporary: isBoolean }),
		),
	}),
	stream: shape({
		...store,
		kind: oneOf('chunks', 'lines', 'process', 'random', 'transform', 'reader', 'encoder'),
		path: isString,
		format: optional(isString),
		totalBytes: optional(isCount),
		readBytes: isCount,
		writtenBytes: optional(isCount),
		chunks: isCount,
		lines: optional(isCount),
		items: optional(isCount),
		chunkBytes: isCount,
		bufferBytes: optional(isCount),
		failed: isBoolean,
	}),
	pressure: shape({ t, level, previous: level, reason: isString, simulated: isBoolean }),
	cleanup: shape({
		t,
		ms: isCount,
		cause: oneOf('pressure', 'scope', 'comprehensive', 'optimizeForMemory', 'freeMemory'),
		label: optional(isString),
		steps: arrayOf(
			shape({
				target: oneOf('caches', 'pools', 'batches', 'spill', 'registered', 'collection'),
				name: optional(isString),
				freedBytes: optional(isNumber),
				detail: isString,
				failed: optional(isBoolean),
			}),
		),
	}),
	operation: shape({
		t,
		end: optional(isNumber),
		name: isString,
		kind: oneOf('analyzed', 'executed', 'predicted', 'converted'),
		inputBytes: optional(isCount),
		outputBytes: optional(isCount),
		peakBytes: optional(isCount),
		ratio: optional(isCount),
		strategy: optional(isString),
		predictedBytes: optional(isCount),
		lowBytes: optional(isCount),
		highBytes: optional(isCount),
		observations: optional(isCount),
		failed: optional(isBoolean),
		detail: optional(isString),
	}),
	finding: shape({
		t,
		diagnosis: isCount,
		kind: oneOf(
			'siteGrowth',
			'constructorGrowth',
			'topConsumer',
			'neverDied',
			'coldCache',
			'poolLeak',
			'weakCacheGrowth',
		),
		severity: oneOf('info', 'warning', 'error'),
		title: isString,
		evidence: arrayOf(isString),
		advice: isString,
		tool: optional(isString),
		site: optional(site),
		bytes: optional(isCount),
	}),
	diagnosis: shape({
		t,
		diagnosis: isCount,
		findings: isCount,
		ms: isCount,
		collections: isCount,
		notLookedAt: arrayOf(isString),
	}),
	collector: shape({
		t,
		strategy: optional(oneOf('aggressive', 'balanced', 'conservative')),
		settings: arrayOf(isString),
		collections: isCount,
		freedBytes: isNumber,
		pauseMs: isCount,
		deferred: isCount,
	}),
	config: shape({ t, profile: isString, limits: arrayOf(tuple(isString, isString)) }),
	cost: shape({
		t,
		pollMs: isCount,
		polls: isCount,
		profileMs: isCount,
		profiles: isCount,
		recordedBytes: isCount,
		droppedEvents: isCount,
		samplingMs: optional(isCount),
		offHeapMs: optional(isCount),
		ownBytes: optional(isCount),
		forcedCollections: optional(isCount),
		events: optional(isCount),
		budget: optional(isCount),
		heapIntervalBytes: optional(isCount),
		offHeapIntervalBytes: optional(isCount),
		pollIntervalMs: optional(isCount),
	}),
	snapshot: shape({ t, path: isString, bytes: isCount }),
	notice: shape({ t, severity: oneOf('info', 'warning', 'error'), message: isString }),
};

/** Whether the value is an entry of a type and shape this version knows. */
export function isEntry(value: unknown): value is Entry {
	return (
		isRecord(value) &&
		isString(value.type) &&
		optional(isCount)(value.process) &&
		Object.hasOwn(checks, value.type) &&
		checks[value.type as EntryType](value)
	);
}

/** Whether this version knows the entry type at all. */
export const isEntryType = (type: string): type is EntryType => Object.hasOwn(checks, type);
