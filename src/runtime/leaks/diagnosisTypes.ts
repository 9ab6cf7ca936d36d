import type { FindingEntry } from '../../protocol/runtimeEntries.ts';

export interface LeakDiagnosisOptions {
	/**
	 * The operation that may leak: run once to warm up (round 0) and once per round. Without it the running program is watched.
	 * What it throws ends the diagnosis and is thrown.
	 */
	during?: (round: number) => unknown;
	/** Rounds that are compared, after one that warms up: 2 to 100, 4 by default. More rounds see slower leaks. */
	rounds?: number;
	/** How long a round lasts when the program is watched, ms; 1000 by default. */
	intervalMs?: number;
	/**
	 * Whether live objects are counted by constructor, in each round some 12 ms for each MB of heap: `auto` (the default) does it
	 * up to 48 MB.
	 */
	constructors?: 'auto' | 'always' | 'never';
	/** Bytes between two samples, 1024 or more; 16 KB by default. Without effect under the profiler. */
	intervalBytes?: number;
	/** Ends it early: the promise rejects with the signal's reason at once, also while `during` goes on. */
	signal?: AbortSignal;
}

/** One thing that was found. */
export interface LeakFinding extends Omit<FindingEntry, 'type' | 't' | 'diagnosis'> {}

/** Memory after the collection at the end of a round; the first is the warm-up. */
export interface DiagnosisRound {
	/** Live heap, bytes. */
	heapUsedBytes: number;
	externalBytes: number;
	arrayBuffersBytes: number;
	rssBytes: number;
}

export interface LeakDiagnosis {
	/** Leaks first, the gravest first; `info` is worth knowing and no alarm. */
	findings: LeakFinding[];
	/** The warm-up and each round. */
	rounds: DiagnosisRound[];
	ms: number;
	/** Full collections that were forced. */
	collections: number;
	/** What could not be looked at and why, one sentence each. */
	notLookedAt: string[];
	/** What to change, the most urgent first. */
	recommendations: string[];
}
