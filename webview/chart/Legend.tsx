import type { JSX } from 'preact';
import type { SeriesColumn } from '../../src/analysis/seriesStore.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { type MeasuredColumn, SERIES, type SeriesStyle } from './seriesStyle.ts';

/** Switches series on and off; shows the values at the cursor, or the latest when the pointer is elsewhere. */
export function Legend(): JSX.Element {
	const { store, view, cursor } = usePanel();
	store.revision.value;
	const data = store.model?.series.data;
	const count = data?.t.length ?? 0;
	const at = cursor.value !== undefined && cursor.value < count ? cursor.value : undefined;
	const hidden = view.hiddenSeries.value;
	const toggle = (column: SeriesColumn) => {
		view.hiddenSeries.value = hidden.includes(column) ? hidden.filter(name => name !== column) : [...hidden, column];
	};
	const figureOf = (column: MeasuredColumn) =>
		at === undefined ? store.model?.latest?.[column] : (data?.[column][at] ?? undefined);
	const time = at === undefined ? undefined : data?.t[at];
	return (
		<fieldset class="legend" aria-label="Series">
			{SERIES.map(series => (
				<button
					key={series.column}
					type="button"
					class="legend-item"
					aria-pressed={!hidden.includes(series.column)}
					title={series.meaning}
					onClick={() => toggle(series.column)}
				>
					<Swatch series={series} />
					<span class="legend-label">{series.label}</span>
					<span class="legend-value">{formatBytes(figureOf(series.column))}</span>
				</button>
			))}
			<span class="legend-time">{time === undefined ? '' : `at ${formatMs(time)}`}</span>
		</fieldset>
	);
}

function Swatch({ series: { hue, dash } }: { series: SeriesStyle }): JSX.Element {
	return (
		<svg class={`swatch hue-${hue}`} width="18" height="8" aria-hidden="true">
			<line x1="0" y1="4" x2="18" y2="4" stroke-width="2.5" stroke-dasharray={dash?.join(' ')} />
		</svg>
	);
}
