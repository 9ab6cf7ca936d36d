import { describeEnd } from '../analysis/describe.ts';
import { MAX_DISPOSED } from '../analysis/disposedStores.ts';
import { placeText } from '../analysis/places.ts';
import type { Report, ReportCache, ReportGc, ReportPool, ReportRegion, ReportSite } from '../analysis/report.ts';
import type { Peak } from '../protocol/snapshot.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatDelta, formatMs, formatPercent, NOT_MEASURED } from '../protocol/units.ts';
import { costLines, lastMomentsSection, offHeapSection, partsSection, processesSection } from './memoryText.ts';
import { mostHeldSection } from './mostHeld.ts';
import { runtimeSections } from './runtimeText.ts';
import { section } from './section.ts';
import { type Column, table } from './table.ts';

const MAX_NOTICES = 10;
const NAME_LENGTH = 40;

/** The report for a person. Everything that comes from a script passes through `visibleText`: it never steers a terminal. */
export function reportText(report: Report): string {
	const sections = [
		headline(report),
		lastMomentsSection(report),
		mostHeldSection(report),
		memorySection(report),
		partsSection(report.memory.partsAtPeak),
		profilingSection(report),
		allocationsSection(report),
		offHeapSection(report),
		processesSection(report),
		section('Regions', report.regions, regionColumns(report.cwd)),
		section('Caches', report.caches, cacheColumns, disposedText(report.disposed.caches)),
		section('Pools', report.pools, poolColumns, disposedText(report.disposed.pools)),
		...runtimeSections(report),
		noticesSection(report),
		leftOutSection(report),
	];
	return `${sections
		.filter(lines => lines.length > 0)
		.map(lines => lines.join('\n'))
		.join('\n\n')}\n`;
}

function headline({ title, end, durationMs, nodeVersion }: Report): string[] {
	const node = nodeVersion === undefined ? '' : `, Node ${visibleText(nodeVersion, 30)}`;
	const how = end ? describeEnd(end) : 'the recording breaks off';
	return [`${visibleText(title)}: ${how}, ${formatMs(durationMs)}${node}`];
}

function memorySection({ memory }: Report): string[] {
	const limit = memory.heapLimitBytes;
	const rows: [string, Peak | undefined, string][] = [
		['RSS', memory.peakRss, ''],
		['Heap used', memory.peakHeapUsed, limit === undefined ? '' : `of a limit of ${formatBytes(limit)}`],
		['External', memory.peakExternal, ''],
		['Array buffers', memory.peakArrayBuffers, ''],
	];
	return table(rows, [
		{ title: 'Memory', value: ([name]) => name },
		{ title: 'peak', value: ([, peak]) => formatBytes(peak?.bytes), align: 'right' },
		{ title: 'at', value: ([, peak]) => formatMs(peak?.t), align: 'right' },
		{ title: '', value: ([, , note]) => note },
	]);
}

function profilingSection({ gc, cost }: Report): string[] {
	const lines = [`Collections  ${gc ? gcText(gc) : 'none seen'}`];
	if (cost) lines.push(...costLines(cost));
	return lines;
}

const gcText = ({ count, majorCount, pauseMs, share, forcedMs }: ReportGc): string =>
	`${formatCount(count)}, ${formatCount(majorCount)} of them full: ${formatMs(pauseMs)} of pauses, ` +
	`${formatPercent(share)} of the run${forcedMs > 0 ? `; ${formatMs(forcedMs)} more were forced` : ''}`;

function allocationsSection({ allocations, cwd }: Report): string[] {
	if (!allocations) return ['Allocations were not sampled.'];
	const { t, liveBytes, heapUsedBytes, profiles, intervalBytes, sites } = allocations;
	const columns: Column<ReportSite>[] = [
		{ title: 'self', value: site => formatBytes(site.selfBytes), align: 'right' },
		{ title: 'share', value: site => formatPercent(site.share), align: 'right' },
		{ title: 'total', value: site => formatBytes(site.totalBytes), align: 'right' },
		{ title: 'function', value: site => visibleText(site.functionName || '(anonymous)', NAME_LENGTH) },
		{ title: 'place', value: site => placeText(site, cwd) || 'native' },
	];
	const heap = heapUsedBytes === undefined ? '' : `, heap used then ${formatBytes(heapUsedBytes)}`;
	return [
		`Allocation sites: ${formatBytes(liveBytes)} allocated since sampling began and live at ${formatMs(t)}${heap}: ` +
			`the highest of ${formatCount(profiles)} profiles (one sample in ${formatBytes(intervalBytes)})`,
		...table(sites, columns),
	];
}

function regionColumns(cwd: string): Column<ReportRegion>[] {
	return [
		{ title: 'name', value: region => visibleText(region.name, NAME_LENGTH) },
		{ title: 'calls', value: region => callsText(region), align: 'right' },
		{ title: 'time', value: region => formatMs(region.calls ? region.totalMs : undefined), align: 'right' },
		{ title: 'longest', value: region => formatMs(region.calls ? region.maxMs : undefined), align: 'right' },
		{ title: 'RSS delta', value: region => formatDelta(region.delta?.rssBytes), align: 'right' },
		{ title: 'RSS peak', value: region => formatBytes(region.peak?.rssBytes), align: 'right' },
		{ title: 'retained', value: region => formatDelta(region.retainedBytes), align: 'right' },
		{ title: 'place', value: region => (region.site ? placeText(region.site, cwd) : '') },
	];
}

const callsText = ({ calls, open }: ReportRegion): string =>
	open ? `${formatCount(calls)} (${formatCount(open)} open)` : formatCount(calls);

const cacheColumns: Column<ReportCache>[] = [
	{ title: 'name', value: cache => visibleText(cache.name, NAME_LENGTH) },
	{ title: 'bytes', value: cache => formatBytes(cache.bytes), align: 'right' },
	{ title: 'bound', value: cache => formatBytes(cache.effectiveMaxBytes ?? cache.maxBytes), align: 'right' },
	{ title: 'entries', value: cache => formatCount(cache.entries), align: 'right' },
	{ title: 'hit rate', value: cache => formatPercent(cache.hitRate), align: 'right' },
	{ title: 'evictions', value: cache => evictionsText(cache) },
];

function evictionsText({ evictions }: ReportCache): string {
	const reasons = Object.entries(evictions).filter(([, count]) => count > 0);
	return reasons.map(([reason, count]) => `${formatCount(count)} ${visibleText(reason, 20)}`).join(', ') || 'none';
}

const poolColumns: Column<ReportPool>[] = [
	{ title: 'name', value: pool => visibleText(pool.name, NAME_LENGTH) },
	{ title: 'in use', value: pool => formatCount(pool.inUse), align: 'right' },
	{ title: 'idle', value: pool => formatCount(pool.idle), align: 'right' },
	{ title: 'at most', value: pool => formatCount(pool.max), align: 'right' },
	{ title: 'created', value: pool => formatCount(pool.created), align: 'right' },
	{ title: 'reused', value: pool => formatCount(pool.reused), align: 'right' },
	{ title: 'leaked', value: pool => formatCount(pool.leaked), align: 'right' },
];

function disposedText(count: number): string | undefined {
	if (count === 0) return undefined;
	return `${count >= MAX_DISPOSED ? 'at least ' : ''}${formatCount(count)} disposed of`;
}

function noticesSection({ notices }: Report): string[] {
	const more = notices.length - MAX_NOTICES;
	const shown = notices.slice(0, MAX_NOTICES).map(({ t, severity, message }) => {
		const when = t > 0 ? formatMs(t) : NOT_MEASURED;
		return `${severity} at ${when}: ${visibleText(message, 400)}`;
	});
	return more > 0 ? [...shown, `and ${formatCount(more)} more notices`] : shown;
}

/** Of calls, collections, profiles and events the totals are right; what else was left out is in no figure. */
const LEFT_OUT = [
	'regions',
	'stores',
	'processes',
	'functions',
	'contexts',
	'snapshots',
	'findings',
	'notices',
] as const;

function leftOutSection({ leftOut }: Report): string[] {
	const kinds = LEFT_OUT.filter(kind => (leftOut[kind] ?? 0) > 0);
	if (kinds.length === 0) return [];
	return [`Left out for lack of room: ${kinds.map(kind => `${formatCount(leftOut[kind])} ${kind}`).join(', ')}`];
}
