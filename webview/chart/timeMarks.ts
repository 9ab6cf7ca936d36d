import { axisTime, TIME_STEPS } from '../../src/analysis/axisText.ts';
import type { Theme } from '../theme.ts';
import type { LaneGeometry } from './Lane.tsx';

/** Room that {@link drawTimeMarks} takes at the bottom. */
export const TIME_MARKS_HEIGHT = 18;
const SPACE = 70;

/** The times of the chart's axis again, under a lane that stands far below the chart. */
export function drawTimeMarks(
	ctx: CanvasRenderingContext2D,
	{ width, height, window, x }: LaneGeometry,
	theme: Theme,
): void {
	const span = window.max - window.min;
	const step = TIME_STEPS.find(ms => (ms / span) * width >= SPACE);
	if (step === undefined) return;
	const top = height - TIME_MARKS_HEIGHT;
	ctx.font = `11px ${theme.font}`;
	ctx.textBaseline = 'bottom';
	ctx.textAlign = 'center';
	for (let t = Math.ceil(window.min / step) * step; t <= window.max; t += step) {
		const left = Math.round(x(t));
		ctx.fillStyle = theme.grid;
		ctx.fillRect(left, 0, 1, top + 4);
		const text = axisTime(t, step);
		const half = ctx.measureText(text).width / 2;
		ctx.fillStyle = theme.muted;
		ctx.fillText(text, Math.min(Math.max(left, half), width - half), height);
	}
	ctx.textAlign = 'left';
}
