import { batch } from '@preact/signals';
import { panned, type TimeWindow, visibleWindow, zoomedAt } from '../../src/analysis/timeWindow.ts';
import type { Panel } from '../context.ts';
import { GUTTER_LEFT, GUTTER_RIGHT } from './chartOptions.ts';

/** What one pixel of the wheel makes of the window's width. */
const ZOOM_PER_PIXEL = 1.002;
/** Pixels that a line of a wheel that counts lines stands for. */
const LINE_PX = 16;
const MIDDLE_BUTTON = 1;

/**
 * Moves the time axis under the pointer: Ctrl or Cmd and the wheel (or a pinch) zooms, Shift and the wheel or a wheel that goes sideways
 * moves, and so does a drag with Alt or the middle button. The plain wheel scrolls the page. What comes within one frame is one change.
 * @returns Takes the listeners away.
 */
export function panZoom(element: HTMLElement, { store, view }: Panel): () => void {
	let frame = 0;
	/** What the axis is to show from the next frame on; absent inside: the whole run. */
	let wanted: { window: TimeWindow | undefined } | undefined;
	let dragging: { pointer: number; x: number; window: TimeWindow } | undefined;
	let dragged = false;

	const shown = (): TimeWindow =>
		wanted
			? visibleWindow(wanted.window, false, store.now)
			: visibleWindow(view.zoom.peek(), view.follow.peek(), store.now);
	const show = (window: TimeWindow | undefined) => {
		wanted = { window };
		frame ||= requestAnimationFrame(() => {
			frame = 0;
			const next = wanted?.window;
			wanted = undefined;
			batch(() => {
				view.zoom.value = next;
				view.follow.value = false;
			});
		});
	};
	const plot = () => {
		const { left, width } = element.getBoundingClientRect();
		return { left: left + GUTTER_LEFT, width: Math.max(1, width - GUTTER_LEFT - GUTTER_RIGHT) };
	};

	const onWheel = (event: WheelEvent) => {
		const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
		const window = shown();
		const { left, width } = plot();
		const perPixel = (window.max - window.min) / width;
		if (event.ctrlKey || event.metaKey) {
			const at = window.min + (event.clientX - left) * perPixel;
			show(zoomedAt(window, ZOOM_PER_PIXEL ** (event.deltaY * unit), at, store.now));
		} else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
			if (window.max - window.min >= store.now) return;
			show(panned(window, (event.deltaX || event.deltaY) * unit * perPixel, store.now));
		} else return;
		event.preventDefault();
	};
	const moves = (event: MouseEvent) => event.button === MIDDLE_BUTTON || (event.button === 0 && event.altKey);
	const onPointerDown = (event: PointerEvent) => {
		dragged = false;
		if (!moves(event)) return;
		dragging = { pointer: event.pointerId, x: event.clientX, window: shown() };
		element.setPointerCapture(event.pointerId);
		event.stopPropagation();
		event.preventDefault();
	};
	const onPointerMove = (event: PointerEvent) => {
		if (dragging?.pointer !== event.pointerId) return;
		event.stopPropagation();
		const { window, x } = dragging;
		const ms = ((x - event.clientX) / plot().width) * (window.max - window.min);
		dragged ||= Math.abs(event.clientX - x) > 2;
		if (window.max - window.min < store.now) show(panned(window, ms, store.now));
	};
	const onPointerEnd = (event: PointerEvent) => {
		if (dragging?.pointer === event.pointerId) dragging = undefined;
	};
	/** The chart begins a selection with it. */
	const onMouseDown = (event: MouseEvent) => {
		if (!moves(event)) return;
		event.stopPropagation();
		event.preventDefault();
	};
	const onClick = (event: MouseEvent) => {
		if (dragged) event.stopPropagation();
		dragged = false;
	};

	const listeners = new AbortController();
	const capture = { capture: true, signal: listeners.signal };
	element.addEventListener('wheel', onWheel, { passive: false, signal: listeners.signal });
	element.addEventListener('pointerdown', onPointerDown, capture);
	element.addEventListener('pointermove', onPointerMove, capture);
	element.addEventListener('pointerup', onPointerEnd, capture);
	element.addEventListener('pointercancel', onPointerEnd, capture);
	element.addEventListener('mousedown', onMouseDown, capture);
	element.addEventListener('click', onClick, capture);
	return () => {
		cancelAnimationFrame(frame);
		listeners.abort();
	};
}
