import type uPlot from 'uplot';
import type { RssPartKind } from '../../src/analysis/rssParts.ts';
import type { RssPartsSeries } from '../../src/analysis/rssPartsSeries.ts';
import { hatch } from '../chart/hatch.ts';
import type { Panel } from '../context.ts';
import type { Theme } from '../theme.ts';
import { PART_ORDER, PART_STYLES, partFill } from './partStyle.ts';
import { partsSeries } from './shownParts.ts';

/** What the stacked chart of the whole run draws. */
export function partsStack(panel: Panel): { kinds: RssPartKind[]; columns: uPlot.AlignedData } {
	const series = partsSeries(panel);
	if (!series) return { kinds: [], columns: [[]] };
	const kinds = stackOf(series);
	return { kinds, columns: [[...series.t], ...stackedColumns(series, kinds)] };
}

/** Up to so many rows the areas follow each sample; splitting longer runs takes longer, and they are split less often. */
const FOLLOWED_ROWS = 2_000;
/** Time between two splits, ms for each row: then splitting takes about a tenth of the time. */
const WAIT_MS = 0.2;

/** Changes when the stack is to be split anew. */
export function partsVersion({ store, view }: Panel): string {
	const rows = store.model?.series.data.t.length ?? 0;
	const ended = store.liveModel?.state?.state === 'ended';
	if (rows <= FOLLOWED_ROWS || ended || view.paused.value) return store.version('sample');
	return `${store.version()} ${Math.floor(store.now / (rows * WAIT_MS))}`;
}

/** The slices of the chart from its foot up: those that were told apart at least once. A slice of several kinds stands where native does. */
export const stackOf = ({ columns, mixed }: RssPartsSeries): RssPartKind[] =>
	PART_ORDER.filter(kind => columns[kind] !== undefined || (kind === 'native' && mixed !== undefined));

/** Each column is the sum of its slice and those below it; the last of them is RSS. After them what is managed. */
export function stackedColumns(series: RssPartsSeries, stack: readonly RssPartKind[]): (number | null)[][] {
	const { t, rssBytes, columns, mixed, managedBytes } = series;
	const below = new Array<number>(t.length).fill(0);
	const sums = stack.map(kind => {
		const own = columns[kind];
		return below.map((sum, i): number | null => {
			if (typeof rssBytes[i] !== 'number') return null;
			const next = sum + (own?.[i] ?? 0) + (kind === 'native' ? (mixed?.[i] ?? 0) : 0);
			below[i] = next;
			return next;
		});
	});
	return [...sums, managedBytes];
}

/** Series and the areas between them; the order is that of {@link stackedColumns}. */
export function stackedSeries(
	stack: readonly RssPartKind[],
	theme: () => Theme,
): { series: uPlot.Series[]; bands: uPlot.Band[] } {
	const fillOf = (kind: RssPartKind) => (plot: uPlot) => partFill(plot.ctx, theme(), PART_STYLES[kind]);
	const common = { points: { show: false }, spanGaps: true } as const;
	return {
		series: [
			...stack.map((kind, i) => ({
				...common,
				label: kind,
				stroke: () => theme()[PART_STYLES[kind].hue],
				width: i === stack.length - 1 ? 2 : 1,
				// The lowest reaches down to zero; each other one is a band down to the one below it.
				...(i === 0 && { fill: fillOf(kind) }),
			})),
			// Over the areas: it lies inside them.
			{
				...common,
				label: 'managed',
				stroke: () => theme().foreground,
				width: 1,
				dash: [2, 3],
				fill: plot => hatch(plot.ctx, theme().foreground),
			},
		],
		bands: stack.slice(1).map((kind, i) => ({ series: [i + 2, i + 1], fill: fillOf(kind) })),
	};
}
