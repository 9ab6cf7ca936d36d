import { constants } from 'node:buffer';
import { formatBytes } from '../../protocol/units.ts';
import { currentConfig } from '../config.ts';
import { type MemoryUsage, readRawUsage, withLevel } from '../monitor/memoryUsage.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { MemoryManagerError, runtimeErrors } from '../runtimeError.ts';

/** What sets the limit: the machine, its container, the configured `maxMemoryBytes`, or what one array can hold at most. */
export type MemoryBound = 'machine' | 'container' | 'budget' | 'array';

export interface AvailabilityOptions {
	/** What the bytes are for: the beginning of the sentence, `The index`. */
	what?: string;
	/**
	 * What must be left on the machine and in the container afterwards. Default: what keeps them from the level `critical`, of the
	 * configured bytes and share the smaller. It does not count against the budget.
	 */
	reserveBytes?: number;
	/** Into how many arrays the bytes are divided evenly; each has a largest size. Default 1. */
	arrays?: number;
}

export interface Availability {
	available: boolean;
	neededBytes: number;
	/** The least that any bound leaves, after the reserve; absent where nothing is known. */
	availableBytes?: number;
	/** Which bound leaves the least. */
	boundBy?: MemoryBound;
	/** One sentence. */
	reason: string;
}

interface Bound {
	readonly by: MemoryBound;
	readonly bytes: number;
	/** `the machine has 1.2 GB left`. */
	readonly words: string;
}

/**
 * Whether so many bytes can be allocated outside of V8's heap, as typed arrays and buffers are: asked of the machine, the container,
 * the budget (`maxMemoryBytes`) and the largest array there can be. A look at this moment, 30 to 60 µs: it reserves nothing.
 * Where the system does not tell what is available, that bound does not count, and the sentence says so.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for bytes that are not a number from 0 on.
 *
 * @example
 * const { available, reason } = availability(estimateBytes([rows, 12], 'float64'));
 * if (!available) console.error(`Working in pieces: ${reason}`);
 */
export function availability(bytes: number, options: AvailabilityOptions = {}): Availability {
	const { what, reserveBytes, arrays } = checkOptions(bytes, options);
	const bounds = boundsOf(withLevel(readRawUsage()), reserveBytes, arrays);
	const [least] = bounds.sort((a, b) => a.bytes - b.bytes);
	const needs = `${what} needs ${Number.isFinite(bytes) ? formatBytes(bytes) : 'more bytes than can be counted'}`;
	if (!least) return { available: true, neededBytes: bytes, reason: `${needs}; nobody tells what is available.` };
	const available = bytes <= least.bytes;
	return {
		available,
		neededBytes: bytes,
		availableBytes: least.bytes,
		boundBy: least.by,
		reason: available ? `${needs}, and ${least.words}.` : `${needs}, but ${least.words}.`,
	};
}

/**
 * {@link availability} as a guard before a large allocation: refuses early, in words, instead of dying later.
 *
 * Throws a `MemoryManagerError`: `insufficientMemory`, which names what is needed, what is available, what bounds it and what
 * to do; `invalidOption` for bytes that are not a number from 0 on.
 *
 * @example
 * checkAvailable(estimateBytes([rows, columns], 'float64'), { what: 'The matrix' });
 */
export function checkAvailable(bytes: number, options: AvailabilityOptions = {}): Availability {
	const found = availability(bytes, options);
	if (found.available) return found;
	const message = `${found.reason} ${adviceFor(found.boundBy)}`;
	const hub = sharedHub();
	if (hub.recording) hub.report({ type: 'notice', t: monotonicMs(), severity: 'warning', message });
	throw new MemoryManagerError('insufficientMemory', message);
}

function boundsOf(
	{ system, container, maxMemoryBytes, rssBytes }: MemoryUsage,
	reserve: number | undefined,
	arrays: number,
) {
	const bounds: Bound[] = [];
	const { critical } = currentConfig();
	const add = (by: MemoryBound, who: string, left: number, totalBytes: number) => {
		// Either threshold makes a level critical, but 200 MB of a container of 256 MB would be all it has.
		const kept = reserve ?? Math.min(critical.availableBytes, Math.ceil((1 - critical.share) * totalBytes));
		const words = `${who} has ${formatBytes(Math.max(0, left))} left`;
		const keeps = kept > 0 ? `, of which ${formatBytes(kept)} stay in reserve` : '';
		bounds.push({ by, bytes: Math.max(0, left - kept), words: words + keeps });
	};
	if (system.availableBytes !== undefined) add('machine', 'the machine', system.availableBytes, system.totalBytes);
	if (container?.usedBytes !== undefined) {
		add(
			'container',
			`the container of ${formatBytes(container.limitBytes)}`,
			container.limitBytes - container.usedBytes,
			container.limitBytes,
		);
	}
	if (maxMemoryBytes !== undefined) {
		const bytes = Math.max(0, maxMemoryBytes - rssBytes);
		const words = `the budget of ${formatBytes(maxMemoryBytes)} (maxMemoryBytes) has ${formatBytes(bytes)} left`;
		bounds.push({ by: 'budget', bytes, words });
	}
	const most = constants.MAX_LENGTH;
	const many = arrays === 1 ? 'one array holds' : `${arrays} arrays hold`;
	bounds.push({
		by: 'array',
		bytes: most * arrays,
		words: `${many} at most ${formatBytes(most * arrays)} in this version of Node`,
	});
	return bounds;
}

const INSTEAD =
	'Work in pieces (chunks, BatchProcessor, FileReader), use a smaller type (optimizeDtype), or make room with freeMemory({ force: true })';
const ADVICE: Readonly<Record<MemoryBound, string>> = {
	machine: `${INSTEAD}; else it takes a machine with more memory.`,
	container: `${INSTEAD}; else raise the memory limit of the container.`,
	budget: `${INSTEAD}; else raise maxMemoryBytes (MEMORY_MANAGER_MAX_MEMORY).`,
	array: 'Divide it into several arrays and say so: { arrays: 2 }.',
};

const adviceFor = (bound: MemoryBound | undefined): string => (bound ? ADVICE[bound] : INSTEAD);

function checkOptions(bytes: number, options: AvailabilityOptions) {
	const { invalidOption } = runtimeErrors;
	const isBytes = (value: unknown) => typeof value === 'number' && value >= 0;
	if (!isBytes(bytes)) throw invalidOption('checkAvailable', 'bytes', 'a number from 0 on', bytes);
	if (typeof options !== 'object' || options === null) {
		throw invalidOption('checkAvailable', 'options', 'an object', options);
	}
	const { what = 'This', reserveBytes, arrays = 1 } = options;
	if (typeof what !== 'string') throw invalidOption('checkAvailable', 'what', 'a text', what);
	if (reserveBytes !== undefined && !(isBytes(reserveBytes) && Number.isFinite(reserveBytes))) {
		throw invalidOption('checkAvailable', 'reserveBytes', 'a number of bytes from 0 on', reserveBytes);
	}
	if (!(Number.isSafeInteger(arrays) && arrays > 0)) {
		throw invalidOption('checkAvailable', 'arrays', 'a positive whole number', arrays);
	}
	return { what: what.slice(0, 200), reserveBytes, arrays };
}
