import type { MemoryLevel } from './entries.ts';
import { formatBytes, formatPercent } from './units.ts';

const MB = 1024 * 1024;

/** Where a level begins. */
export interface LevelThreshold {
	/** Fewer bytes available on the machine than this … */
	availableBytes: number;
	/** … or a larger share (0–1) in use than this. */
	share: number;
}

export interface LevelThresholds {
	/** Begin of `elevated`. */
	warning: LevelThreshold;
	/** Begin of `critical`; `high` begins halfway. */
	critical: LevelThreshold;
}

/** The limits of FEATURES: "low" and "critical". */
export const DEFAULT_THRESHOLDS: LevelThresholds = {
	warning: { availableBytes: 500 * MB, share: 0.85 },
	critical: { availableBytes: 200 * MB, share: 0.95 },
};

/** What sums and quotients of shares are off by at most: 90 % must not count as more than (0.85 + 0.95) / 2. */
const ROUNDING = 1e-9;

/** Least severe first. */
export const LEVELS: readonly MemoryLevel[] = ['normal', 'elevated', 'high', 'critical'];

/** How severe a level is: 0 is `normal`. */
export const severityOf = (level: MemoryLevel): number => LEVELS.indexOf(level);

/** What is known; what is absent does not count. */
export interface LevelFacts {
	/** Of the machine. */
	totalBytes?: number | undefined;
	availableBytes?: number | undefined;
	containerLimitBytes?: number | undefined;
	containerAvailableBytes?: number | undefined;
	heapUsedBytes?: number | undefined;
	heapLimitBytes?: number | undefined;
	rssBytes?: number | undefined;
	/** What the process was told to stay under. */
	maxMemoryBytes?: number | undefined;
}

interface Bound {
	share: number;
	/** Only the machine's bytes count: in a container of 512 MB a limit of 500 MB available would always be passed. */
	availableBytes?: number;
	/** How full it is, without full stop; short for the sentence that says that all is well. */
	text: string;
	short: string;
}

/** How near the script is to what ends it: the machine's memory, its container, its heap limit or its own budget, whichever is nearest. */
export function memoryLevel(
	facts: LevelFacts,
	thresholds: LevelThresholds = DEFAULT_THRESHOLDS,
): { level: MemoryLevel; reason: string } {
	const bounds = boundsOf(facts);
	let worst: { severity: number; bound: Bound } | undefined;
	for (const bound of bounds) {
		const severity = severityAt(bound, thresholds);
		const nearer =
			!worst || severity > worst.severity || (severity === worst.severity && bound.share > worst.bound.share);
		if (nearer) worst = { severity, bound };
	}
	if (!worst) return { level: 'normal', reason: 'Nothing is known of the memory that is left.' };
	const text = worst.severity > 0 ? worst.bound.text : bounds.map(({ short }) => short).join('; ');
	return {
		level: LEVELS[worst.severity] ?? 'normal',
		reason: `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`,
	};
}

/** Thresholds that begin a little earlier: a level that was left by these is left for good, not for one sample. */
export function easedThresholds({ warning, critical }: LevelThresholds): LevelThresholds {
	const eased = ({ availableBytes, share }: LevelThreshold) => ({
		availableBytes: Math.round(availableBytes * 1.1),
		share: share - Math.min(0.03, share / 10),
	});
	return { warning: eased(warning), critical: eased(critical) };
}

function severityAt({ share, availableBytes }: Bound, { warning, critical }: LevelThresholds): number {
	const reaches = (threshold: LevelThreshold) =>
		share > threshold.share + ROUNDING || (availableBytes !== undefined && availableBytes < threshold.availableBytes);
	if (reaches(critical)) return 3;
	const high = {
		availableBytes: (warning.availableBytes + critical.availableBytes) / 2,
		share: (warning.share + critical.share) / 2,
	};
	return reaches(high) ? 2 : reaches(warning) ? 1 : 0;
}

/** In the order in which they are named when all is well. */
function boundsOf(facts: LevelFacts): Bound[] {
	const { heapUsedBytes, heapLimitBytes, rssBytes, maxMemoryBytes } = facts;
	const bounds = [machine(facts), container(facts)];
	if (heapUsedBytes !== undefined && heapLimitBytes) {
		const share = heapUsedBytes / heapLimitBytes;
		const short = `the heap is at ${formatPercent(share)} of its limit`;
		bounds.push({ share, text: `${short} of ${formatBytes(heapLimitBytes)}`, short });
	}
	if (rssBytes !== undefined && maxMemoryBytes) {
		const share = rssBytes / maxMemoryBytes;
		const text = `the process is at ${formatPercent(share)} of its own limit of ${formatBytes(maxMemoryBytes)}`;
		bounds.push({ share, text, short: text });
	}
	return bounds.filter(bound => bound !== undefined);
}

function machine({ totalBytes, availableBytes, rssBytes }: LevelFacts): Bound | undefined {
	if (availableBytes !== undefined) {
		const short = `the machine has ${formatBytes(availableBytes)} available`;
		const share = totalBytes ? 1 - availableBytes / totalBytes : 0;
		const text = totalBytes ? short.replace(' available', ` of ${formatBytes(totalBytes)} available`) : short;
		return { share, availableBytes, text, short };
	}
	if (!totalBytes || rssBytes === undefined) return undefined;
	// What others use is not known: this is the least that is in use.
	const share = rssBytes / totalBytes;
	const text = `the process alone holds ${formatPercent(share)} of the machine's ${formatBytes(totalBytes)}`;
	return { share, text, short: text };
}

function container({ containerLimitBytes, containerAvailableBytes, rssBytes }: LevelFacts): Bound | undefined {
	if (!containerLimitBytes) return undefined;
	const used = containerAvailableBytes === undefined ? rssBytes : containerLimitBytes - containerAvailableBytes;
	if (used === undefined) return undefined;
	const share = used / containerLimitBytes;
	const short = `the container is at ${formatPercent(share)} of its limit`;
	return { share, text: `${short} of ${formatBytes(containerLimitBytes)}`, short };
}
