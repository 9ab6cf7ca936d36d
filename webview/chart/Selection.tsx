import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { keyStep, movedBy, withEdgeAt } from '../../src/analysis/brush.ts';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { shownWindow } from './MemoryChart.tsx';
import { select, zoomToSelection } from './selectTime.ts';

type Part = 'min' | 'max' | 'whole';

/** The selected time over the chart and the lanes: its edges and its grip are drawn with the pointer, and moved with the arrow keys. */
export function Selection(): JSX.Element | null {
	const panel = usePanel();
	const { store, view } = panel;
	store.revision.value;
	const layer = useRef<HTMLDivElement>(null);
	const drag = useRef<{ part: Part; x: number; from: TimeWindow } | undefined>(undefined);
	const brush = view.brush.value;
	const shown = shownWindow(panel);
	if (!brush) return null;
	const span = shown.max - shown.min;
	const left = (brush.min - shown.min) / span;
	const right = (brush.max - shown.min) / span;
	const away = right < 0 || left > 1;

	const begin = (part: Part) => (event: PointerEvent) => {
		drag.current = { part, x: event.clientX, from: brush };
		(event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
		event.preventDefault();
		(event.currentTarget as HTMLElement).focus();
	};
	const go = (event: PointerEvent) => {
		const width = layer.current?.clientWidth;
		if (!drag.current || !width) return;
		const { part, x, from } = drag.current;
		const by = ((event.clientX - x) / width) * span;
		select(panel, part === 'whole' ? movedBy(from, by, store.now) : withEdgeAt(from, part, from[part] + by, store.now));
	};
	const end = () => {
		drag.current = undefined;
	};
	const handle = (part: Part) => ({
		onPointerDown: begin(part),
		onPointerMove: go,
		onPointerUp: end,
		onPointerCancel: end,
	});
	const onKeyDown = (event: KeyboardEvent) => {
		const step = keyStep(brush, shown) * (event.key === 'ArrowLeft' ? -1 : 1);
		if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
			select(
				panel,
				event.shiftKey
					? withEdgeAt(brush, 'max', Math.max(brush.max + step, brush.min), store.now)
					: movedBy(brush, step, store.now),
			);
		else if (event.key === 'Enter') zoomToSelection(panel);
		else if (event.key === 'Escape') select(panel, undefined);
		else return;
		event.preventDefault();
	};
	const text = formatMs(brush.max - brush.min);
	const percent = (share: number) => `${Math.min(Math.max(share, 0), 1) * 100}%`;
	return (
		<div class="selection-layer" ref={layer}>
			{!away && (
				<div class="selection" style={{ left: percent(left), right: percent(1 - right) }}>
					{left >= 0 && <span class="selection-edge edge-min" aria-hidden="true" {...handle('min')} />}
					{right <= 1 && <span class="selection-edge edge-max" aria-hidden="true" {...handle('max')} />}
					<button
						type="button"
						class="selection-grip"
						aria-label={`Selected ${formatMs(brush.min)} to ${formatMs(brush.max)}, ${text}. Arrow keys move it, Shift and arrow keys make it longer or shorter, Enter zooms to it, Escape clears it.`}
						title="Drag to move, drag an edge to resize, double-click to zoom to it, Escape to clear"
						onKeyDown={onKeyDown}
						onDblClick={() => zoomToSelection(panel)}
						{...handle('whole')}
					>
						{text}
					</button>
				</div>
			)}
		</div>
	);
}
