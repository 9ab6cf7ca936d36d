import { formatBytes, formatCount, formatDelta, formatPercent } from '../../protocol/units.ts';
import { placeText } from '../places.ts';
import type { MachineFacts, Recommendation } from '../recommendations.ts';
import type { Report, ReportCache, ReportPool, ReportRegion } from '../report.ts';

type Spill = Report['runtime']['spills'][number];

const MB = 1024 * 1024;
/** Too few look-ups say nothing about a cache. */
const MIN_LOOKUPS = 100;
const COLD = 0.1;
/** A peak of so many times its input is worth a look (document X). */
const HIGH_RATIO = 3;
/** Growth that stays after a call and is worth a look. */
const RETAINED = 10 * MB;

/** What the script's own caches, pools, regions and diagnoses say. */
export function storeAdvice(report: Report, machine: MachineFacts): Recommendation[] {
	return [
		...report.runtime.findings.map(
			({ severity, title, evidence, advice, tool }): Recommendation => ({
				severity: severity === 'info' ? 'info' : severity === 'error' ? 'warning' : 'advice',
				title,
				why: evidence.join(' '),
				change: tool === undefined ? advice : `${tool}: ${advice}`,
			}),
		),
		...report.caches.flatMap(cache => cacheAdvice(cache, machine)),
		...report.pools.flatMap(poolAdvice),
		...report.regions.flatMap(region => regionAdvice(region, report.cwd)),
		...report.runtime.spills.flatMap(spillAdvice),
		...operationAdvice(report.runtime.operations),
	];
}

function cacheAdvice(cache: ReportCache, machine: MachineFacts): Recommendation[] {
	const { name, hits, misses, hitRate, bytes, maxBytes, evictions } = cache;
	if (hitRate === undefined || hits + misses < MIN_LOOKUPS) return [];
	const seen = `${formatPercent(hitRate)} of ${formatCount(hits + misses)} look-ups were hits; it holds ${formatBytes(bytes)}.`;
	const made = evictions.size ?? 0;
	if (made > misses / 2 && maxBytes !== undefined) {
		const room = machine.availableBytes > maxBytes * 4;
		return [
			{
				severity: 'advice',
				title: `Cache "${name}" is too small for what is asked of it.`,
				why: `${seen} ${formatCount(made)} entries left because it was full (${formatBytes(maxBytes)}).`,
				change: room
					? `maxBytes: ${Math.round((maxBytes * 2) / MB)} * 1024 * 1024`
					: 'SpillCache: what does not fit goes to disk',
			},
		];
	}
	if (hitRate >= COLD) return [];
	return [
		{
			severity: 'info',
			title: `Cache "${name}" is hardly ever hit.`,
			why: seen,
			change: 'leave it out, or look at its keys: equal things must have equal keys',
		},
	];
}

function poolAdvice({ name, leaked, waiting, max, inUse }: ReportPool): Recommendation[] {
	const advice: Recommendation[] = [];
	if (leaked > 0) {
		advice.push({
			severity: 'warning',
			title: `Pool "${name}" lost objects that were never given back.`,
			why: `${formatCount(leaked)} were found by the garbage collector.`,
			change: 'pool.use(object => …), which gives back also when it throws',
		});
	}
	if (waiting > 0) {
		advice.push({
			severity: 'info',
			title: `Pool "${name}" kept callers waiting to the end.`,
			why: `${formatCount(waiting)} waited; ${formatCount(inUse)} of ${formatCount(max)} were in use.`,
			change: `max: ${max * 2}`,
		});
	}
	return advice;
}

function spillAdvice({ name, dropped, maxBytes, failed, corrupt }: Spill): Recommendation[] {
	if (dropped + failed + corrupt === 0) return [];
	return [
		{
			severity: 'advice',
			title: `Values of the spill cache "${name}" were lost.`,
			why: `${formatCount(dropped)} did not fit into ${formatBytes(maxBytes)} of disk, ${formatCount(failed)} could not be written, ${formatCount(corrupt)} came back damaged.`,
			change: dropped > 0 ? 'a larger maxDiskBytes' : 'a directory on another disk',
		},
	];
}

/** The one that takes most for its input. */
function operationAdvice(operations: Report['runtime']['operations']): Recommendation[] {
	const known = operations.filter(({ ratio }) => (ratio ?? 0) > HIGH_RATIO);
	const [worst] = known.sort((a, b) => (b.ratio ?? 0) - (a.ratio ?? 0));
	if (worst?.ratio === undefined) return [];
	return [
		{
			severity: 'advice',
			title: `Operation "${worst.name}" takes ${worst.ratio.toFixed(1)} times its input.`,
			why: `Its peak was ${formatBytes(worst.peakBytes)} for an input of ${formatBytes(worst.inputBytes)}.`,
			change: 'FileReader or StreamingProcessor: work on pieces, with EfficientExecutor to choose by what is available',
		},
	];
}

function regionAdvice({ name, retainedBytes, calls = 0, site }: ReportRegion, cwd: string): Recommendation[] {
	if (retainedBytes === undefined || retainedBytes < RETAINED || calls < 2) return [];
	return [
		{
			severity: 'advice',
			title: `Region "${name}" leaves memory behind.`,
			why: `Its last of ${formatCount(calls)} calls left ${formatDelta(retainedBytes)}${site ? ` (${placeText(site, cwd)})` : ''}.`,
			change: 'await diagnoseLeaks({ during: … }) around it names what grows',
		},
	];
}
