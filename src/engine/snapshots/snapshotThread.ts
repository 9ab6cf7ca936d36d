/** What crosses between the thread that holds a snapshot and the one that asks. */
import type { Comparison, SnapshotPhase, SnapshotQueries, SnapshotSummary } from '../../protocol/snapshotView.ts';

/** Asking thread → snapshot's thread. */
export type ToSnapshotThread = SnapshotQueries & {
	open: [{ path: string }, SnapshotSummary];
	/** Reads the other file, compares, and forgets it but for the result. */
	compare: [{ path: string }, Comparison];
};

/** Snapshot's thread → asking thread. A `UserError` crosses as its code and sentence, since an error keeps only its message. */
export type FromSnapshotThread = {
	progress: [{ phase: SnapshotPhase; share: number }, void];
	failed: [{ code: string; message: string }, void];
};
