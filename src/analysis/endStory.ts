import type { EndReason, Frame } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatPercent } from '../protocol/units.ts';
import { describeEnd } from './describe.ts';
import { frameName, placeText } from './places.ts';
import { liveBytes, type SessionModel } from './sessionModel.ts';
import type { TimeWindow } from './timeWindow.ts';

/** What held memory when the run ended, by the user's own function where there is one on the stack. */
export interface EndSite {
	frame: Frame;
	heapBytes: number;
	offHeapBytes: number;
	/** Of all that was attributed, 0 to 1. */
	share: number;
}

export interface EndStory {
	/** Absent where the recording breaks off: then nobody knows. */
	reason?: EndReason;
	/** Whether memory is what ended it: then `sentence` is the first thing to show. */
	ofMemory: boolean;
	/** "1.90 GB of 2.00 GB live, 71 % from rows.push at load.ts:88" */
	sentence: string;
	/** The last 30 s. */
	window: TimeWindow;
	/** t of the profile that the sites on the heap come from. */
	profileAt?: number;
	/** Largest first. */
	sites: EndSite[];
}

const WINDOW_MS = 30_000;
const MAX_SITES = 20;

/**
 * The last moments of a process that ended, and those up to where a recording breaks off; `undefined` while it runs.
 * @param live False for an opened recording.
 */
export function endStory(model: SessionModel, live = true): EndStory | undefined {
	const { state } = model;
	const ended = state?.state === 'ended';
	if (ended ? !state.reason : live) return undefined;
	const reason = ended ? state.reason : undefined;
	const at = ended ? state.t : model.now;
	const profile = model.latestProfile;
	const sites = sitesOf(model);
	return {
		...(reason && { reason }),
		ofMemory: reason?.kind === 'outOfMemory' || reason?.kind === 'memoryKill',
		sentence: sentenceOf(model, reason, sites),
		window: { min: Math.max(0, at - WINDOW_MS), max: Math.max(at, 1) },
		...(profile && { profileAt: profile.t }),
		sites,
	};
}

/** Signals that a person or a program sends to end a script, which then ends as it is meant to. */
const ASKED = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE']);

/** Whether it was cut off in the middle of its work: then its last moments are what to look at. */
export function isSudden({ reason, ofMemory }: EndStory): boolean {
	return ofMemory || reason === undefined || (reason.kind === 'signal' && !ASKED.has(reason.signal));
}

function sentenceOf(model: SessionModel, reason: EndReason | undefined, sites: readonly EndSite[]): string {
	const level = levelOf(model, reason);
	// A heap that is full is not explained by what lies outside of it.
	const onHeap = reason?.kind === 'outOfMemory';
	const weight = (site: EndSite) => (onHeap ? site.heapBytes : site.heapBytes + site.offHeapBytes);
	const sum = sites.reduce((total, site) => total + weight(site), 0);
	let top: EndSite | undefined;
	for (const site of sites) if (site.frame.kind === 'user' && (!top || weight(site) > weight(top))) top = site;
	const words = [level ?? (reason ? describeEnd(reason) : 'the recording breaks off')];
	if (top && sum > 0 && weight(top) > 0) {
		const { frame } = top;
		const name = frame.functionName === '' ? '' : `${visibleText(frameName(frame), 80)} at `;
		words.push(`${formatPercent(weight(top) / sum)} from ${name}${placeText(frame, model.header.cwd)}`);
	}
	const text = words.join(', ');
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** How full it was: of the heap, of the container, of the machine, or RSS alone. */
function levelOf(model: SessionModel, reason: EndReason | undefined): string | undefined {
	const { latest, latestProfile, system } = model;
	if (reason?.kind === 'outOfMemory') {
		const limit = reason.limitBytes ?? latest?.heapLimitBytes;
		// The floor of the last full collection is live for sure; the heap in use has garbage in it.
		const floor = model.gcs.findLast(({ kind }) => kind === 'markCompact')?.usedAfterBytes;
		const live = Math.max(floor ?? 0, latestProfile ? liveBytes(latestProfile) : 0);
		if (live === 0) return latest?.heapUsedBytes === undefined ? undefined : `${of(latest.heapUsedBytes, limit)} used`;
		return `${of(limit === undefined ? live : Math.min(live, limit), limit)} live`;
	}
	if (latest?.rssBytes === undefined) return undefined;
	if (!reason) return `${formatBytes(latest.rssBytes)} in memory where the recording breaks off`;
	if (reason.kind !== 'memoryKill') return `${formatBytes(latest.rssBytes)} in memory at the end`;
	const limit = reason.limitBytes ?? (reason.by === 'container' ? system?.containerLimitBytes : system?.totalBytes);
	return `${of(latest.rssBytes, limit)} in memory`;
}

const of = (bytes: number, limit: number | undefined): string =>
	limit === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(limit)}`;

function sitesOf(model: SessionModel): EndSite[] {
	const sites = new Map<number, EndSite>();
	let sum = 0;
	const add = (node: number, where: 'heapBytes' | 'offHeapBytes', bytes: number) => {
		const frame = ownFrame(model, node);
		if (!frame || bytes <= 0) return;
		let site = sites.get(frame.id);
		if (!site) {
			site = { frame, heapBytes: 0, offHeapBytes: 0, share: 0 };
			sites.set(frame.id, site);
		}
		site[where] += bytes;
		sum += bytes;
	};
	for (const [node, bytes] of model.latestProfile?.live ?? []) add(node, 'heapBytes', bytes);
	for (const [node, , , bytes] of model.ledger.liveOffHeap.values()) add(node, 'offHeapBytes', bytes);
	const list = [...sites.values()];
	for (const site of list) site.share = (site.heapBytes + site.offHeapBytes) / sum;
	return list.sort((a, b) => b.share - a.share).slice(0, MAX_SITES);
}

/** The innermost function of the user's on the stack; else the innermost at all. */
function ownFrame({ nodes }: SessionModel, id: number): Frame | undefined {
	for (let node = nodes.get(id); node; node = nodes.get(node.parent)) if (node.frame.kind === 'user') return node.frame;
	return nodes.get(id)?.frame;
}
