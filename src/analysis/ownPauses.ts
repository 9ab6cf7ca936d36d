import type { GcTotals } from '../protocol/snapshot.ts';

/** Time in collections that the script would have had without us, ms: those that profiling forced, or a person asked for, are not its own. */
export const ownPauseMs = ({ pauseMs, forcedMs }: GcTotals): number => Math.max(0, pauseMs - forcedMs);
