import type { MemoryLevel } from '../protocol/entries.ts';
import type { PressureEntry } from '../protocol/runtimeEntries.ts';

/** A time for which the script's own monitor saw one level. */
export interface PressureBand {
	level: MemoryLevel;
	from: number;
	/** Absent while it lasts. */
	to?: number;
	reason: string;
	simulated: boolean;
}

/** The levels above normal as bands, from the changes in their order. What was before the first change is told by it. */
export function pressureBands(pressures: readonly PressureEntry[]): PressureBand[] {
	const bands: PressureBand[] = [];
	const [first] = pressures;
	if (first && first.previous !== 'normal') {
		const { previous: level, t: to } = first;
		bands.push({ level, from: 0, to, reason: 'It began before anything was told.', simulated: false });
	}
	pressures.forEach(({ level, t: from, reason, simulated }, i) => {
		if (level === 'normal') return;
		const to = pressures[i + 1]?.t;
		bands.push({ level, from, reason, simulated, ...(to !== undefined && { to }) });
	});
	return bands;
}

/** How long each level above normal lasted in all, ms. */
export function timeAbove(bands: readonly PressureBand[], now: number): { level: MemoryLevel; ms: number }[] {
	const sums = new Map<MemoryLevel, number>();
	for (const { level, from, to = now } of bands) sums.set(level, (sums.get(level) ?? 0) + Math.max(0, to - from));
	const order: readonly MemoryLevel[] = ['critical', 'high', 'elevated'];
	return order.flatMap(level => {
		const ms = sums.get(level);
		return ms === undefined ? [] : [{ level, ms }];
	});
}
