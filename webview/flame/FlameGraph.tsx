import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FlameNode } from '../../src/analysis/allocations.ts';
import { boxAt, type FlameMove, layoutFlame, moveFocus, nodesAlong, pathOf } from '../../src/analysis/flameLayout.ts';
import { hasSource, placeText } from '../../src/analysis/places.ts';
import { formatBytes, formatPercent } from '../../src/protocol/units.ts';
import { sizeCanvas } from '../canvasSize.ts';
import { usePanel } from '../context.ts';
import { useWidth } from '../useSize.ts';
import type { Parts } from './AllocationTable.tsx';
import { drawFlame, drawMark, ROW } from './drawFlame.ts';
import { isLine, nameOf } from './frames.ts';

export interface FlameGraphProps {
	tree: FlameNode;
	search: string;
	onlyMine: boolean;
	parts: Parts;
	/** Those that the editor asked for. */
	focusedFrames: ReadonlySet<number>;
}

const MOVES: Record<string, FlameMove> = {
	ArrowUp: 'caller',
	ArrowDown: 'callee',
	ArrowLeft: 'left',
	ArrowRight: 'right',
};
/** Boxes narrower than this many pixels are not drawn. */
const MIN_PX = 1.5;
const MOST_HEIGHT = 15_000;

/** Callers above, what they called below; as wide as their bytes. */
export function FlameGraph({ tree, search, onlyMine, parts, focusedFrames }: FlameGraphProps): JSX.Element {
	const panel = usePanel();
	const { store, view, tip } = panel;
	const host = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(host);
	const theme = panel.theme.value;
	const path = view.flamePath.value;
	const boxes = useMemo(() => layoutFlame(nodesAlong(tree, path), MIN_PX / Math.max(width, 1)), [tree, path, width]);
	// Boxes come by depth. A canvas cannot be of any height.
	const height = Math.min(((boxes.at(-1)?.depth ?? 0) + 1) * ROW, MOST_HEIGHT);
	const [focused, setFocused] = useState(-1);
	const [hovered, setHovered] = useState(-1);

	/** Everything but the marks that follow the pointer and the keyboard: those are drawn over it. */
	const picture = useRef<HTMLCanvasElement>(document.createElement('canvas'));
	useLayoutEffect(() => {
		const ctx = picture.current.getContext('2d');
		if (!ctx || width <= 0) return;
		sizeCanvas(picture.current, ctx, width, height);
		drawFlame(ctx, boxes, { width, height, theme, search, onlyMine, focusedFrames });
	}, [boxes, width, height, theme, search, onlyMine, focusedFrames]);
	useLayoutEffect(() => {
		const ctx = canvas.current?.getContext('2d');
		if (!canvas.current || !ctx || width <= 0) return;
		sizeCanvas(canvas.current, ctx, width, height);
		ctx.drawImage(picture.current, 0, 0, width, height);
		drawMark(ctx, boxes[hovered], width, theme.foreground, 1);
		drawMark(ctx, boxes[focused], width, theme.focus, 2);
	}, [boxes, width, height, theme, search, onlyMine, focused, hovered, focusedFrames]);

	const describe = (index: number, x: number, y: number) => {
		const box = boxes[index];
		if (!box) {
			tip.value = undefined;
			return;
		}
		const { frame, selfBytes, totalBytes, selfOffHeapBytes, totalOffHeapBytes } = box.node;
		const share = (bytes: number) => formatPercent(tree.totalBytes > 0 ? bytes / tree.totalBytes : 0);
		const kinds = (bytes: number, offHeap: number) => {
			if (bytes <= 0 || offHeap <= 0) return bytes > 0 && parts.offHeap ? ', on the heap' : '';
			if (offHeap >= bytes) return ', outside the heap';
			return `: heap ${formatBytes(bytes - offHeap)}, outside ${formatBytes(offHeap)}`;
		};
		const place = placeText(frame, store.model?.header.cwd ?? '');
		tip.value = {
			x,
			y,
			title: box.parent < 0 ? 'all' : `${nameOf(frame, onlyMine)}${isLine(frame) ? ` line ${frame.line}` : ''}`,
			lines: [
				...(place ? [place] : []),
				`total ${formatBytes(totalBytes)} (${share(totalBytes)})${kinds(totalBytes, totalOffHeapBytes)}`,
				// Below a line stands what it called.
				...(isLine(frame) && selfBytes === 0
					? []
					: [`self ${formatBytes(selfBytes)} (${share(selfBytes)})${kinds(selfBytes, selfOffHeapBytes)}`]),
				...(hasSource(frame) ? ['Click zooms, Ctrl or Cmd and click opens the source.'] : []),
			],
		};
	};
	const at = (event: MouseEvent) => {
		const depth = Math.floor(event.offsetY / ROW);
		const x = event.offsetX / width;
		return boxAt(boxes, depth, x);
	};
	const focus = (index: number) => {
		setFocused(index);
		const rect = canvas.current?.getBoundingClientRect();
		const box = boxes[index];
		if (rect && box) describe(index, rect.left + box.x0 * width, rect.top + (box.depth + 0.5) * ROW);
	};
	const zoom = (index: number) => {
		view.flamePath.value = pathOf(boxes, index);
		setFocused(boxes[index]?.depth ?? 0);
		setHovered(-1);
		tip.value = undefined;
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const move = MOVES[event.key];
		const frame = boxes[focused]?.node.frame;
		if (move) focus(focused < 0 ? path.length : moveFocus(boxes, focused, move));
		else if (event.key === 'Enter' && focused >= 0) zoom(focused);
		else if (event.key === 'Escape') zoom(0);
		else if (event.key === 'o' && frame && hasSource(frame)) panel.openSource(frame);
		else return;
		event.preventDefault();
	};
	return (
		<div class="flame-pane">
			<FlameKey offHeap={tree.totalOffHeapBytes > 0} zoomed={path.length > 0} onReset={() => zoom(0)} />
			<div class="flame" ref={host}>
				<canvas
					ref={canvas}
					role="img"
					aria-label={`Flame graph of ${formatBytes(tree.totalBytes)}; the table has the same figures. Arrow keys move, Enter zooms, Escape shows all, O opens the source.`}
					// The arrow keys move through the boxes.
					tabIndex={0}
					style={{ width: `${width}px`, height: `${height}px` }}
					onMouseMove={event => {
						const index = at(event);
						setHovered(index);
						describe(index, event.clientX, event.clientY);
					}}
					onMouseLeave={() => {
						setHovered(-1);
						tip.value = undefined;
					}}
					onClick={event => {
						const index = at(event);
						const frame = boxes[index]?.node.frame;
						if (frame && (event.ctrlKey || event.metaKey)) {
							if (hasSource(frame)) panel.openSource(frame);
						} else if (index >= 0) zoom(index);
					}}
					onKeyDown={onKeyDown}
					onBlur={() => {
						setFocused(-1);
						tip.value = undefined;
					}}
				/>
			</div>
		</div>
	);
}

function FlameKey({ offHeap, zoomed, onReset }: { offHeap: boolean; zoomed: boolean; onReset(): void }): JSX.Element {
	return (
		<div class="flame-key">
			<span>
				<span class="kind-mark mark-user" aria-hidden="true" />
				your code
			</span>
			<span>
				<span class="kind-mark mark-dependency" aria-hidden="true" />
				packages
			</span>
			<span>
				<span class="kind-mark mark-node" aria-hidden="true" />
				Node
			</span>
			<span>
				<span class="kind-mark mark-native" aria-hidden="true" />
				native
			</span>
			{offHeap && (
				<span>
					<span class="off-heap-mark" aria-hidden="true" />
					part outside the heap
				</span>
			)}
			{zoomed && (
				<button type="button" class="link" onClick={onReset}>
					Show all
				</button>
			)}
		</div>
	);
}
