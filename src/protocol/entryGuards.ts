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
			return optional(isCount)(value.limitBytes);
		default:
			return value.kind === 'detached' || value.kind === 'stopped';
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
	}),
	sample: shape({
		t,
		rssBytes: optional(isCount),
		heapUsedBytes: optional(isCount),
		heapTotalBytes: optional(isCount),
		heapLimitBytes: optional(isCount),
		externalBytes: optional(isCount),
		arrayBuffersBytes: optional(isCount),
		mallocedBytes: optional(isCount),
	}),
	system: shape({
		t,
		availableBytes: isCount,
		totalBytes: isCount,
		level: oneOf('normal', 'elevated', 'high', 'critical'),
		levelReason: isString,
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
	}),
	region: shape({
		t,
		id: isCount,
		name: isString,
		kind: oneOf('region', 'trackMemory', 'MemoryTracker'),
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
	cost: shape({
		t,
		pollMs: isCount,
		polls: isCount,
		profileMs: isCount,
		profiles: isCount,
		recordedBytes: isCount,
		droppedEvents: isCount,
	}),
	snapshot: shape({ t, path: isString, bytes: isCount }),
	notice: shape({ t, severity: oneOf('info', 'warning', 'error'), message: isString }),
};

/** Whether the value is an entry of a type and shape this version knows. */
export function isEntry(value: unknown): value is Entry {
	return (
		isRecord(value) &&
		isString(value.type) &&
		Object.hasOwn(checks, value.type) &&
		checks[value.type as EntryType](value)
	);
}

/** Whether this version knows the entry type at all. */
export const isEntryType = (type: string): type is EntryType => Object.hasOwn(checks, type);
