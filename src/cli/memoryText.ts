import { describeEnd } from '../analysis/describe.ts';
import type { ReportOffHeapSite, ReportParts, ReportProcess } from '../analysis/memoryReport.ts';
import { placeText } from '../analysis/places.ts';
import type { Report, ReportCost } from '../analysis/report.ts';
import { partName } from '../analysis/rssParts.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../protocol/units.ts';
import { section } from './section.ts';
import { type Column, table } from './table.ts';

const NAME_LENGTH = 40;
const MAX_MOMENT_SITES = 3;
/** Less than this explains nothing. */
const LEAST_SHARE = 0.01;

/** The sentence that matters for a run that was cut off, and the lines that held the memory. */
export function lastMomentsSection({ lastMoments, cwd }: Report): string[] {
	if (!lastMoments) return [];
	const { sentence, sites, profileAt } = lastMoments;
	const lines = sites
		.filter(({ share }) => share >= LEAST_SHARE)
		.slice(0, MAX_MOMENT_SITES)
		.map(({ heapBytes, offHeapBytes, share, ...site }) => {
			const where = placeText(site, cwd) || 'native';
			const parts = [
				heapBytes > 0 && `${formatBytes(heapBytes)} on the heap`,
				offHeapBytes > 0 && `${formatBytes(offHeapBytes)} outside ${heapBytes > 0 ? 'it' : 'the heap'}`,
			].filter(part => part !== false);
			const name = visibleText(site.functionName || '(anonymous)', NAME_LENGTH);
			return `  ${formatPercent(share)} ${name} ${where}: ${parts.join(', ')}`;
		});
	const read = profileAt === undefined ? '' : ` (heap as read at ${formatMs(profileAt)})`;
	return [`At the end   ${visibleText(sentence, 400)}${read}`, ...lines];
}

export function partsSection(parts: ReportParts | undefined): string[] {
	if (!parts) return [];
	const { t, rssBytes, managedBytes, notResidentBytes } = parts;
	const columns: Column<ReportParts['parts'][number]>[] = [
		{ title: 'size', value: part => formatBytes(part.bytes), align: 'right' },
		{ title: 'share', value: part => formatPercent(part.share), align: 'right' },
		{ title: 'part', value: part => partName(part) },
	];
	const lines = [`RSS at its peak: ${formatBytes(rssBytes)} at ${formatMs(t)} =`, ...table(parts.parts, columns)];
	if (managedBytes !== undefined)
		lines.push(
			`${formatBytes(managedBytes)} of it held by caches, batches, tensor dictionaries and readers of the runtime`,
		);
	if (notResidentBytes >= NOTABLE_BYTES)
		lines.push(`${formatBytes(notResidentBytes)} more that the process counts as its own were not in RAM`);
	return lines;
}

/** Less than this is the grain of reading two figures at two moments. */
const NOTABLE_BYTES = 4 * 1024 * 1024;

export function offHeapSection({ offHeap, cwd }: Report): string[] {
	if (!offHeap) return [];
	const { t, liveBytes, arrayBuffersBytes, sites } = offHeap;
	const columns: Column<ReportOffHeapSite>[] = [
		{ title: 'bytes', value: site => formatBytes(site.bytes), align: 'right' },
		{ title: 'share', value: site => formatPercent(site.share), align: 'right' },
		{ title: 'samples', value: site => formatCount(site.samples), align: 'right' },
		{ title: 'kind', value: site => OFF_HEAP_WORDS[site.memory] },
		{ title: 'function', value: site => visibleText(site.functionName || '(anonymous)', NAME_LENGTH) },
		{ title: 'place', value: site => placeText(site, cwd) || 'native' },
	];
	const whole =
		arrayBuffersBytes === undefined ? '' : `, of ${formatBytes(arrayBuffersBytes)} of array buffers in the process`;
	return [
		`Outside the heap, by line: ${formatBytes(liveBytes)} live at ${formatMs(t)}${whole}`,
		...table(sites, columns),
	];
}

const OFF_HEAP_WORDS: Record<ReportOffHeapSite['memory'], string> = {
	buffer: 'Buffer',
	arrayBuffer: 'ArrayBuffer',
	sharedArrayBuffer: 'SharedArrayBuffer',
	typedArray: 'typed array',
	wasmMemory: 'WebAssembly memory',
	received: 'received from Node',
};

export function processesSection({ processes, memory }: Report): string[] {
	if (!processes) return [];
	const columns: Column<ReportProcess>[] = [
		{ title: 'name', value: ({ title }) => visibleText(title, NAME_LENGTH) },
		{ title: 'kind', value: ({ kind }) => kind },
		{
			title: 'id',
			value: ({ kind, pid, threadId }) => (kind === 'worker' ? `thread ${threadId ?? '–'}` : `pid ${pid ?? '–'}`),
		},
		{ title: 'from', value: ({ from }) => formatMs(from), align: 'right' },
		{ title: 'for', value: ({ from, to }) => formatMs(to === undefined ? undefined : to - from), align: 'right' },
		{ title: 'RSS peak', value: ({ peakRss }) => formatBytes(peakRss?.bytes), align: 'right' },
		{ title: 'heap peak', value: ({ peakHeapUsed }) => formatBytes(peakHeapUsed?.bytes), align: 'right' },
		{ title: 'end', value: ({ end, to }) => (end ? describeEnd(end) : to === undefined ? 'no end recorded' : 'ended') },
	];
	const total = memory.peakTotalRss;
	const remark = total
		? `RSS of all processes together: at most ${formatBytes(total.bytes)} at ${formatMs(total.t)}`
		: undefined;
	return section(`Processes and workers: ${formatCount(processes.length)}`, processes, columns, remark);
}

/** What profiling took, part by part, beside what it may take. */
export function costLines(cost: ReportCost): string[] {
	const { pollMs, polls, profileMs, profiles, samplingMs, offHeapMs, share, budget, ownBytes, droppedEvents } = cost;
	const parts = [
		`${formatMs(pollMs)} for ${formatCount(polls)} readings`,
		`${formatMs(profileMs)} for ${formatCount(profiles)} allocation profiles`,
		samplingMs !== undefined && `${formatMs(samplingMs)} for sampling`,
		offHeapMs !== undefined && `${formatMs(offHeapMs)} for memory outside the heap`,
	].filter(part => part !== false);
	const bound = budget === undefined || budget === 0 ? '' : ` (to stay under ${formatPercent(budget)})`;
	const lines = [`Profiling    ${parts.join(', ')}: ${formatPercent(share)} of the run${bound}`];
	if (ownBytes !== undefined) lines.push(`             ${formatBytes(ownBytes)} of our own in the script’s memory`);
	if (droppedEvents > 0)
		lines.push(`             ${formatCount(droppedEvents)} spans came too fast to be kept; totals are right`);
	return lines;
}
