import { placeText } from '../analysis/places.ts';
import type { Report } from '../analysis/report.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatMs, formatPercent } from '../protocol/units.ts';

const NAME_LENGTH = 40;
/** A line that holds less explains nothing by itself. */
const LEAST_SHARE = 0.2;
const LEAST_BYTES = 1024 * 1024;

interface Held {
	/** Where it is, and of what its share is. */
	whole: string;
	bytes: number;
	share: number;
	name: string;
	place: string;
}

/** The one line of the script that held most, on the heap or outside it: the first thing to read of a run that ended well. */
export function mostHeldSection(report: Report): string[] {
	if (report.lastMoments) return [];
	const candidates = [onHeap(report), outsideHeap(report)].filter(held => held !== undefined);
	const [most] = candidates
		.filter(({ share, bytes }) => share >= LEAST_SHARE && bytes >= LEAST_BYTES)
		.sort((a, b) => b.bytes - a.bytes);
	if (!most) return [];
	const { whole, bytes, share, name, place } = most;
	return [
		`Most memory  ${place}, ${visibleText(name || '(anonymous)', NAME_LENGTH)}: ${formatBytes(bytes)}, ${formatPercent(share)} of what was live ${whole}`,
	];
}

function onHeap({ allocations, cwd }: Report): Held | undefined {
	const site = allocations?.sites.find(({ kind }) => kind === 'user');
	if (!allocations || !site) return undefined;
	const whole = `on the heap at ${formatMs(allocations.t)}`;
	return { whole, bytes: site.selfBytes, share: site.share, name: site.functionName, place: placeText(site, cwd) };
}

function outsideHeap({ offHeap, cwd }: Report): Held | undefined {
	const site = offHeap?.sites.find(({ kind }) => kind === 'user');
	if (!offHeap || !site) return undefined;
	const whole = `outside the heap at ${formatMs(offHeap.t)}`;
	return { whole, bytes: site.bytes, share: site.share, name: site.functionName, place: placeText(site, cwd) };
}
