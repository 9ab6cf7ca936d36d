import type uPlot from 'uplot';
import { axisBytes, axisTime, axisTop, BYTE_STEPS, TIME_STEPS } from '../../src/analysis/axisText.ts';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import type { Peak } from '../../src/protocol/snapshot.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import type { Theme } from '../theme.ts';
import { SERIES } from './seriesStyle.ts';

/** Width of the value axis and of the room at the right: the lanes below use the same, so that times line up. */
export const GUTTER_LEFT = 72;
export const GUTTER_RIGHT = 16;
export const CHART_HEIGHT = 220;

export interface ChartSource {
	theme(): Theme;
	window(): TimeWindow;
	peak(): Peak | undefined;
	rssShown(): boolean;
	onCursor(index: number | undefined): void;
	/** A drag from one time to another; with Shift held it is to zoom. */
	onSelect(from: number, to: number, zooms: boolean): void;
	onClick(t: number): void;
	onDoubleClick(t: number): void;
	/** Where the mark of the highest RSS was drawn, in CSS pixels of the chart; `undefined` when it is not in sight. */
	onPeak(at: { left: number; top: number } | undefined): void;
}

/** What is drawn over the time axis. */
export interface Drawn {
	series: uPlot.Series[];
	bands?: uPlot.Band[];
}

export const lineWidth = (label: uPlot.Series['label']): number => (label === SERIES[0]?.label ? 2 : 1.5);

export const lineSeries = (theme: () => Theme, shown: (column: string) => boolean): Drawn => ({
	series: SERIES.map(({ column, label, hue, dash }) => ({
		label,
		show: shown(column),
		stroke: () => theme()[hue],
		width: lineWidth(label),
		...(dash && { dash }),
		points: { show: false },
		spanGaps: true,
	})),
});

export function chartOptions(width: number, { series, bands }: Drawn, source: ChartSource): uPlot.Options {
	const { theme } = source;
	let zooms = false;
	const axis = {
		stroke: () => theme().muted,
		font: `11px ${theme().font}`,
		grid: { stroke: () => theme().grid, width: 1 },
		ticks: { stroke: () => theme().grid, width: 1, size: 4 },
	};
	return {
		width,
		height: CHART_HEIGHT,
		padding: [10, GUTTER_RIGHT, 0, 0],
		legend: { show: false },
		cursor: {
			drag: { x: true, y: false, setScale: false },
			points: { size: 6 },
			bind: {
				mousedown: (_plot, _over, handle) => event => {
					zooms = event.shiftKey;
					return handle(event);
				},
				dblclick: plot => event => {
					source.onDoubleClick(plot.posToVal(event.offsetX, 'x'));
					return null;
				},
			},
		},
		select: { show: true, left: 0, top: 0, width: 0, height: 0 },
		scales: {
			x: {
				time: false,
				range: () => {
					const { min, max } = source.window();
					return [min, max];
				},
			},
			y: { range: (_plot, _min, max) => [0, axisTop(max)] },
		},
		axes: [
			{
				...axis,
				size: 26,
				gap: 4,
				space: 70,
				incrs: [...TIME_STEPS],
				values: (_plot, splits, _axis, _space, step) => splits.map(t => axisTime(t, step)),
			},
			{
				...axis,
				size: GUTTER_LEFT,
				gap: 6,
				space: 30,
				incrs: [...BYTE_STEPS],
				values: (_plot, splits) => splits.map(axisBytes),
			},
		],
		series: [{}, ...series],
		...(bands && { bands }),
		hooks: {
			// After a drag none comes: the chart keeps it to itself.
			ready: [
				plot => plot.over.addEventListener('click', ({ offsetX }) => source.onClick(plot.posToVal(offsetX, 'x'))),
			],
			setCursor: [plot => source.onCursor(plot.cursor.idx ?? undefined)],
			setSelect: [
				plot => {
					const { left, width: dragged } = plot.select;
					if (dragged <= 0) return;
					source.onSelect(plot.posToVal(left, 'x'), plot.posToVal(left + dragged, 'x'), zooms);
					plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
				},
			],
			draw: [plot => drawPeak(plot, source)],
		},
	};
}

/** A dot at the highest RSS with its figure beside it. */
function drawPeak(plot: uPlot, source: ChartSource): void {
	const peak = source.peak();
	const { min, max } = source.window();
	if (!peak || !source.rssShown() || peak.t < min || peak.t > max) {
		source.onPeak(undefined);
		return;
	}
	source.onPeak({
		left: plot.over.offsetLeft + plot.valToPos(peak.t, 'x'),
		top: plot.over.offsetTop + plot.valToPos(peak.bytes, 'y'),
	});
	const { ctx } = plot;
	const theme = source.theme();
	const x = plot.valToPos(peak.t, 'x', true);
	const y = plot.valToPos(peak.bytes, 'y', true);
	const scale = window.devicePixelRatio;
	const text = `peak ${formatBytes(peak.bytes)} at ${formatMs(peak.t)}`;
	ctx.save();
	// The axes and series drawn before leave their own settings behind.
	ctx.setLineDash([]);
	ctx.textAlign = 'left';
	ctx.fillStyle = theme.blue;
	ctx.strokeStyle = theme.background;
	ctx.lineWidth = 1.5 * scale;
	ctx.beginPath();
	ctx.arc(x, y, 4 * scale, 0, 2 * Math.PI);
	ctx.fill();
	ctx.stroke();
	ctx.font = `${11 * scale}px ${theme.font}`;
	ctx.textBaseline = 'bottom';
	const width = ctx.measureText(text).width;
	const left = Math.min(Math.max(x - width / 2, plot.bbox.left + 4 * scale), plot.bbox.left + plot.bbox.width - width);
	ctx.fillStyle = theme.foreground;
	ctx.fillText(text, left, y - 6 * scale);
	ctx.restore();
}
