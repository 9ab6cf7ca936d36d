import { setTimeout as delay } from 'node:timers/promises';
import type { Site } from '../../protocol/entries.ts';
import { formatBytes } from '../../protocol/units.ts';
import { sharedHub } from '../reporter.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { checkInterval } from './allocationTrace.ts';
import type { LeakDiagnosis, LeakDiagnosisOptions } from './diagnosisTypes.ts';
import {
	bufferGrowth,
	constructorGrowth,
	type GrowthContext,
	heapGrowth,
	siteGrowth,
	topConsumers,
} from './findings.ts';
import { LeakReader, type LeakReading } from './leakReading.ts';
import { definitionOf, scriptUrl } from './objectCounts.ts';
import { frameOf } from './places.ts';
import { storeFindings } from './storeFindings.ts';

const OWNER = 'diagnoseLeaks';
const SEVERITIES = ['error', 'warning', 'info'] as const;
/** RSS may grow this much more than what V8 knows of before it is mentioned: allocators keep what they were given. */
const NATIVE_BYTES = 32 * 1024 * 1024;

/**
 * Looks for leaks in this process: after a round that warms up, it compares what is live after a forced collection at the end of each
 * round. What grows round after round by more than chance explains is a finding: by the function that allocated it, by constructor,
 * in array buffers. Caches without a hit, pools with lost objects, weak caches that grow and registered objects that were
 * never cleaned are findings of their own.
 *
 * `during` runs the operation that may leak; without it the running program is watched for `rounds` x `intervalMs`, and
 * kept alive for so long. A round stops the script for two or three full collections, 0.4 to 0.9 ms for each live MB, and for
 * the count by constructor. A function is seen when it keeps some ten times `intervalBytes` in all.
 *
 * What is kept for as long as the program runs but no longer grows is no leak; a store that still fills up during the rounds looks
 * like one, so warm it up before. Throws a `MemoryManagerError`: `invalidOption`; `collectionUnavailable` where no collection can be forced. What cannot
 * be looked at otherwise (the inspector is not allowed) is told in `notLookedAt`.
 *
 * @example
 * const { findings } = await diagnoseLeaks({ during: () => handle(request) });
 * for (const { severity, title, site } of findings) console.log(severity, title, site?.file, site?.line);
 */
export async function diagnoseLeaks(options: LeakDiagnosisOptions = {}): Promise<LeakDiagnosis> {
	check(options);
	const { during, rounds = 4, intervalMs = 1000, constructors = 'auto', intervalBytes = 16 * 1024, signal } = options;
	const began = monotonicMs();
	// A turn of its own, so that the caller's frames do not stand behind what is allocated here.
	await new Promise(resolve => setImmediate(resolve));
	signal?.throwIfAborted();
	const reader = new LeakReader(constructors, intervalBytes);
	try {
		for (let round = 0; round <= rounds; round++) {
			if (during) await unlessAborted(during(round), signal);
			// Not unref'd: somebody waits for the result.
			else await unlessAborted(delay(intervalMs, undefined, { ...(signal && { signal }) }), signal);
			signal?.throwIfAborted();
			await reader.read();
		}
		return conclude(reader, during !== undefined, began);
	} finally {
		reader[Symbol.dispose]();
	}
}

/** The operation may not know of the signal: what it goes on doing is not waited for. */
async function unlessAborted(work: unknown, signal: AbortSignal | undefined): Promise<void> {
	if (!signal) {
		await work;
		return;
	}
	let abort = () => {};
	const aborted = new Promise<never>((_, reject) => {
		abort = () => reject(signal.reason);
		signal.addEventListener('abort', abort);
	});
	try {
		if (signal.aborted) abort();
		await Promise.race([aborted, work]);
	} finally {
		signal.removeEventListener('abort', abort);
	}
}

function conclude(reader: LeakReader, repeated: boolean, began: number): LeakDiagnosis {
	const readings = reader.readings();
	const context: GrowthContext = {
		readings,
		intervalBytes: reader.intervalBytes ?? smallestSample(readings),
		repeated,
		definedAt: label => definition(reader, label),
	};
	const sites = siteGrowth(context);
	const buffers = bufferGrowth(context);
	const findings = [
		...sites,
		...buffers,
		...constructorGrowth(context, buffers.length === 0),
		...(sites.length === 0 ? heapGrowth(context) : []),
		...storeFindings(readings, repeated),
		...topConsumers(context),
	].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
	const diagnosis: LeakDiagnosis = {
		findings,
		rounds: readings.map(({ memory }) => memory),
		ms: monotonicMs() - began,
		collections: reader.collections,
		notLookedAt: [...reader.notLookedAt, ...nativeGrowth(readings)],
		recommendations: [...new Set(findings.filter(({ severity }) => severity !== 'info').map(({ advice }) => advice))],
	};
	report(diagnosis);
	return diagnosis;
}

/** Under another one's sampler: no sample stands for less than the interval. */
function smallestSample(readings: readonly LeakReading[]): number {
	let smallest = Number.POSITIVE_INFINITY;
	for (const { sites } of readings) {
		for (const { samples } of sites) for (const [, size] of samples) smallest = Math.min(smallest, size);
	}
	return Number.isFinite(smallest) ? smallest : 128 * 1024;
}

function definition(reader: LeakReader, label: string): Site | undefined {
	if (!reader.session) return undefined;
	try {
		reader.collections++;
		const place = definitionOf(reader.session, label);
		const url = place && scriptUrl(reader.session, place.scriptId);
		if (!place || !url) return undefined;
		const { file, line, column, kind } = frameOf({ ...place, url, functionName: '' });
		return kind === 'user' || kind === 'dependency' ? { file, line, column } : undefined;
	} catch {
		// The finding stands without its place.
		return undefined;
	}
}

function nativeGrowth(readings: readonly LeakReading[]): string[] {
	const [first, last] = [readings[0]?.memory, readings.at(-1)?.memory];
	if (!first || !last) return [];
	const known = last.heapUsedBytes + last.externalBytes - first.heapUsedBytes - first.externalBytes;
	const unknown = last.rssBytes - first.rssBytes - Math.max(0, known);
	if (unknown < NATIVE_BYTES) return [];
	return [
		`Memory of native code: resident memory grew by ${formatBytes(unknown)} more than heap and buffers did, and V8 does not know what it holds.`,
	];
}

let diagnoses = 0;

function report({ findings, ms, collections, notLookedAt }: LeakDiagnosis): void {
	const hub = sharedHub();
	if (!hub.recording) return;
	const [t, diagnosis] = [monotonicMs(), ++diagnoses];
	for (const finding of findings) hub.report({ type: 'finding', t, diagnosis, ...finding });
	hub.report({ type: 'diagnosis', t, diagnosis, findings: findings.length, ms, collections, notLookedAt });
}

function check(options: LeakDiagnosisOptions): void {
	const refuse = (option: string, expected: string, value: unknown) => {
		throw runtimeErrors.invalidOption(OWNER, option, expected, value);
	};
	if (typeof options !== 'object' || options === null) refuse('options', 'an object', options);
	const { during, rounds, intervalMs, constructors, intervalBytes, signal } = options;
	if (during !== undefined && typeof during !== 'function') refuse('during', 'a function', during);
	if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 2 && rounds <= 100)) {
		refuse('rounds', 'a whole number from 2 to 100', rounds);
	}
	const isTime = typeof intervalMs === 'number' && intervalMs > 0 && intervalMs <= 2 ** 31 - 1;
	if (intervalMs !== undefined && !isTime) {
		refuse('intervalMs', 'a number of ms above 0', intervalMs);
	}
	if (constructors !== undefined && !['auto', 'always', 'never'].includes(constructors)) {
		refuse('constructors', "'auto', 'always' or 'never'", constructors);
	}
	if (intervalBytes !== undefined) checkInterval(OWNER, intervalBytes);
	if (signal !== undefined && !(signal instanceof AbortSignal)) refuse('signal', 'an AbortSignal', signal);
}
