import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { brushed } from '../../src/analysis/brush.ts';
import { scaled, visibleWindow, zoomedTo } from '../../src/analysis/timeWindow.ts';
import type { SeriesData } from '../../src/protocol/snapshot.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { type Panel, usePanel } from '../context.ts';
import { partsStack, stackedSeries } from '../parts/partsChart.ts';
import { useWidth } from '../useSize.ts';
import { CHART_HEIGHT, type ChartSource, chartOptions, lineSeries } from './chartOptions.ts';
import { select, zoomToSelection } from './selectTime.ts';
import { SERIES } from './seriesStyle.ts';

/** What the time axis shows now. */
export const shownWindow = ({ store, view }: Panel) => visibleWindow(view.zoom.value, view.follow.value, store.now);

export function MemoryChart(): JSX.Element {
	const panel = usePanel();
	const { store, view, cursor } = panel;
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
	const version = store.version('sample');
	// The version stands for what was measured; splitting the whole run takes its time.
	const stack = useMemo(() => (asParts ? partsStack(panel) : undefined), [asParts, version, panel]);
	const kinds = stack?.kinds.join(' ');

	// The plot is made once for the series that it has; it reads what it draws through `source`.
	useEffect(() => {
		if (!host.current) return;
		const source = chartSource(panel, peakButton);
		const shown = (column: string) => !view.hiddenSeries.peek().some(name => name === column);
		const drawn = stack ? stackedSeries(stack.kinds, source.theme) : lineSeries(source.theme, shown);
		const made = new uPlot(
			chartOptions(host.current.clientWidth, drawn, source),
			stack?.columns ?? columns(store.model?.series.data),
			host.current,
		);
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
	useEffect(() => {
		plot.current?.setData(stack?.columns ?? columns(store.model?.series.data));
	}, [revision, window.min, window.max, theme, store, stack, view.process.value]);

	const onKeyDown = (event: KeyboardEvent) => {
		const now = store.now;
		const count = store.model?.series.data.t.length ?? 0;
		const at = cursor.value ?? count - 1;
		const moves: Record<string, () => void> = {
			ArrowLeft: () => step(Math.max(0, at - 1)),
			ArrowRight: () => step(Math.min(count - 1, at + 1)),
			'+': () => zoom(0.5),
			'-': () => zoom(2),
			Escape: () => {
				if (view.brush.peek()) return select(panel, undefined);
				view.zoom.value = undefined;
				view.follow.value = false;
			},
		};
		const step = (to: number) => {
			const { t } = store.model?.series.data ?? { t: [] };
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
		const point = (index: number) => {
			const t = store.model?.series.data.t[index];
			if (t !== undefined && plot.current) plot.current.setCursor({ left: plot.current.valToPos(t, 'x'), top: 10 });
		};
		const move = moves[event.key];
		if (!move) return;
		event.preventDefault();
		move();
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
				}}
			/>
		</div>
	);
}

function chartSource(panel: Panel, peakButton: RefObject<HTMLButtonElement | null>): ChartSource {
	const { store, view, cursor } = panel;
	return {
		theme: () => panel.theme.peek(),
		window: () => visibleWindow(view.zoom.peek(), view.follow.peek(), store.now),
		peak: () => store.model?.peakRss,
		rssShown: () => view.chart.peek() === 'parts' || !view.hiddenSeries.peek().includes('rssBytes'),
		onCursor: index => {
			cursor.value = index;
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

const columns = (data: SeriesData | undefined): uPlot.AlignedData =>
	data ? [data.t, ...SERIES.map(({ column }) => data[column])] : [[], ...SERIES.map(() => [])];

function summary({ store }: Panel): string {
	const model = store.model;
	if (!model) return 'Memory over time: nothing measured yet.';
	const peak = model.peakRss;
	const highest = peak ? ` RSS is highest at ${formatMs(peak.t)} with ${formatBytes(peak.bytes)}.` : '';
	return `Memory over ${formatMs(store.now)}.${highest} Arrow keys move the cursor, with Shift they select a time, plus and minus zoom, Escape shows the whole run.`;
}
