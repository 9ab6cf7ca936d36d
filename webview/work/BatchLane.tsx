import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { type BatchStep, batchSteps } from '../../src/analysis/batchSteps.ts';
import { BATCH_CAUSES } from '../../src/analysis/runtimeWords.ts';
import type { BatchEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatCount, formatMs } from '../../src/protocol/units.ts';
import { Lane, type LaneGeometry } from '../chart/Lane.tsx';
import { drawTimeMarks, TIME_MARKS_HEIGHT } from '../chart/timeMarks.ts';
import { usePanel } from '../context.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import type { Theme } from '../theme.ts';

const HEIGHT = 132;
const TOP = 14;
const MARK = 4;

/** The size of one batch processor over the time of the chart above; a mark for each decision. */
export function BatchLane({ batch }: { batch: BatchEntry }): JSX.Element | null {
	const { store } = usePanel();
	store.revision.value;
	const version = store.version('batchDecision');
	// The version stands for the decisions of the model.
	const steps = useMemo(() => batchSteps(store.model?.runtime.batchDecisions ?? [], batch.id), [version, batch.id]);
	if (steps.length === 0) return null;
	const end = batch.disposed ? batch.t : (store.model?.now ?? batch.t);
	const scale = {
		highest: Math.max(batch.maxSize, ...steps.map(({ size }) => size)),
		plot: HEIGHT - TIME_MARKS_HEIGHT,
	};
	return (
		<Lane
			label="Items"
			summary={`Size of ${cacheName(batch)} over time: ${formatCount(steps.length)} decisions, ${formatCount(batch.size)} items now. Arrow keys go through the decisions; the table below lists them.`}
			height={HEIGHT}
			items={steps}
			start={step => step.from}
			top={step => y(step.size, scale)}
			draw={(ctx, geometry, theme, focused) => draw(ctx, geometry, theme, { steps, end, batch, scale, focused })}
			itemAt={t => (t > end ? undefined : steps.findLast(step => step.from <= t))}
			describe={step => describe(step, steps)}
		/>
	);
}

interface Scale {
	highest: number;
	/** Pixels above the time marks. */
	plot: number;
}

const y = (size: number, { highest, plot }: Scale): number => TOP + (1 - size / highest) * (plot - TOP - 2);

interface Drawn {
	steps: readonly BatchStep[];
	end: number;
	batch: BatchEntry;
	scale: Scale;
	focused: BatchStep | undefined;
}

function draw(ctx: CanvasRenderingContext2D, geometry: LaneGeometry, theme: Theme, drawn: Drawn): void {
	const { width, x } = geometry;
	const { steps, end, batch, scale, focused } = drawn;
	drawTimeMarks(ctx, geometry, theme);
	ctx.fillStyle = theme.grid;
	ctx.fillRect(0, scale.plot - 1, width, 1);
	const fixed = batch.minSize === batch.maxSize;
	const most = `${fixed ? 'always' : 'at most'} ${formatCount(batch.maxSize)}`;
	drawBound(ctx, width, theme, most, y(batch.maxSize, scale));
	if (batch.minSize > 0 && !fixed)
		drawBound(ctx, width, theme, `at least ${formatCount(batch.minSize)}`, y(batch.minSize, scale));
	const [first] = steps;
	if (!first) return;
	const line = new Path2D();
	line.moveTo(x(first.from), y(first.size, scale));
	for (const { from, to, size } of steps) {
		line.lineTo(x(from), y(size, scale));
		line.lineTo(x(to ?? end), y(size, scale));
	}
	const area = new Path2D(line);
	area.lineTo(x(end), scale.plot - 1);
	area.lineTo(x(first.from), scale.plot - 1);
	ctx.fillStyle = theme.blue;
	ctx.globalAlpha = 0.12;
	ctx.fill(area);
	ctx.globalAlpha = 1;
	ctx.strokeStyle = theme.blue;
	ctx.lineWidth = 1.5;
	ctx.stroke(line);
	steps.forEach((step, i) => {
		drawDecision(ctx, theme, x(step.from), y(step.size, scale), change(steps, i), step === focused);
	});
}

function drawBound(ctx: CanvasRenderingContext2D, width: number, theme: Theme, text: string, at: number): void {
	ctx.strokeStyle = theme.muted;
	ctx.lineWidth = 1;
	ctx.setLineDash([4, 4]);
	ctx.beginPath();
	ctx.moveTo(0, Math.round(at) + 0.5);
	ctx.lineTo(width, Math.round(at) + 0.5);
	ctx.stroke();
	ctx.setLineDash([]);
	ctx.font = `11px ${theme.font}`;
	ctx.textAlign = 'right';
	ctx.textBaseline = 'bottom';
	ctx.fillStyle = theme.muted;
	ctx.fillText(text, width - 4, Math.round(at) - 1);
	ctx.textAlign = 'left';
}

const change = (steps: readonly BatchStep[], i: number): number =>
	Math.sign((steps[i]?.size ?? 0) - (steps[i - 1]?.size ?? steps[i]?.size ?? 0));

/** A wedge up for growth, down for shrinking, a dot for a decision that kept the size. */
function drawDecision(
	ctx: CanvasRenderingContext2D,
	theme: Theme,
	left: number,
	top: number,
	sign: number,
	focused: boolean,
): void {
	const size = focused ? MARK + 2 : MARK;
	ctx.beginPath();
	if (sign === 0) {
		ctx.arc(left, top, size - 1, 0, 2 * Math.PI);
	} else {
		ctx.moveTo(left - size, top + sign * size);
		ctx.lineTo(left + size, top + sign * size);
		ctx.lineTo(left, top - sign * size);
		ctx.closePath();
	}
	ctx.fillStyle = sign < 0 ? theme.orange : sign > 0 ? theme.green : theme.blue;
	ctx.fill();
	ctx.strokeStyle = focused ? theme.focus : theme.background;
	ctx.lineWidth = focused ? 2 : 1;
	ctx.stroke();
}

function describe(step: BatchStep, steps: readonly BatchStep[]): { title: string; lines: string[] } {
	const before = steps[steps.indexOf(step) - 1]?.size;
	const sizes = before === undefined ? formatCount(step.size) : `${formatCount(before)} → ${formatCount(step.size)}`;
	return {
		title: `${sizes} items, ${formatCount(step.concurrency)} at once`,
		lines: [`At ${formatMs(step.from)}: ${BATCH_CAUSES[step.cause]}`, visibleText(step.reason, 300)],
	};
}
