import type { JSX, RefObject } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { brushed } from '../../src/analysis/brush.ts';
import { type DrawnPoints, pixelPoints, pixelRows } from '../../src/analysis/pixelColumns.ts';
import { panned, scaled, visibleWindow, zoomedTo } from '../../src/analysis/timeWindow.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { type Panel, usePanel } from '../context.ts';
import { partsStack, partsVersion, stackedSeries } from '../parts/partsChart.ts';
import { useWidth } from '../useSize.ts';
import {
	CHART_HEIGHT,
	type ChartSource,
	chartOptions,
	GUTTER_LEFT,
	GUTTER_RIGHT,
	lineSeries,
	lineWidth,
} from './chartOptions.ts';
import { select, zoomToSelection } from './selectTime.ts';
import { SERIES } from './seriesStyle.ts';

/** What the time axis shows now. */
export const shownWindow = ({ store, view }: Panel) => visibleWindow(view.zoom.value, view.follow.value, store.now);

export function MemoryChart(): JSX.Element {
	const panel = usePanel();
	const { store, view } = panel;
	const host = useRef<HTMLDivElement>(null);
	const peakButton = useRef<HTMLButtonElement>(null);
	/** Where a selection by keyboard began. */
	const anchor = useRef<number | undefined>(undefined);
	const plot = useRef<uPlot | undefined>(undefined);
	const width = useWidth(host);
	const hidden = view.hiddenSeries.value;
	const window = shownWindow(panel);
	const theme = panel.theme.value;
	const revision = store.revision.value;

	const asParts = view.chart.value === 'parts';
	const version = partsVersion(panel);
	// The version stands for what was measured; splitting the whole run takes its time.
	const stack = useMemo(() => (asParts ? partsStack(panel) : undefined), [asParts, version, panel]);
	const kinds = stack?.kinds.join(' ');
	/** What is drawn now: of each pixel no more than can be seen. */
	const drawn = useRef<DrawnPoints>(NOTHING);
	const points = (): uPlot.AlignedData => {
		const { data } = store.model?.series ?? {};
		const pixels = Math.max(1, (width || host.current?.clientWidth || 1) - GUTTER_LEFT - GUTTER_RIGHT);
		const [t = [], ...columns] = (stack?.columns ?? []) as (number | null)[][];
		if (stack) drawn.current = pixelRows(t as number[], columns, stack.kinds.length - 1, window, pixels);
		else drawn.current = data ? pixelPoints(data, LINES, window, pixels) : NOTHING;
		return [drawn.current.t, ...drawn.current.columns];
	};

	// The plot is made once for the series that it has, before it is given data of others; it reads what it draws through `source`.
	useLayoutEffect(() => {
		if (!host.current) return;
		const source = chartSource(panel, peakButton, point => drawn.current.rows[point]);
		const shown = (column: string) => !view.hiddenSeries.peek().some(name => name === column);
		const series = stack ? stackedSeries(stack.kinds, source.theme) : lineSeries(source.theme, shown);
		const made = new uPlot(chartOptions(host.current.clientWidth, series, source), points(), host.current);
		plot.current = made;
		return () => made.destroy();
	}, [panel, store, view, kinds]);
	useLayoutEffect(() => {
		if (width > 0) plot.current?.setSize({ width, height: CHART_HEIGHT });
	}, [width]);
	useLayoutEffect(() => {
		if (kinds !== undefined) return;
		SERIES.forEach(({ column }, i) => {
			const show = !hidden.includes(column);
			if (plot.current && plot.current.series[i + 1]?.show !== show) plot.current.setSeries(i + 1, { show });
		});
	}, [hidden, kinds]);
	// Before the browser paints: the lanes below draw the same time in the same frame.
	useLayoutEffect(() => {
		const made = plot.current;
		if (!made) return;
		const data = points();
		// Where each pixel goes up and down, a hairline shows the same band in a quarter of the time.
		const isDense = data[0].length > made.over.clientWidth / 2;
		if (!stack) for (const series of made.series.slice(1)) series.width = isDense ? HAIRLINE : lineWidth(series.label);
		made.setData(data);
	}, [revision, window.min, window.max, width, theme, store, stack, view.process.value]);

	const onKeyDown = (event: KeyboardEvent) => {
		const now = store.now;
		const { t } = drawn.current;
		const at = plot.current?.cursor.idx ?? t.length - 1;
		const moves: Record<string, () => void> = {
			ArrowLeft: () => step(Math.max(0, at - 1)),
			ArrowRight: () => step(Math.min(t.length - 1, at + 1)),
			PageUp: () => move(-0.5),
			PageDown: () => move(0.5),
			'+': () => zoom(0.5),
			'-': () => zoom(2),
			Escape: () => {
				if (view.brush.peek()) return select(panel, undefined);
				view.zoom.value = undefined;
				view.follow.value = false;
			},
		};
		const step = (to: number) => {
			if (event.shiftKey) {
				anchor.current ??= t[at] ?? now;
				select(panel, brushed(anchor.current, t[to] ?? now, now));
			} else anchor.current = undefined;
			point(to);
		};
		const zoom = (factor: number) => {
			view.zoom.value = scaled(window, factor, now);
			view.follow.value = false;
		};
		const move = (share: number) => {
			if (!view.zoom.peek() && !view.follow.peek()) return;
			view.zoom.value = panned(window, share * (window.max - window.min), now);
			view.follow.value = false;
		};
		const point = (index: number) => {
			const time = t[index];
			if (time === undefined || !plot.current) return;
			// Points in the same pixel have the same place, and the pointer would stay where it is.
			plot.current.setCursor({ left: plot.current.valToPos(time, 'x'), top: 10 });
		};
		const action = moves[event.key];
		if (!action) return;
		event.preventDefault();
		action();
	};
	return (
		<div class="memory-chart">
			<div
				ref={host}
				role="img"
				// biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor over the samples.
				tabIndex={0}
				aria-label={summary(panel)}
				onKeyDown={onKeyDown}
			/>
			<button
				type="button"
				ref={peakButton}
				class="peak-button"
				hidden
				title="Show what held the memory at the highest RSS"
				aria-label="Show what held the memory at the highest RSS"
				onClick={() => {
					view.tab.value = 'allocations';
					view.peakShown.value = true;
					requestAnimationFrame(bringTabsToTheEye);
				}}
			/>
		</div>
	);
}

const LINES = SERIES.map(({ column }) => column);
const HAIRLINE = 1 / globalThis.devicePixelRatio;
const NOTHING: DrawnPoints = { t: [], columns: LINES.map(() => []), rows: [] };

/** In a low window they lie below what is seen, and a press would seem to do nothing. */
function bringTabsToTheEye(): void {
	const tabs = document.querySelector('.tabs');
	if (tabs && tabs.getBoundingClientRect().top > 0.6 * document.documentElement.clientHeight)
		tabs.scrollIntoView({ block: 'start' });
}

/** @param rowOf The row of the series that a drawn point stands for. */
function chartSource(
	panel: Panel,
	peakButton: RefObject<HTMLButtonElement | null>,
	rowOf: (point: number) => number | undefined,
): ChartSource {
	const { store, view, cursor } = panel;
	return {
		theme: () => panel.theme.peek(),
		window: () => visibleWindow(view.zoom.peek(), view.follow.peek(), store.now),
		peak: () => store.model?.peakRss,
		rssShown: () => view.chart.peek() === 'parts' || !view.hiddenSeries.peek().includes('rssBytes'),
		onCursor: index => {
			cursor.value = index === undefined ? undefined : rowOf(index);
		},
		onSelect: (from, to, zooms) => {
			if (!zooms) return select(panel, brushed(from, to, store.now));
			const zoom = zoomedTo(from, to, store.now);
			if (!zoom) return;
			view.zoom.value = zoom;
			view.follow.value = false;
		},
		onClick: t => {
			const brush = view.brush.peek();
			if (brush && (t < brush.min || t > brush.max)) select(panel, undefined);
		},
		onDoubleClick: t => {
			const brush = view.brush.peek();
			if (brush && t >= brush.min && t <= brush.max) return zoomToSelection(panel);
			view.zoom.value = undefined;
			view.follow.value = false;
		},
		onPeak: at => {
			const button = peakButton.current;
			if (!button) return;
			button.hidden = at === undefined || store.model?.autopsy === undefined;
			if (at) Object.assign(button.style, { left: `${at.left}px`, top: `${at.top}px` });
		},
	};
}

function summary({ store }: Panel): string {
	const model = store.model;
	if (!model) return 'Memory over time: nothing measured yet.';
	const peak = model.peakRss;
	const highest = peak ? ` RSS is highest at ${formatMs(peak.t)} with ${formatBytes(peak.bytes)}.` : '';
	return `Memory over ${formatMs(store.now)}.${highest} Arrow keys move the cursor, with Shift they select a time, plus and minus zoom, Page Up and Page Down move the window, Escape shows the whole run.`;
}
