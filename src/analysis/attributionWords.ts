import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount, formatMs } from '../protocol/units.ts';
import { type Attributed, type Attribution, type AttributionRequest, figures, type NoFigures } from './attribution.ts';
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
	const parts = [figures(shown.heap), figures(shown.offHeap)].filter(part => part !== undefined);
	const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
	const name = request.region === undefined ? undefined : model.regions.get(request.region)?.definition.name;
	const inside = request.region === undefined ? '' : ` in calls of ${visibleText(name ?? '', 80) || '(no name)'}`;
	return [
		`${titleOf(request, shown)}${inside}: ${parts.length > 0 ? formatBytes(total) : 'nothing known'}.`,
		...(shown.heap === undefined ? [] : [heapWords(shown.heap, request, model)]),
		...(shown.offHeap === undefined ? [] : [offHeapWords(shown.offHeap, request, model)]),
		...(nativeBytes === undefined || shown.offHeap === undefined
			? []
			: [
					`${formatBytes(nativeBytes)} of RSS is native memory: what add-ons and Node itself take from malloc has no line.`,
				]),
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

function heapWords(heap: Facts | NoFigures, { measure, region }: AttributionRequest, model: SessionModel): string {
	if (heap === 'neverRead') return 'The heap was not read yet, or allocation sampling is off.';
	if (heap === 'outsideReadings') return 'The heap was not read in this time.';
	const when = measure === 'live' ? `at ${formatMs(heap.read.max)}` : readings(heap.read);
	const unseen =
		heap.unattributedBytes === undefined
			? ''
			: ` ${formatBytes(heap.unattributedBytes)} more came and went between two readings: V8 does not tell where.`;
	const method = heap.region
		? ` Shared out among the calls that were open between readings, by time: an approximation.${untold(model, region)}`
		: '';
	return `Heap ${withError(heap)}, as read ${when}, from one sample per ${formatBytes(heap.intervalBytes)}.${unseen}${method}`;
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

function offHeapWords(offHeap: Facts | NoFigures, { measure }: AttributionRequest, model: SessionModel): string {
	if (offHeap === 'neverRead')
		return model.process?.runtime === false
			? 'Outside the heap nothing can be told of a process that was attached to.'
			: 'Memory outside the heap was not followed: the setting memoryManager.offHeap is off, or nothing was told yet.';
	if (offHeap === 'outsideReadings') return 'Memory outside the heap was not told of in this time.';
	const told = measure === 'live' ? `at ${formatMs(offHeap.read.max)}` : readings(offHeap.read);
	const { arrayBuffersBytes, unattributedBytes } = offHeap;
	const counted =
		arrayBuffersBytes === undefined
			? ''
			: ` The process counts ${formatBytes(arrayBuffersBytes)} of array buffers${unattributedBytes === undefined ? '' : `, ${formatBytes(unattributedBytes)} of them not attributed`}.`;
	const region = offHeap.region ? ' By region exact, also across await.' : '';
	return `Outside the heap ${withError(offHeap)}, as told ${told}, from one sample per ${formatBytes(offHeap.intervalBytes)}.${counted}${region}`;
}

/** Twice the standard error holds the true sum in 19 of 20 cases. */
export function withError({ bytes, standardErrorBytes }: Facts): string {
	const error = 2 * standardErrorBytes;
	return error < 1 || error < bytes * 0.005 ? formatBytes(bytes) : `${formatBytes(bytes)} ± ${formatBytes(error)}`;
}
