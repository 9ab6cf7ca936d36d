import type { BufferPool } from '../../internals.ts';
import type { PageCache } from './digestTable.ts';
import type { OrganizerSettings } from './organizerOptions.ts';
import type { ProgressTeller } from './progressTeller.ts';

export interface Source {
	readonly path: string;
	readonly identity: string;
}

/** What the parts of one run share. */
export interface RunContext {
	readonly settings: OrganizerSettings;
	readonly sources: readonly Source[];
	/** Of sources and options: an unfinished run is continued only by the same. */
	readonly fingerprint: string;
	/** Names the run. */
	readonly run: string;
	/** Where plan, journal and tables lie. */
	readonly folder: string;
	/** Absent where there is no target yet. */
	readonly targetIdentity: string | undefined;
	/** Of the folder of ours in the target, where there is one. */
	readonly workIdentity: string | undefined;
	readonly cache: PageCache;
	readonly buffers: BufferPool;
	readonly signal: AbortSignal | undefined;
	readonly progress: ProgressTeller;
	readonly counts: { hashedBytes: number };
}
