import type { FlameBox } from '../../src/analysis/flameLayout.ts';
import type { Frame, FrameKind } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { fitText } from '../canvasText.ts';
import { hatch } from '../chart/hatch.ts';
import type { Theme } from '../theme.ts';
import { isHit, isLine, nameOf } from './frames.ts';

export const ROW = 19;

export interface FlameLook {
	width: number;
	theme: Theme;
	search: string;
	onlyMine: boolean;
	/** Of the canvas: what lies below is not drawn. */
	height: number;
	/** Those that the editor asked for. */
	focusedFrames: ReadonlySet<number>;
}

/** Height of the hatched strip under what lies outside the heap. */
const STRIP = 4;

const hueOf = (kind: FrameKind, theme: Theme): string => {
	if (kind === 'user') return theme.orange;
	if (kind === 'dependency') return theme.purple;
	return kind === 'node' ? theme.blue : theme.muted;
};

/** The root is the whole; its own bytes are those of the table's line for no function. */
export const labelOf = ({ node, parent }: FlameBox, onlyMine: boolean): string =>
	parent < 0 ? `all, ${formatBytes(node.totalBytes)}` : boxName(node.frame, onlyMine);

/** A function without a name is known by its place, which a box has no column for. */
function boxName(frame: Frame, onlyMine: boolean): string {
	const name = nameOf(frame, onlyMine);
	const file = visibleText(frame.file.split(/[\\/]/).at(-1) ?? '');
	// A line stands below its function.
	if (isLine(frame)) return `${file}:${frame.line}`;
	return name === '(anonymous)' && file !== '' ? `${name} ${file}:${frame.line}` : name;
}

export function drawFlame(ctx: CanvasRenderingContext2D, boxes: readonly FlameBox[], look: FlameLook): void {
	const { width, height, theme, search, onlyMine, focusedFrames } = look;
	const hatched = hatch(ctx, theme.foreground);
	ctx.font = `12px ${theme.font}`;
	ctx.textBaseline = 'middle';
	for (const box of boxes) {
		if (box.depth * ROW >= height) break;
		const { frame, totalBytes, totalOffHeapBytes } = box.node;
		const left = box.x0 * width;
		const wide = Math.max((box.x1 - box.x0) * width - 1, 0.5);
		const top = box.depth * ROW;
		const hit = search !== '' && frame.id > 0 && isHit(frame, search);
		const dimmed = search !== '' && !hit;
		ctx.fillStyle = hueOf(frame.kind, theme);
		// Neighbours of the same kind differ a little, so that their edges are seen without lines.
		const shade = frame.id % 3 === 0 ? 0.06 : frame.id % 3 === 1 ? 0 : -0.06;
		ctx.globalAlpha = dimmed
			? 0.1
			: hit
				? 0.7
				: (frame.kind === 'user' ? 0.46 : 0.3) + shade - (box.ancestor ? 0.1 : 0);
		ctx.fillRect(left, top, wide, ROW - 1);
		if (totalOffHeapBytes > 0 && wide >= 2) {
			ctx.globalAlpha = dimmed ? 0.3 : 0.8;
			ctx.fillStyle = hatched;
			ctx.fillRect(left, top + ROW - 1 - STRIP, wide * Math.min(1, totalOffHeapBytes / totalBytes), STRIP);
		}
		ctx.globalAlpha = 1;
		if (theme.contrastBorder && wide > 2) {
			ctx.strokeStyle = theme.contrastBorder;
			ctx.lineWidth = 1;
			ctx.strokeRect(left + 0.5, top + 0.5, wide - 1, ROW - 2);
		}
		if (focusedFrames.has(frame.id)) {
			ctx.strokeStyle = theme.focus;
			ctx.lineWidth = 2;
			ctx.strokeRect(left + 1, top + 1, Math.max(wide - 2, 1), ROW - 3);
		}
		if (wide < 28) continue;
		ctx.fillStyle = dimmed ? theme.muted : theme.foreground;
		ctx.fillText(fitText(ctx, labelOf(box, onlyMine), wide - 10), left + 5, top + ROW / 2);
	}
}

/** The box under the pointer or the one that the keyboard is at. */
export function drawMark(
	ctx: CanvasRenderingContext2D,
	box: FlameBox | undefined,
	width: number,
	color: string,
	lineWidth: number,
): void {
	if (!box) return;
	const wide = Math.max((box.x1 - box.x0) * width - 1, 0.5);
	ctx.strokeStyle = color;
	ctx.lineWidth = lineWidth;
	ctx.strokeRect(box.x0 * width + 1, box.depth * ROW + 1, Math.max(wide - 2, 1), ROW - 3);
}
