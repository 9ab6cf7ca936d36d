import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { useWidth } from '../useSize.ts';
import { useSidebar } from './sidebarContext.ts';

const HEIGHT = 44;

/** RSS over the whole run. */
export function Sparkline(): JSX.Element {
	const sidebar = useSidebar();
	const { store } = sidebar;
	const revision = store.revision.value;
	const theme = sidebar.theme.value;
	const host = useRef<HTMLDivElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(host);
	const model = store.model;
	useLayoutEffect(() => {
		const element = canvas.current;
		const ctx = element?.getContext('2d');
		const data = model?.series.data;
		const top = model?.peakRss?.bytes;
		if (!element || !ctx || width <= 0) return;
		const scale = window.devicePixelRatio;
		element.width = Math.round(width * scale);
		element.height = HEIGHT * scale;
		if (!data || !top || !model) return;
		ctx.scale(scale, scale);
		ctx.beginPath();
		let firstX: number | undefined;
		let lastX = 0;
		data.t.forEach((t, i) => {
			const rss = data.rssBytes[i];
			if (rss === null || rss === undefined) return;
			lastX = (t / Math.max(model.now, 1)) * width;
			firstX ??= lastX;
			ctx.lineTo(lastX, HEIGHT - 2 - (rss / top) * (HEIGHT - 6));
		});
		ctx.strokeStyle = theme.blue;
		ctx.lineWidth = 1.5;
		ctx.stroke();
		ctx.lineTo(lastX, HEIGHT);
		ctx.lineTo(firstX ?? 0, HEIGHT);
		ctx.globalAlpha = 0.15;
		ctx.fillStyle = theme.blue;
		ctx.fill();
	}, [revision, width, theme, model]);
	const peak = model?.peakRss;
	const text = peak ? `RSS, peak ${formatBytes(peak.bytes)} at ${formatMs(peak.t)}` : 'RSS: nothing measured yet';
	return (
		<figure class="sparkline" ref={host}>
			<canvas ref={canvas} role="img" aria-label={text} style={{ width: `${width}px`, height: `${HEIGHT}px` }} />
			<figcaption class="dim">{text}</figcaption>
		</figure>
	);
}
