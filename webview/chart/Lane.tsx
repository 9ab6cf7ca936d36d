import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import { sizeCanvas } from '../canvasSize.ts';
import { usePanel } from '../context.ts';
import type { Theme } from '../theme.ts';
import { useWidth } from '../useSize.ts';
import { GUTTER_LEFT, GUTTER_RIGHT } from './chartOptions.ts';
import { shownWindow } from './MemoryChart.tsx';
import { select } from './selectTime.ts';

export interface LaneGeometry {
	width: number;
	height: number;
	window: TimeWindow;
	/** Pixels from the left of the lane's plot. */
	x(t: number): number;
}

export interface LaneProps<T> {
	label: string;
	/** What the picture shows, for those who cannot see it. */
	summary: string;
	height: number;
	/** In the order in which the arrow keys go through them. */
	items: readonly T[];
	start(item: T): number;
	draw(ctx: CanvasRenderingContext2D, geometry: LaneGeometry, theme: Theme, focused: T | undefined): void;
	/** @param slackMs Time as wide as a few pixels: what is thin must still be hit. */
	itemAt(t: number, y: number, slackMs: number): T | undefined;
	top(item: T): number;
	describe(item: T): { title: string; lines: string[] };
	onPick?(item: T): void;
}

const SLACK_PX = 3;

/** A canvas under the chart with the chart's time axis; what it shows is reached with the pointer and with the arrow keys. */
export function Lane<T>(props: LaneProps<T>): JSX.Element {
	const panel = usePanel();
	const { tip } = panel;
	const host = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const focused = useRef<T | undefined>(undefined);
	const width = Math.max(0, useWidth(host) - GUTTER_LEFT - GUTTER_RIGHT);
	const window = shownWindow(panel);
	const theme = panel.theme.value;
	const span = window.max - window.min;
	const x = (t: number) => ((t - window.min) / span) * width;

	const paint = () => {
		const element = canvas.current;
		const ctx = element?.getContext('2d');
		if (!element || !ctx || width <= 0) return;
		sizeCanvas(element, ctx, width, props.height);
		props.draw(ctx, { width, height: props.height, window, x }, theme, focused.current);
	};
	useLayoutEffect(paint);

	const point = (item: T | undefined, clientX: number, clientY: number) => {
		tip.value = item === undefined ? undefined : { x: clientX, y: clientY, ...props.describe(item) };
	};
	const under = (event: MouseEvent): T | undefined => {
		const t = window.min + (event.offsetX / width) * span;
		return props.itemAt(t, event.offsetY, (SLACK_PX / width) * span);
	};
	const focus = (item: T | undefined) => {
		focused.current = item;
		paint();
		const box = canvas.current?.getBoundingClientRect();
		if (item === undefined || !box) tip.value = undefined;
		else point(item, box.left + Math.max(0, x(props.start(item))), box.top + props.top(item));
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const visible = props.items.filter(item => props.start(item) >= window.min && props.start(item) <= window.max);
		const at = focused.current === undefined ? -1 : visible.indexOf(focused.current);
		if (event.key === 'ArrowRight') focus(visible[Math.min(at + 1, visible.length - 1)]);
		else if (event.key === 'ArrowLeft') focus(visible[Math.max(at - 1, 0)]);
		else if (event.key === 'Enter' && focused.current !== undefined) props.onPick?.(focused.current);
		else if (event.key === 'Escape') focus(undefined);
		else return;
		event.preventDefault();
	};
	return (
		<div class="lane" ref={host}>
			<span class="lane-label" aria-hidden="true">
				{props.label}
			</span>
			<canvas
				ref={canvas}
				role="img"
				aria-label={props.summary}
				// The arrow keys go through what is drawn.
				tabIndex={0}
				style={{ width: `${width}px`, height: `${props.height}px` }}
				onMouseMove={event => point(under(event), event.clientX, event.clientY)}
				onMouseLeave={() => point(undefined, 0, 0)}
				onClick={event => {
					const item = under(event);
					if (item !== undefined) props.onPick?.(item);
					else select(panel, undefined);
				}}
				onKeyDown={onKeyDown}
				onBlur={() => focus(undefined)}
			/>
		</div>
	);
}
