import { partsAt, workerSeries } from '../../src/analysis/partsAt.ts';
import type { RssParts } from '../../src/analysis/rssParts.ts';
import { type RssPartsSeries, rssPartsSeries } from '../../src/analysis/rssPartsSeries.ts';
import type { Panel } from '../context.ts';

/** The parts of RSS under the cursor of the chart, or the newest; `undefined` where the process has no RSS of its own. */
export function shownParts({ store, view, cursor }: Panel): (RssParts & { t: number }) | undefined {
	const { model, root } = store;
	if (!model || !root) return undefined;
	const { data } = model.series;
	const at = cursor.value !== undefined && cursor.value < data.t.length ? cursor.value : data.t.length - 1;
	return partsAt(data, at, workerSeries(root, view.process.value));
}

/** The same over the whole run. */
export function partsSeries({ store, view }: Panel): RssPartsSeries | undefined {
	const { model, root } = store;
	if (!model || !root) return undefined;
	return rssPartsSeries(model.series.data, workerSeries(root, view.process.peek()));
}
