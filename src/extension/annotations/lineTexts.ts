import type { LineFigure } from '../../analysis/attributionLines.ts';
import type { Selection } from '../../protocol/panel.ts';
import { visibleText } from '../../protocol/text.ts';
import { formatBytes, formatMs, formatPercent } from '../../protocol/units.ts';

/** How much of all a line holds, coldest first; an icon of its own for each. */
export const HEAT_SHARES = [0.005, 0.03, 0.1, 0.25] as const;
/** Lines below both are left bare: most lines hold something. */
const LEAST_SHARE = HEAT_SHARES[0];
const LEAST_BYTES = 64 * 1024;
/** Of one file: a page full of figures says nothing. */
const MOST_LINES = 200;

export interface LineText {
	/** As the run saw it, 1-based. */
	line: number;
	/** Index into {@link HEAT_SHARES}. */
	heat: number;
	/** After the line: `ƒ heap 12.0 MB · outside 85.0 MB · 24 %`. */
	text: string;
	/** What the figures are, a sentence each. */
	meaning: string[];
}

/** What to show beside the lines of each file. */
export function lineTexts(figures: readonly LineFigure[], selection: Selection): Map<string, LineText[]> {
	const files = new Map<string, LineText[]>();
	for (const figure of figures) {
		const { file, line, heapBytes, offHeapBytes, share } = figure;
		if (share < LEAST_SHARE || heapBytes + offHeapBytes < LEAST_BYTES) continue;
		const lines = files.get(file) ?? [];
		if (lines.length === MOST_LINES) continue;
		lines.push({ line, heat: heatOf(share), text: textOf(figure), meaning: meaningOf(figure, selection) });
		files.set(file, lines);
	}
	return files;
}

const heatOf = (share: number): number => HEAT_SHARES.findLastIndex(least => share >= least);

function textOf({ heapBytes, offHeapBytes, share }: LineFigure): string {
	return [
		...(heapBytes > 0 ? [`ƒ heap ${formatBytes(heapBytes)}`] : []),
		...(offHeapBytes > 0 ? [`outside ${formatBytes(offHeapBytes)}`] : []),
		formatPercent(share),
	].join(' · ');
}

function meaningOf({ heapBytes, offHeapBytes, share, functionName }: LineFigure, { window }: Selection): string[] {
	const what = window
		? `allocated from ${formatMs(window.min)} to ${formatMs(window.max)}`
		: 'live when memory was highest';
	const name = visibleText(functionName, 60);
	return [
		...(heapBytes > 0
			? [
					`${formatBytes(heapBytes)} on the heap, ${what}, by the whole function ${name}: V8 tells functions, not lines.`,
				]
			: []),
		...(offHeapBytes > 0
			? [`${formatBytes(offHeapBytes)} of Buffers and array buffers, ${what}, by the calls on this line.`]
			: []),
		`${formatPercent(share)} of all that was found. Estimated from samples.`,
	];
}
