import { offHeapByRegion } from '../../analysis/offHeapByRegion.ts';
import type { SessionModel } from '../../analysis/sessionModel.ts';
import type { TimeWindow } from '../../analysis/timeWindow.ts';
import type { Site } from '../../protocol/entries.ts';
import { formatBytes, formatCount, formatDelta } from '../../protocol/units.ts';
import type { TrackedFunction } from './findTrackedFunctions.ts';

/** What the last run says about one region. */
export interface RegionResult {
	name: string;
	site: Site;
	calls: number;
	/** Highest resident set that was read during a call; absent when no call was slow enough to be read. */
	peakRssBytes?: number;
	/** See `RegionData.retainedBytes`. */
	retainedBytes?: number;
	/** Outside the heap, allocated inside the region: in the selected window, else live when memory was highest. */
	offHeapBytes?: number;
}

/** Newest files are kept. */
const MAX_FILES = 500;

/** VS Code writes the drive of a Windows path small, Node as it was given. */
const fileKey = (file: string): string => file.replace(/^[A-Z](?=:[\\/])/, drive => drive.toLowerCase());

/** The regions of the last run by the file that defines them. They stay when the run has ended. */
export class RunResults {
	readonly #files = new Map<string, RegionResult[]>();

	get(file: string): readonly RegionResult[] {
		return this.#files.get(fileKey(file)) ?? [];
	}

	/** Takes what a run has shown so far; files it does not touch keep what they have. */
	update(model: SessionModel, window?: TimeWindow): void {
		const offHeap = offHeapByRegion(model, window);
		const byFile = new Map<string, RegionResult[]>();
		for (const { definition, stats, retainedBytes } of model.regions.values()) {
			const { site, name } = definition;
			if (!site || !stats || stats.calls === 0) continue;
			const key = fileKey(site.file);
			const results = byFile.get(key) ?? [];
			results.push({
				name,
				site,
				calls: stats.calls,
				...(stats.peak && { peakRssBytes: stats.peak.rssBytes }),
				...(retainedBytes !== undefined && { retainedBytes }),
				...(offHeap.has(definition.id) && { offHeapBytes: offHeap.get(definition.id) ?? 0 }),
			});
			byFile.set(key, results);
		}
		for (const [file, results] of byFile) {
			this.#files.delete(file);
			this.#files.set(file, results);
		}
		for (const file of this.#files.keys()) {
			if (this.#files.size <= MAX_FILES) break;
			this.#files.delete(file);
		}
	}
}

/** A computed name gives many regions at one place; they are named together when they are this near in lines. */
const NEAR_LINES = 3;

/**
 * Which results belong to which place: by line where the source has not moved, else by name, nearest first. Each result is
 * given once. A place with a computed name takes what was defined near it and nobody else claims.
 */
export function matchResults(
	functions: readonly TrackedFunction[],
	results: readonly RegionResult[],
): Map<TrackedFunction, RegionResult[]> {
	const pairs: { fn: TrackedFunction; result: RegionResult; distance: number }[] = [];
	for (const fn of functions) {
		for (const result of results) {
			const lines = Math.abs(fn.line - result.site.line);
			const fits = fn.name === undefined ? lines <= NEAR_LINES : fn.name === result.name;
			if (!fits) continue;
			// A literal name beats a computed one, a line beats a column.
			const columns = Math.min(Math.abs(fn.column - result.site.column), 999);
			pairs.push({ fn, result, distance: lines * 1_000 + columns + (fn.name === undefined ? 500 : 0) });
		}
	}
	pairs.sort((a, b) => a.distance - b.distance);
	const given = new Set<RegionResult>();
	const matched = new Map<TrackedFunction, RegionResult[]>();
	for (const { fn, result } of pairs) {
		const own = matched.get(fn);
		if (given.has(result) || (own && fn.name !== undefined)) continue;
		given.add(result);
		if (own) own.push(result);
		else matched.set(fn, [result]);
	}
	return matched;
}

/** `3 calls · peak 1.20 GB RSS · retained +4.00 MB · outside the heap 85.0 MB`. Figures that nobody measured are left out. */
export function resultText(results: readonly RegionResult[]): string {
	const calls = results.reduce((sum, result) => sum + result.calls, 0);
	const parts = [`${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`];
	const peaks = results.flatMap(({ peakRssBytes }) => (peakRssBytes === undefined ? [] : [peakRssBytes]));
	if (peaks.length > 0) parts.push(`peak ${formatBytes(Math.max(...peaks))} RSS`);
	// What several regions leave behind does not add up: they may have held the same.
	const [only] = results;
	if (results.length === 1 && only?.retainedBytes !== undefined) {
		parts.push(`retained ${formatDelta(only.retainedBytes)}`);
	}
	const outside = results.flatMap(({ offHeapBytes }) => (offHeapBytes === undefined ? [] : [offHeapBytes]));
	// Regions inside one another count the same bytes each.
	if (outside.length === 1) parts.push(`outside the heap ${formatBytes(outside[0])}`);
	return parts.join(' · ');
}
