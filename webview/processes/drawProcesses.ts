import { hasOwnRss, type ProcessNode, totalRss } from '../../src/analysis/processTree.ts';
import { indexAt } from '../../src/analysis/timeWindow.ts';
import type { LaneGeometry } from '../chart/Lane.tsx';
import type { Theme } from '../theme.ts';

const MARK = 3;

/** RSS as a line over its area, heap used as a filled area inside, start and end as marks. Times of all lanes line up. */
export function drawProcess(
	ctx: CanvasRenderingContext2D,
	geometry: LaneGeometry,
	theme: Theme,
	node: ProcessNode,
	until: number,
	topBytes: number,
): void {
	const { t, rssBytes, heapUsedBytes } = node.model.series.data;
	const to = node.to ?? until;
	drawLife(ctx, geometry, theme, node.from, to);
	if (hasOwnRss(node)) {
		const rss = steps(t, rssBytes, to, geometry, topBytes);
		fill(ctx, rss, geometry, theme.blue, 0.18);
		stroke(ctx, rss, theme.blue);
	}
	const heap = steps(t, heapUsedBytes, to, geometry, topBytes);
	fill(ctx, heap, geometry, theme.green, 0.45);
	stroke(ctx, heap, theme.green);
	drawEnds(ctx, geometry, theme, node);
}

/** Many short lives in one lane: the sum of their resident sets, and a mark for each start. */
export function drawGroup(
	ctx: CanvasRenderingContext2D,
	geometry: LaneGeometry,
	theme: Theme,
	members: readonly ProcessNode[],
	until: number,
	topBytes: number,
): void {
	const from = Math.min(...members.map(member => member.from));
	const to = Math.max(...members.map(member => member.to ?? until));
	drawLife(ctx, geometry, theme, from, to);
	const total = totalRss(members);
	const sum = steps(total.t, total.bytes, to, geometry, topBytes);
	fill(ctx, sum, geometry, theme.blue, 0.18);
	stroke(ctx, sum, theme.blue);
	ctx.fillStyle = theme.foreground;
	for (const member of members) {
		const left = Math.round(geometry.x(member.from));
		if (left >= 0 && left <= geometry.width) ctx.fillRect(left, geometry.height - MARK - 1, 1, MARK + 1);
	}
}

type Step = [x: number, y: number];

/** The readings as steps, the highest of each pixel; nothing before the first and after the end. */
function steps(
	t: readonly number[],
	values: readonly (number | null)[],
	to: number,
	{ width, height, window, x }: LaneGeometry,
	topBytes: number,
): Step[] {
	const out: Step[] = [];
	const yOf = (bytes: number) => height - 1 - (bytes / topBytes) * (height - 3);
	for (let i = Math.max(0, indexAt(t, window.min)); i < t.length; i++) {
		const at = t[i] ?? 0;
		const bytes = values[i];
		if (at > window.max || at > to) break;
		if (bytes === null || bytes === undefined) continue;
		const left = Math.max(0, Math.round(x(at)));
		const last = out.at(-1);
		if (last?.[0] === left) last[1] = Math.min(last[1], yOf(bytes));
		else out.push([left, yOf(bytes)]);
	}
	const last = out.at(-1);
	if (last) out.push([Math.min(width, Math.max(last[0] + 1, x(to))), last[1]]);
	return out;
}

function trace(ctx: CanvasRenderingContext2D, points: readonly Step[]): void {
	let before: Step | undefined;
	for (const [x, y] of points) {
		if (before) ctx.lineTo(x, before[1]);
		ctx.lineTo(x, y);
		before = [x, y];
	}
}

function fill(
	ctx: CanvasRenderingContext2D,
	points: readonly Step[],
	{ height }: LaneGeometry,
	color: string,
	alpha: number,
): void {
	const [first, last] = [points[0], points.at(-1)];
	if (!first || !last) return;
	ctx.beginPath();
	ctx.moveTo(first[0], height);
	trace(ctx, points);
	ctx.lineTo(last[0], height);
	ctx.globalAlpha = alpha;
	ctx.fillStyle = color;
	ctx.fill();
	ctx.globalAlpha = 1;
}

function stroke(ctx: CanvasRenderingContext2D, points: readonly Step[], color: string): void {
	ctx.beginPath();
	trace(ctx, points);
	ctx.strokeStyle = color;
	ctx.lineWidth = 1.25;
	ctx.stroke();
}

function drawLife(
	ctx: CanvasRenderingContext2D,
	{ width, height, x }: LaneGeometry,
	theme: Theme,
	from: number,
	to: number,
): void {
	const left = Math.max(0, x(from));
	const right = Math.min(width, Math.max(left + 2, x(to)));
	ctx.fillStyle = theme.grid;
	ctx.fillRect(0, height - 1, width, 1);
	if (right <= left) return;
	ctx.fillStyle = theme.muted;
	ctx.fillRect(left, height - 2, right - left, 2);
}

/** A bar where it began; where it ended a bar, and a cross when it did not end well. */
function drawEnds(
	ctx: CanvasRenderingContext2D,
	{ width, height, x }: LaneGeometry,
	theme: Theme,
	{ from, to, end }: ProcessNode,
): void {
	ctx.fillStyle = theme.foreground;
	const start = Math.round(x(from));
	if (start >= 0 && start <= width) ctx.fillRect(start, height - 8, 2, 8);
	if (to === undefined) return;
	const right = Math.round(x(to));
	if (right < 0 || right > width + 1) return;
	const good = end?.kind === 'exit' && end.code === 0;
	ctx.fillStyle = good ? theme.foreground : theme.red;
	ctx.fillRect(right - 2, good ? height - 8 : 0, 2, good ? 8 : height);
	if (good) return;
	const middle = right - 1;
	ctx.strokeStyle = theme.red;
	ctx.lineWidth = 1.5;
	ctx.beginPath();
	for (const side of [-1, 1]) {
		ctx.moveTo(middle - MARK, 4 + side * MARK);
		ctx.lineTo(middle + MARK, 4 - side * MARK);
	}
	ctx.stroke();
}
