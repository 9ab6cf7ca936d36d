import type { Site } from '../../protocol/entries.ts';
import { formatBytes, formatCount, formatPercent } from '../../protocol/units.ts';
import type { LeakFinding } from './diagnosisTypes.ts';
import { countGrowth, evenGrowth, type Growth, lateRise, sampledGrowth } from './growth.ts';
import type { LeakReading } from './leakReading.ts';
import type { AllocationFrame } from './places.ts';

/** What is shown of each kind: one leak lets many constructors grow, and the first few name it. */
const MOST_SITES = 8;
const MOST_CONSTRUCTORS = 5;
const MOST_CONSUMERS = 3;
/** A consumer is worth naming from this share of the live heap on, and this size. */
const CONSUMER_SHARE = 0.1;
const CONSUMER_BYTES = 1024 * 1024;
/** Growth that is grave: this much in all, or this share of the live heap. */
const GRAVE_BYTES = 16 * 1024 * 1024;
const GRAVE_SHARE = 0.25;
const LEAST_BUFFER_BYTES = 256 * 1024;
const LEAST_HEAP_BYTES = 1024 * 1024;

export interface GrowthContext {
	readonly readings: readonly LeakReading[];
	/** Bytes between samples, by what is known or by the smallest sample there is. */
	readonly intervalBytes: number;
	/** The rounds did the same work each time. */
	readonly repeated: boolean;
	/** Where a function or class of this label is defined. */
	readonly definedAt: (label: string) => Site | undefined;
}

interface RegionGrowth {
	readonly name: string;
	readonly site: Site | undefined;
	readonly bytes: number;
}

/** Functions that hold more after each round of what they allocated. */
export function siteGrowth({ readings, intervalBytes }: GrowthContext): LeakFinding[] {
	const last = readings.at(-1);
	if (!last) return [];
	const heap = readings.map(heapOf);
	const grown = heapOf(last) - heapOf(readings[0]);
	const found: { frame: AllocationFrame; growth: Growth; samples: number; bytes: number[] }[] = [];
	for (const { key, frame, samples } of last.sites) {
		const series = readings.map(({ sites }) => new Map(sites.find(site => site.key === key)?.samples));
		const growth = sampledGrowth(series, intervalBytes, heap);
		const bytes = series.map(each => [...each.values()].reduce((sum, size) => sum + size, 0));
		// The sampler sees only what came since it began: what replaces older objects seems to grow, the heap does not. Nor does it in
		// the later rounds, where the first one still brought compiled code and the like.
		if (!growth || grown < growth.total / 2 || lateRise(heap) < lateRise(bytes) / 2) continue;
		found.push({ frame, growth, samples: samples.length, bytes });
	}
	found.sort((a, b) => b.growth.total - a.growth.total);
	return found.slice(0, MOST_SITES).map(({ frame, growth, samples, bytes }) => ({
		kind: 'siteGrowth',
		severity: gravity(growth.total, last),
		title: `What ${called(frame)} allocates is kept: ${formatBytes(growth.perRound)} more after each round.`,
		evidence: [
			`Live after each collection: ${bytes.map(value => formatBytes(value)).join(', ')}.`,
			`The estimate rests on ${formatCount(samples)} sampled objects, one for each ${formatBytes(intervalBytes)} or so.`,
			`The whole live heap grew by ${formatBytes(grown)} meanwhile.`,
		],
		advice:
			'Find what keeps these objects (a Map, an array, a listener) and give it a bound: a BoundedCache for a memo, a WeakValueCache where others hold the values, a SpillCache where all are needed again.',
		tool: 'BoundedCache',
		...siteField(siteOfFrame(frame)),
		bytes: Math.round(growth.total),
	}));
}

/** Their growth is told in bytes where array buffers grow. */
const BUFFERS =
	/^(?:Buffer|(?:Shared)?ArrayBuffer|DataView|(?:Big)?(?:Ui|I)nt(?:8|16|32|64)(?:Clamped)?Array|Float(?:16|32|64)Array)$/;

/** Constructors, closures and shapes of objects of which there are more after each round. */
export function constructorGrowth(
	{ readings, repeated, definedAt }: GrowthContext,
	withBuffers: boolean,
): LeakFinding[] {
	if (readings.some(({ counts }) => !counts)) return [];
	const series = readings.map(({ counts }) => new Map(counts));
	const found: { label: string; growth: Growth; counts: number[] }[] = [];
	for (const label of series.at(-1)?.keys() ?? []) {
		const counts = series.map(each => each.get(label) ?? 0);
		if (label === 'others' || (BUFFERS.test(label) && !withBuffers)) continue;
		const growth = countGrowth(counts, repeated);
		if (growth) found.push({ label, growth, counts });
	}
	found.sort((a, b) => b.growth.total - a.growth.total);
	return found.slice(0, MOST_CONSTRUCTORS).map(({ label, growth, counts }) => {
		const closures = label.startsWith('function ');
		return {
			kind: 'constructorGrowth',
			severity: 'warning',
			title: `There are ${perRound(growth)} more objects "${label}" after each round.`,
			evidence: [`Live after each collection: ${counts.map(value => formatCount(value)).join(', ')}.`],
			advice: closures
				? 'Something keeps these functions: remove listeners and callbacks when their work is done, with an AbortSignal, { once: true }, or registerForCleanup inside memoryManagement.'
				: 'Find what keeps these objects and give it a bound, or let memoryManagement clean them at the end of each piece of work.',
			tool: closures ? 'memoryManagement' : 'BoundedCache',
			...siteField(definedAt(label)),
		};
	});
}

/** Memory outside the heap, which V8's sampler does not see. */
export function bufferGrowth({ readings }: GrowthContext): LeakFinding[] {
	const last = readings.at(-1);
	const buffers = readings.map(({ memory }) => memory.arrayBuffersBytes);
	const growth = evenGrowth(buffers, LEAST_BUFFER_BYTES);
	if (!growth || !last) return [];
	const region = growingRegion(readings, growth.total);
	const counts = readings.map(reading => new Map(reading.counts).get('ArrayBuffer'));
	return [
		{
			kind: 'siteGrowth',
			severity: gravity(growth.total, last),
			title: `Array buffers are kept: ${formatBytes(growth.perRound)} more after each round.`,
			evidence: [
				`Buffers and typed arrays after each collection: ${buffers.map(value => formatBytes(value)).join(', ')}.`,
				...(counts.includes(undefined)
					? []
					: [`Objects "ArrayBuffer": ${counts.map(value => formatCount(value ?? 0)).join(', ')}.`]),
				...(region
					? [
							`Calls of the region "${region.name}" ended with ${formatBytes(region.bytes)} more of them than they began with.`,
						]
					: []),
			],
			advice:
				'Read files in pieces (FileReader) and take buffers from a BufferPool; copy a small part that is kept out of a large buffer (Buffer.from(part)), for subarray keeps all of it.',
			tool: 'BufferPool',
			...siteField(region?.site),
			bytes: growth.total,
		},
	];
}

/** A heap that grows though no function stands out. */
export function heapGrowth({ readings }: GrowthContext): LeakFinding[] {
	const last = readings.at(-1);
	const heap = readings.map(heapOf);
	const growth = evenGrowth(heap, Math.max(LEAST_HEAP_BYTES, 0.02 * heapOf(readings[0])));
	if (!growth || !last) return [];
	return [
		{
			kind: 'siteGrowth',
			severity: gravity(growth.total, last),
			title: `The live heap grows by ${formatBytes(growth.perRound)} with each round, and no function stands out.`,
			evidence: [`Live heap after each collection: ${heap.map(value => formatBytes(value)).join(', ')}.`],
			advice: 'Look again with more rounds or a smaller intervalBytes, or compare heap snapshots.',
			bytes: growth.total,
		},
	];
}

/** Who holds most of what was allocated since the diagnosis, or the trace that runs, began. */
export function topConsumers({ readings }: GrowthContext): LeakFinding[] {
	const last = readings.at(-1);
	const heap = heapOf(last);
	const sites = (last?.sites ?? []).map(site => ({
		...site,
		bytes: site.samples.reduce((sum, [, size]) => sum + size, 0),
	}));
	return sites
		.filter(({ bytes }) => bytes >= CONSUMER_BYTES && bytes >= CONSUMER_SHARE * heap)
		.slice(0, MOST_CONSUMERS)
		.map(({ frame, bytes, samples }) => ({
			kind: 'topConsumer',
			severity: 'info',
			title: `${capital(called(frame))} allocated ${formatBytes(bytes)} of what is live.`,
			evidence: [
				`That is ${formatPercent(bytes / heap)} of the live heap of ${formatBytes(heap)}, by ${formatCount(samples.length)} sampled objects.`,
			],
			advice:
				'If that is more than it needs, work through the input in batches (BatchProcessor) or keep numbers in typed arrays (optimizeDtype).',
			tool: 'BatchProcessor',
			...siteField(siteOfFrame(frame)),
			bytes: Math.round(bytes),
		}));
}

/**
 * The region that accounts for the growth. One whose calls end with far more than was kept only leaves garbage behind, and one with
 * far less is not where it comes from.
 */
function growingRegion(readings: readonly LeakReading[], grownBytes: number): RegionGrowth | undefined {
	const before = readings[0]?.regions ?? [];
	let closest: RegionGrowth | undefined;
	for (const [i, { name, site, arrayBuffersBytes }] of (readings.at(-1)?.regions ?? []).entries()) {
		// Regions are only ever added, at the end.
		const bytes = arrayBuffersBytes - (before[i]?.arrayBuffersBytes ?? 0);
		if (bytes < grownBytes / 2 || bytes > 2 * grownBytes) continue;
		if (!closest || Math.abs(bytes - grownBytes) < Math.abs(closest.bytes - grownBytes))
			closest = { name, site, bytes };
	}
	return closest;
}

function gravity(grownBytes: number, last: LeakReading): LeakFinding['severity'] {
	return grownBytes >= GRAVE_BYTES || grownBytes >= GRAVE_SHARE * heapOf(last) ? 'error' : 'warning';
}

const heapOf = (reading: LeakReading | undefined): number => reading?.memory.heapUsedBytes ?? 0;

const perRound = ({ perRound: count }: Growth): string =>
	count < 10 && !Number.isInteger(count) ? count.toFixed(1) : formatCount(count);

function called({ functionName, file, line }: AllocationFrame): string {
	return functionName === '' ? `the code at ${file.split(/[\\/]/).at(-1)}:${line}` : `"${functionName}"`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function siteOfFrame({ file, line, column, functionName }: AllocationFrame): Site | undefined {
	if (file === '' || line < 1) return undefined;
	return { file, line, column, ...(functionName !== '' && { functionName }) };
}

export const siteField = (site: Site | undefined): { site?: Site } => (site ? { site } : {});
