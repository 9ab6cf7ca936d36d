import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { firstEndingFrom, type PlacedSpan, spanLanes, spanRows } from '../../src/analysis/spanLanes.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatCount, formatDelta, formatMs } from '../../src/protocol/units.ts';
import { fitText } from '../canvasText.ts';
import { type Panel, usePanel } from '../context.ts';
import type { HueName, Theme } from '../theme.ts';
import { Lane, type LaneGeometry } from './Lane.tsx';
import { selectSpan } from './selectTime.ts';

const ROW = 18;
const MAX_ROWS = 8;
const NARROW = 6;
const HUES: readonly HueName[] = ['blue', 'purple', 'green', 'orange', 'yellow', 'red'];

export function RegionLane(): JSX.Element | null {
	const panel = usePanel();
	const { store } = panel;
	store.revision.value;
	const version = store.version('span');
	// Only open calls grow with the clock, and those are drawn up to `now` below.
	// The version stands for what the spans are.
	const lanes = useMemo(() => {
		const made = spanLanes(store.model?.spans.values() ?? [], Number.POSITIVE_INFINITY, MAX_ROWS);
		return { ...made, byRow: spanRows(made) };
	}, [version]);
	const now = store.now;
	if (lanes.placed.length === 0) return null;
	const rows = Math.min(lanes.rows, MAX_ROWS);
	const end = (item: PlacedSpan) => Math.min(item.end, now);
	return (
		<>
			<Lane
				label="Regions"
				summary={`${formatCount(lanes.placed.length)} calls of regions; the Regions tab lists them.`}
				height={rows * ROW}
				items={lanes.placed}
				start={item => item.span.t}
				top={item => item.row * ROW}
				draw={(ctx, geometry, theme, focused) => draw(ctx, geometry, theme, lanes.byRow, end, nameOf, focused)}
				itemAt={(t, y, slack) => spanAt(lanes.byRow[Math.floor(y / ROW)] ?? [], t, slack)}
				describe={item => describe(item, end(item))}
				onPick={item => {
					panel.pickedRegion.value = item.span.region;
					selectSpan(panel, item.span);
				}}
			/>
			{lanes.hidden > 0 && (
				<div class="lane-note">{formatCount(lanes.hidden)} more calls ran at the same time and are not drawn.</div>
			)}
		</>
	);

	function nameOf(region: number): string {
		return regionName(panel, region);
	}
	function describe({ span }: PlacedSpan, until: number): { title: string; lines: string[] } {
		const lines = [`${formatMs(until - span.t)}${span.end === undefined ? ' so far' : ''}, from ${formatMs(span.t)}`];
		if (span.delta) {
			lines.push(
				`RSS ${formatDelta(span.delta.rssBytes)}, heap ${formatDelta(span.delta.heapUsedBytes)}, external ${formatDelta(span.delta.externalBytes)}`,
			);
		} else if (span.end !== undefined) {
			lines.push('Only timed: its memory was not read.');
		}
		if (span.failed) lines.push('It threw.');
		lines.push('Click selects its time.');
		return { title: nameOf(span.region), lines };
	}
}

export const regionName = ({ store }: Panel, region: number): string =>
	visibleText(store.model?.regions.get(region)?.definition.name ?? '') || '(no name)';

function draw(
	ctx: CanvasRenderingContext2D,
	{ width, window, x }: LaneGeometry,
	theme: Theme,
	rows: readonly (readonly PlacedSpan[])[],
	end: (item: PlacedSpan) => number,
	nameOf: (region: number) => string,
	focused: PlacedSpan | undefined,
): void {
	ctx.font = `11px ${theme.font}`;
	ctx.textBaseline = 'middle';
	for (const row of rows) {
		// Thousands of short calls share a pixel: each pixel of a row is painted once.
		let paintedTo = -1;
		for (let i = firstEndingFrom(row, window.min); i < row.length; i++) {
			const item = row[i];
			if (!item || item.span.t > window.max) break;
			const left = Math.max(x(item.span.t), -2);
			const right = Math.min(Math.max(x(end(item)), left + 1.5), width + 2);
			if (right < 0 || (right <= paintedTo && item !== focused)) continue;
			drawSpan(ctx, theme, item, { left, right, from: Math.max(left, paintedTo) }, nameOf, item === focused);
			paintedTo = right;
		}
	}
}

/** @param place Pixels; `from` is where what was painted before ends. */
function drawSpan(
	ctx: CanvasRenderingContext2D,
	theme: Theme,
	{ span, row }: PlacedSpan,
	{ left, right, from }: { left: number; right: number; from: number },
	nameOf: (region: number) => string,
	focused: boolean,
): void {
	const top = row * ROW + 1;
	const wide = right - left;
	ctx.fillStyle = theme[HUES[span.region % HUES.length] ?? 'blue'];
	ctx.globalAlpha = wide < NARROW ? 0.6 : 0.35;
	ctx.fillRect(from, top, right - from, ROW - 2);
	ctx.globalAlpha = 1;
	// An edge marks the start; among thousands of short calls edges would be all there is to see.
	if (wide >= NARROW) ctx.fillRect(left, top, 2, ROW - 2);
	if ((theme.contrastBorder && wide >= NARROW) || focused) {
		ctx.strokeStyle = focused ? theme.focus : (theme.contrastBorder ?? theme.focus);
		ctx.lineWidth = focused ? 2 : 1;
		ctx.strokeRect(left + 0.5, top + 0.5, wide - 1, ROW - 3);
	}
	if (wide < 24) return;
	ctx.fillStyle = theme.foreground;
	const textFrom = Math.max(left, 0) + 6;
	ctx.fillText(fitText(ctx, nameOf(span.region), right - textFrom - 4), textFrom, top + (ROW - 2) / 2);
}

function spanAt(row: readonly PlacedSpan[], t: number, slack: number): PlacedSpan | undefined {
	let found: PlacedSpan | undefined;
	for (let i = firstEndingFrom(row, t - slack); i < row.length; i++) {
		const item = row[i];
		if (!item || item.span.t > t + slack) break;
		found = item;
	}
	return found;
}
