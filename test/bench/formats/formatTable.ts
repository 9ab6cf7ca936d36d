import type { Failure, Reading } from './reading.ts';
import { type FormatRow, MB, type Peer } from './rows.ts';

export interface Measured {
	readonly fileBytes: number;
	/** Ours on the large file and on a tenth of it. */
	readonly large: Reading | Failure;
	readonly small: Reading | Failure;
	/** Ours, the median of the rounds. */
	readonly ms: number;
	readonly peers: readonly MeasuredPeer[];
}

export interface MeasuredPeer {
	readonly peer: Peer;
	readonly result: Reading | Failure;
	/** Its time divided by ours, the median of the rounds; NaN where it failed. */
	readonly ratio: number;
}

const COLUMNS = [
	'format',
	'file',
	'time',
	'peak over idle (of a tenth)',
	'of it V8’s young generation',
	'asked for',
	'',
	'beside: times our time, peak over idle',
];
const SAME = 1e-6;
/** What is left when a thread has ended: the allocator keeps some pages, and code that ran is compiled. */
const LEFT_MB = 32;

export const HEAD = [COLUMNS, COLUMNS.map((_, i) => (i >= 1 && i <= 5 ? '---:' : '---'))].map(row).join('\n');

/** `met`: whether peak, what is left and the time beside others are as asked for. */
export function lineOf(format: FormatRow, measured: Measured | string): { line: string; met: boolean } {
	if (typeof measured === 'string') return { line: row([format.shown, '', '', '', '', '', '', measured]), met: true };
	const { large, small, ms, peers, fileBytes } = measured;
	const file = `${mbText(fileBytes)} MB`;
	const fault = [large, small].find(each => 'failed' in each);
	if ('failed' in large || 'failed' in small || fault) {
		const reason = fault && 'failed' in fault ? fault.failed : '';
		return { line: row([format.shown, file, '', '', '', '', '**failed**', reason]), met: false };
	}
	const [asked, met] = judged(format, large, peers);
	const child = large.childRssBytes > 0 ? ` + child ${mbText(large.childRssBytes)}` : '';
	const left = format.closes ? `; ${mbText(leftOf(large))} when closed` : '';
	const peaks = `${mbText(over(large))} MB (${mbText(over(small))})${child}${left}`;
	const young = `${mbText(Math.max(large.youngBytes, 0))} MB`;
	const others = peers.map(each => peerText(each, large)).join('; ');
	const verdict = met ? 'met' : '**missed**';
	return { line: row([format.shown, file, timeText(ms), peaks, young, asked, verdict, others]), met };
}

function judged(
	{ limitMb, closes }: FormatRow,
	large: Reading,
	peers: readonly MeasuredPeer[],
): [asked: string, met: boolean] {
	const asked = [`≤ ${limitMb} MB`];
	let met = over(large) <= limitMb * MB;
	if (closes) {
		asked.push(`≤ ${LEFT_MB} MB when closed`);
		met &&= leftOf(large) <= LEFT_MB * MB;
	}
	for (const { peer, ratio } of peers) {
		if (peer.atMostTimes === undefined) continue;
		asked.push(`≤ ${peer.atMostTimes}× ${peer.name}`);
		met &&= 1 / ratio <= peer.atMostTimes;
	}
	return [asked.join(', '), met];
}

function peerText({ peer, result, ratio }: MeasuredPeer, ours: Reading): string {
	const { name, tolerance = SAME } = peer;
	if ('failed' in result) {
		const peak = result.peakRssBytes === undefined ? '' : `, at ${mbText(result.peakRssBytes)} MB`;
		return `${name}: fails, “${result.failed.replaceAll('|', '\\|')}”${peak}`;
	}
	const slower = ratio < 1 ? ' (**faster**)' : '';
	const same =
		result.check.length === ours.check.length && result.check.every((each, i) => near(each, ours.check[i], tolerance));
	const other = same ? '' : `, **another result**: ${result.check.join(' ')}, not ${ours.check.join(' ')}`;
	const count =
		result.items === undefined || result.items === ours.items ? '' : `, ${result.items} items, not ${ours.items}`;
	return `${name} ${ratio.toFixed(ratio < 10 ? 1 : 0)}×${slower}, ${mbText(over(result))} MB${other}${count}`;
}

const near = (one: number, other: number | undefined, tolerance: number): boolean =>
	other !== undefined && Math.abs(one - other) <= tolerance * Math.max(Math.abs(one), Math.abs(other));

const over = ({ peakRssBytes, idleRssBytes }: Reading): number => peakRssBytes - idleRssBytes;
const leftOf = ({ closedRssBytes, idleRssBytes }: Reading): number => Math.max(closedRssBytes - idleRssBytes, 0);
const timeText = (ms: number): string => (ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`);

function mbText(bytes: number): string {
	const mb = bytes / MB;
	return mb.toFixed(mb < 100 ? 1 : 0);
}

function row(cells: readonly string[]): string {
	return `| ${cells.join(' | ')} |`;
}
