import type { OffHeapSite } from '../protocol/offHeapEntries.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatMs } from '../protocol/units.ts';
import { type Attributed, type Attribution, type AttributionRequest, figures, type NoFigures } from './attribution.ts';
import { wasmBytes } from './attributionOffHeap.ts';
import { isProgram, PROGRAM_WORDS } from './programProcess.ts';
import type { SessionModel } from './sessionModel.ts';
import type { TimeWindow } from './timeWindow.ts';

type Facts = Pick<
	Attributed<unknown>,
	'bytes' | 'standardErrorBytes' | 'intervalBytes' | 'read' | 'unattributedBytes' | 'arrayBuffersBytes' | 'region'
>;

/**
 * What the flame graph and the table show, how sure it is, and what is missing in it.
 * @param nativeBytes Part of RSS that is neither of the heap nor an array buffer, at the moment that is shown.
 */
export function attributionSentence(
	model: SessionModel,
	request: AttributionRequest,
	shown: Attribution,
	nativeBytes?: number,
): string {
	if (isProgram(model.process)) return PROGRAM_WORDS;
	const parts = [figures(shown.heap), figures(shown.offHeap)].filter(part => part !== undefined);
	const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
	const name = request.region === undefined ? undefined : model.regions.get(request.region)?.definition.name;
	const inside = request.region === undefined ? '' : ` in calls of “${visibleText(name ?? '', 80) || '(no name)'}”`;
	return [
		`${titleOf(request, shown)}${inside}: ${parts.length > 0 ? formatBytes(total) : 'nothing known'}.`,
		...(shown.heap === undefined ? [] : [heapWords(shown.heap, request, model)]),
		...(shown.offHeap === undefined ? [] : [offHeapWords(shown.offHeap, request, model)]),
		...(nativeBytes === undefined || shown.offHeap === undefined
			? []
			: [`${formatBytes(nativeBytes)} of RSS is native memory of add-ons and Node itself, which has no line.`]),
	].join(' ');
}

/** What began before the first reading is known from the start on. */
const readings = ({ min, max }: TimeWindow): string =>
	min > 0 ? `at ${between({ min, max })}` : `from the start to ${formatMs(max)}`;
const between = ({ min, max }: TimeWindow): string => `${formatMs(min)} and ${formatMs(max)}`;

function titleOf({ measure, window, moment }: AttributionRequest, { heap, offHeap }: Attribution): string {
	if (measure === 'live') {
		const t = moment?.t ?? figures(offHeap)?.read.max ?? figures(heap)?.read.max;
		return t === undefined ? 'Live' : `Live at ${formatMs(t)}`;
	}
	const when = window ? `between ${between(window)}` : 'in the whole run';
	if (measure === 'alive') return `Allocated ${when} and alive at its end`;
	return `${measure === 'allocated' ? 'Allocated' : 'Freed'} ${when}`;
}

/** Nothing where it is the moment that the title names. */
function knownAt(verb: 'read' | 'told', { read }: Facts, { measure, moment }: AttributionRequest): string {
	if (measure !== 'live') return `, as ${verb} ${readings(read)}`;
	return formatMs(read.max) === formatMs(moment?.t) ? '' : `, as ${verb} at ${formatMs(read.max)}`;
}

function heapWords(heap: Facts | NoFigures, request: AttributionRequest, model: SessionModel): string {
	if (heap === 'neverRead') return 'The heap was not read yet, or allocation sampling is off.';
	if (heap === 'outsideReadings') return 'The heap was not read in this time.';
	const when = knownAt('read', heap, request);
	const unseen =
		heap.unattributedBytes === undefined
			? ''
			: ` ${formatBytes(heap.unattributedBytes)} more came and went between two readings: V8 does not tell where.`;
	const method = heap.region
		? ` Shared out among the calls that were open between readings, by time: an approximation.${untold(model, request.region)}`
		: '';
	return `Heap ${withError(heap)}${when}, from one sample per ${formatBytes(heap.intervalBytes)}.${unseen}${method}`;
}

/** Calls of the region without a span of their own have no time to share. */
function untold({ regions, spans }: SessionModel, region: number | undefined): string {
	const calls = region === undefined ? undefined : regions.get(region)?.stats?.calls;
	if (calls === undefined) return '';
	let known = 0;
	for (const span of spans.values()) if (span.region === region) known++;
	return calls > known
		? ` ${formatCount(calls - known)} short calls were not told one by one and have no share of it.`
		: '';
}

function offHeapWords(
	offHeap: Attributed<OffHeapSite> | NoFigures,
	request: AttributionRequest,
	model: SessionModel,
): string {
	if (offHeap === 'neverRead')
		return model.process?.runtime === false
			? 'Outside the heap nothing can be told of a process that was attached to.'
			: 'Memory outside the heap was not followed: the setting memoryManager.offHeap is off, or nothing was told yet.';
	if (offHeap === 'outsideReadings') return 'Memory outside the heap was not told of in this time.';
	const region = offHeap.region ? ' By region exact, also across await.' : '';
	return `Outside the heap ${withError(offHeap)}${knownAt('told', offHeap, request)}, from one sample per ${formatBytes(offHeap.intervalBytes)}.${counted(offHeap)}${region}`;
}

/** What the process itself counts beside the estimate. */
function counted(offHeap: Attributed<OffHeapSite>): string {
	const { arrayBuffersBytes, unattributedBytes, standardErrorBytes, bytes, sites } = offHeap;
	if (arrayBuffersBytes === undefined) return '';
	const over = bytes - wasmBytes(sites) - arrayBuffersBytes;
	const beside =
		unattributedBytes !== undefined
			? `, ${formatBytes(unattributedBytes)} of them not attributed`
			: over < Math.max(arrayBuffersBytes * 0.01, 64 * 1024)
				? ''
				: over <= 2 * standardErrorBytes
					? `: the estimate is ${formatBytes(over)} too high, which is within its error`
					: `: the estimate is ${formatBytes(over)} too high, so take the shares of the lines, not their bytes`;
	return ` The process counts ${formatBytes(arrayBuffersBytes)} of array buffers${beside}.`;
}

/** Twice the standard error holds the true sum in 19 of 20 cases. */
export function withError({ bytes, standardErrorBytes }: Facts): string {
	const error = 2 * standardErrorBytes;
	return error < 1 || error < bytes * 0.005 ? formatBytes(bytes) : `${formatBytes(bytes)} ± ${formatBytes(error)}`;
}
