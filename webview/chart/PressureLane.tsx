import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { freedBytes } from '../../src/analysis/cleanups.ts';
import { type PressureBand, pressureBands, timeAbove } from '../../src/analysis/pressureBands.ts';
import { CLEANUP_TARGETS, cleanupTitle } from '../../src/analysis/runtimeWords.ts';
import type { MemoryLevel } from '../../src/protocol/entries.ts';
import type { CleanupEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs } from '../../src/protocol/units.ts';
import { fitText } from '../canvasText.ts';
import { usePanel } from '../context.ts';
import type { HueName, Theme } from '../theme.ts';
import { hatch } from './hatch.ts';
import { Lane, type LaneGeometry } from './Lane.tsx';

const ROW = 18;
const MARK = 5;
const SHOWN_STEPS = 8;
const HUES: Record<MemoryLevel, HueName> = { normal: 'green', elevated: 'yellow', high: 'orange', critical: 'red' };
/** Pixels of the bar at the foot of a band, so that a level is not told by colour alone. */
const FOOT: Record<MemoryLevel, number> = { normal: 1, elevated: 2, high: 4, critical: 6 };

type Item = { t: number; band: PressureBand } | { t: number; cleanup: CleanupEntry };

/** The levels that the script's own monitor saw, and under them a mark for each time memory was let go of. */
export function PressureLane(): JSX.Element | null {
	const { store, view } = usePanel();
	store.revision.value;
	const version = store.version('pressure', 'cleanup');
	// The version stands for what the lists hold.
	const { bands, items } = useMemo(() => {
		const bands = pressureBands(store.model?.runtime.pressures ?? []);
		const items: Item[] = bands.map(band => ({ t: band.from, band }));
		for (const cleanup of store.model?.runtime.cleanups ?? []) items.push({ t: cleanup.t, cleanup });
		return { bands, items: items.sort((a, b) => a.t - b.t) };
	}, [version]);
	if (items.length === 0) return null;
	const now = store.now;
	const rowOf = (item: Item) => ('band' in item || bands.length === 0 ? 0 : 1);
	const rows = (bands.length > 0 ? 1 : 0) + (items.length > bands.length ? 1 : 0);
	const ends = (item: Item) => ('band' in item ? (item.band.to ?? now) : item.t);
	return (
		<Lane
			label="Pressure"
			summary={summary(bands, items.length - bands.length, now)}
			height={rows * ROW}
			items={items}
			start={item => item.t}
			top={item => rowOf(item) * ROW}
			draw={(ctx, geometry, theme, focused) => {
				for (const item of items) {
					if ('band' in item) drawBand(ctx, geometry, theme, item.band, now, item === focused);
					else drawMark(ctx, geometry, theme, item.t, rowOf(item) * ROW, item === focused);
				}
			}}
			itemAt={(t, y, slack) => {
				const near = (item: Item) => ('band' in item ? slack : slack * 2);
				return items.findLast(
					item => rowOf(item) === Math.floor(y / ROW) && t >= item.t - near(item) && t <= ends(item) + near(item),
				);
			}}
			describe={item => ('band' in item ? describeBand(item.band, now) : describeCleanup(item.cleanup))}
			onPick={() => {
				view.tab.value = 'memory';
			}}
		/>
	);
}

function summary(bands: readonly PressureBand[], cleanups: number, now: number): string {
	const times = timeAbove(bands, now).map(({ level, ms }) => `${formatMs(ms)} ${level}`);
	const pressure = times.length > 0 ? `Memory pressure: ${times.join(', ')}.` : 'No memory pressure.';
	return `${pressure} ${formatCount(cleanups)} cleanups; the Memory tab lists them.`;
}

function drawBand(
	ctx: CanvasRenderingContext2D,
	{ width, x }: LaneGeometry,
	theme: Theme,
	{ level, from, to = Number.POSITIVE_INFINITY, simulated }: PressureBand,
	now: number,
	focused: boolean,
): void {
	const left = Math.max(x(from), -2);
	const right = Math.min(Math.max(x(Math.min(to, now)), left + 2), width + 2);
	if (right < 0 || left > width) return;
	const color = theme[HUES[level]];
	const foot = FOOT[level];
	ctx.globalAlpha = simulated ? 0.08 : 0.22;
	ctx.fillStyle = color;
	ctx.fillRect(left, 1, right - left, ROW - 2);
	ctx.globalAlpha = 1;
	ctx.fillStyle = simulated ? hatch(ctx, color) : color;
	ctx.fillRect(left, ROW - 1 - foot, right - left, foot);
	ctx.fillStyle = color;
	ctx.fillRect(left, 1, 2, ROW - 2);
	if (simulated || theme.contrastBorder || focused) {
		ctx.strokeStyle = focused ? theme.focus : simulated ? color : (theme.contrastBorder ?? theme.focus);
		ctx.lineWidth = focused ? 2 : 1;
		ctx.setLineDash(simulated && !focused ? [3, 3] : []);
		ctx.strokeRect(left + 0.5, 1.5, right - left - 1, ROW - 3);
		ctx.setLineDash([]);
	}
	ctx.font = `11px ${theme.font}`;
	ctx.textBaseline = 'middle';
	ctx.fillStyle = theme.foreground;
	const textFrom = Math.max(left, 0) + 6;
	ctx.fillText(
		fitText(ctx, simulated ? `${level}, simulated` : level, right - textFrom - 3),
		textFrom,
		(ROW - foot) / 2 + 1,
	);
}

/** A wedge that points down: memory went. */
function drawMark(
	ctx: CanvasRenderingContext2D,
	{ width, x }: LaneGeometry,
	theme: Theme,
	t: number,
	top: number,
	focused: boolean,
): void {
	const middle = x(t);
	if (middle < -MARK || middle > width + MARK) return;
	const size = focused ? MARK + 2 : MARK;
	ctx.beginPath();
	ctx.moveTo(middle - size, top + ROW / 2 - size + 1);
	ctx.lineTo(middle + size, top + ROW / 2 - size + 1);
	ctx.lineTo(middle, top + ROW / 2 + size + 1);
	ctx.closePath();
	ctx.fillStyle = theme.blue;
	ctx.fill();
	ctx.strokeStyle = focused ? theme.focus : theme.background;
	ctx.lineWidth = focused ? 2 : 1;
	ctx.stroke();
}

function describeBand({ level, from, to, reason, simulated }: PressureBand, now: number) {
	const lasted = `${formatMs((to ?? now) - from)}${to === undefined ? ' so far' : ''}, from ${formatMs(from)}`;
	const lines = [lasted, visibleText(reason, 300)];
	if (simulated) lines.push('Simulated: the script asked for it, to try its own reaction.');
	return { title: `Memory pressure: ${level}`, lines };
}

function describeCleanup(cleanup: CleanupEntry) {
	const { t, ms, steps } = cleanup;
	const freed = freedBytes(cleanup);
	const lines = [
		`At ${formatMs(t)}, took ${formatMs(ms)}${freed === undefined ? '' : `, ${formatBytes(freed)} freed`}`,
	];
	steps.slice(0, SHOWN_STEPS).forEach(({ target, name, freedBytes: bytes, failed }, i) => {
		const whose = name === undefined ? '' : ` ${visibleText(name, 40)}`;
		const what = failed ? 'failed' : bytes === undefined ? 'done, bytes unknown' : formatBytes(bytes);
		lines.push(`${i + 1}. ${CLEANUP_TARGETS[target]}${whose}: ${what}`);
	});
	if (steps.length > SHOWN_STEPS) lines.push(`and ${formatCount(steps.length - SHOWN_STEPS)} more steps`);
	return { title: `Cleanup: ${cleanupTitle(cleanup)}`, lines };
}
