import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { pauseShare } from '../../src/analysis/axisText.ts';
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
	{ width, height, x }: LaneGeometry,
	theme: Theme,
	gcs: readonly GcEntry[],
	focused: GcEntry | undefined,
): void {
	for (const major of [false, true]) {
		const color = major ? theme.red : theme.yellow;
		const hatched = hatch(ctx, color);
		for (const gc of gcs) {
			if ((gc.kind === 'markCompact') !== major) continue;
			const left = x(gc.t);
			const wide = Math.max(2, x(gc.t + gc.durationMs) - left);
			if (left > width || left + wide < 0) continue;
			const high = Math.round(pauseShare(gc.durationMs) * (height - 2));
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

function longestNear(gcs: readonly GcEntry[], t: number, slack: number): GcEntry | undefined {
	let best: GcEntry | undefined;
	for (const gc of gcs) {
		if (t < gc.t - slack || t > gc.t + gc.durationMs + slack) continue;
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
