import { brushed } from '../../src/analysis/brush.ts';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import type { SpanEntry } from '../../src/protocol/entries.ts';
import type { Panel } from '../context.ts';

/** Selects a part of the time line; what is live at one moment has no part, so the figures become those of the part. */
export function select({ view }: Panel, window: TimeWindow | undefined): void {
	view.brush.value = window;
	view.peakShown.value = false;
	if (!window) view.measure.value = 'live';
	else if (view.measure.peek() === 'live') view.measure.value = 'allocated';
}

/** The time of one call of a region. */
export function selectSpan(panel: Panel, { t, end }: SpanEntry): void {
	select(panel, brushed(t, end ?? panel.store.now, panel.store.now));
}

export function zoomToSelection({ view }: Panel): void {
	const window = view.brush.peek();
	if (!window) return;
	view.zoom.value = window;
	view.follow.value = false;
}
