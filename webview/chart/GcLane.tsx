import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { pauseShare } from '../../src/analysis/axisText.ts';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import type { GcEntry, GcKind } from '../../src/protocol/entries.ts';
import { formatBytes, formatCount, formatDelta, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import type { Theme } from '../theme.ts';
import { hatch } from './hatch.ts';
import { Lane, type LaneGeometry } from './Lane.tsx';

const HEIGHT = 26;
const NAMES: Record<GcKind, string> = {
	scavenge: 'Scavenge (young objects)',
	minorMarkSweep: 'Minor mark-sweep (young objects)',
	markCompact: 'Mark-compact (whole heap)',
	incrementalMarking: 'Incremental marking',
	weakCallbacks: 'Weak callbacks',
	other: 'Collection',
};
const FORCED = { profile: 'Forced by us, to read an allocation profile', command: 'Asked for by a command' };

export function GcLane(): JSX.Element {
	const { store } = usePanel();
	store.revision.value;
	const version = store.version('gc');
	// The version stands for what the list holds.
	const gcs = useMemo(() => [...(store.model?.gcs ?? [])].sort((a, b) => a.t - b.t), [version]);
	const totals = store.model?.gcTotals;
	return (
		<Lane
			label="GC"
			summary={`Garbage collections: ${formatCount(totals?.count)}, of the whole heap ${formatCount(totals?.majorCount)}, paused for ${formatMs(totals?.pauseMs)} in all.`}
			height={HEIGHT}
			items={gcs}
			start={gc => gc.t}
			top={() => 0}
			draw={(ctx, geometry, theme, focused) => draw(ctx, geometry, theme, gcs, focused)}
			itemAt={(t, _y, slack) => longestNear(gcs, t, slack)}
			describe={describe}
		/>
	);
}

function draw(
	ctx: CanvasRenderingContext2D,
	{ width, height, window, x }: LaneGeometry,
	theme: Theme,
	gcs: readonly GcEntry[],
	focused: GcEntry | undefined,
): void {
	const [from, to] = visibleRange(gcs, window);
	for (const major of [false, true]) {
		const color = major ? theme.red : theme.yellow;
		const hatched = hatch(ctx, color);
		/** The highest bar of each pixel: the others could not be seen behind it. */
		let [pixel, drawnHigh] = [Number.NaN, 0];
		for (let i = from; i < to; i++) {
			const gc = gcs[i];
			if (!gc || (gc.kind === 'markCompact') !== major) continue;
			const left = x(gc.t);
			const wide = Math.max(2, x(gc.t + gc.durationMs) - left);
			if (left > width || left + wide < 0) continue;
			const high = Math.round(pauseShare(gc.durationMs) * (height - 2));
			const isPlain = !gc.forcedBy && gc !== focused && wide <= 2;
			if (isPlain && Math.round(left) === pixel && high <= drawnHigh) continue;
			if (isPlain) [pixel, drawnHigh] = [Math.round(left), high];
			ctx.fillStyle = gc.forcedBy ? hatched : color;
			const shown = gc.forcedBy ? Math.max(wide, 4) : wide;
			ctx.fillRect(left, height - high, shown, high);
			if (gc.forcedBy || gc === focused) {
				ctx.strokeStyle = gc === focused ? theme.focus : color;
				ctx.lineWidth = gc === focused ? 2 : 1;
				ctx.strokeRect(left + 0.5, height - high + 0.5, shown - 1, high - 1);
			}
		}
	}
	ctx.fillStyle = theme.grid;
	ctx.fillRect(0, height - 1, width, 1);
}

/** A pause that began earlier than this before the window is not looked for. */
const LONGEST_MS = 60_000;

/** Which collections, by time, may reach into a window. */
function visibleRange(gcs: readonly GcEntry[], { min, max }: TimeWindow): [number, number] {
	return [firstFrom(gcs, min - LONGEST_MS), firstFrom(gcs, max + Number.EPSILON)];
}

function firstFrom(gcs: readonly GcEntry[], t: number): number {
	let [low, high] = [0, gcs.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((gcs[middle]?.t ?? 0) < t) low = middle + 1;
		else high = middle;
	}
	return low;
}

function longestNear(gcs: readonly GcEntry[], t: number, slack: number): GcEntry | undefined {
	let best: GcEntry | undefined;
	const [from, to] = visibleRange(gcs, { min: t - slack, max: t + slack });
	for (let i = from; i < to; i++) {
		const gc = gcs[i];
		if (!gc || t < gc.t - slack || t > gc.t + gc.durationMs + slack) continue;
		if (!best || gc.durationMs > best.durationMs) best = gc;
	}
	return best;
}

function describe(gc: GcEntry): { title: string; lines: string[] } {
	const about = gc.windowMs > 1 ? ` (known to within ${formatMs(gc.windowMs)})` : '';
	const lines = [
		`${formatMs(gc.durationMs)} pause at ${formatMs(gc.t)}${about}`,
		`Heap ${formatBytes(gc.usedBeforeBytes)} → ${formatBytes(gc.usedAfterBytes)} (${formatDelta(gc.usedAfterBytes - gc.usedBeforeBytes)})`,
	];
	if (gc.forcedBy) lines.push(FORCED[gc.forcedBy]);
	return { title: NAMES[gc.kind], lines };
}
