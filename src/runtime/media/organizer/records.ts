import type { MediaFacts } from './mediaFacts.ts';

/** A file that was found, in the order of the walk. */
export interface ScanRecord {
	path: string;
	size: number;
	modifiedMs: number;
	/** It stands in the target already. */
	there?: true;
	/** It is left, and why. */
	skipped?: string;
	detail?: string;
}

/** The first line of a plan. */
export interface PlanHead {
	action: 'head';
	version: number;
	/** Of sources and options. */
	fingerprint: string;
	/** Names the run. */
	run: string;
	/** Files that are found. */
	files: number;
}

/** What is to be done with one file. */
export type PlanRecord =
	| PlanHead
	| (PlanFile & { action: 'place'; target: string; hash?: string; facts: MediaFacts })
	/** `of`: the file of the same content that is kept. */
	| (PlanFile & { action: 'duplicate' | 'present'; of: string; facts: MediaFacts })
	| (PlanFile & { action: 'inPlace'; facts: MediaFacts })
	| (PlanFile & { action: 'skipped' | 'failed'; reason: string; facts?: MediaFacts })
	/** Of the target: only its content is wanted. */
	| { action: 'there'; source: string; hash: string }
	| { action: 'end'; files: number; places: number; placeBytes: number };

export interface PlanFile {
	source: string;
	size: number;
	modifiedMs: number;
}

/** What became of a file that was to be placed; in the order of the plan. */
export type JournalRecord =
	| { at: number; outcome: 'placed' | 'present'; target: string; hash?: string }
	| { at: number; outcome: 'failed'; reason: string }
	| { end: true };

/** The plan's version: raised when it cannot be continued by what was before. */
export const PLAN_VERSION = 1;
