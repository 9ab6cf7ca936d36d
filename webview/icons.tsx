import type { JSX } from 'preact';

/** Outlines on a 16 × 16 grid, drawn for this project. Icons are decoration: the control that holds one has the label. */
const PATHS = {
	stop: 'M4 4h8v8H4z',
	restart: 'M12.5 8a4.5 4.5 0 1 1-1.4-3.3M12.5 2v3h-3',
	collect: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.7M9.2 7v3.7',
	snapshot: 'M2.5 5h2.6l1-1.5h3.8l1 1.5h2.6v7.5h-11zM8 6.6a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
	refresh: 'M3 8a5 5 0 0 1 8.6-3.4L13 6M13 3v3h-3M13 8a5 5 0 0 1-8.6 3.4L3 10M3 13v-3h3',
	pause: 'M5.5 3.5v9M10.5 3.5v9',
	play: 'M5 3.5 12 8l-7 4.5z',
	forecast: 'M2.5 12.5 7 8l2 2 4.5-5M10 5h3.5v3.5',
	follow: 'M2.5 8h8M7.5 4.8 10.7 8l-3.2 3.2M13.2 3.5v9',
	wholeRun: 'M2.5 8h11M5 5.5 2.5 8 5 10.5M11 5.5 13.5 8 11 10.5',
	zoomOut: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2M5.3 7h3.4',
	zoomIn: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2M5.3 7h3.4M7 5.3v3.4',
	close: 'M4 4l8 8M12 4l-8 8',
	clear: 'M3 12.8h10M5.2 10.6 3 8.4l5.4-5.2 4.2 4.2-3.2 3.2zM6 5.6l4.2 4.2',
	rename: 'M3 13l.7-3L10.6 3.2l2.2 2.2L6 12.3zM9.3 4.5l2.2 2.2',
	reveal: 'M2.5 12.5v-9h4l1.3 1.6h5.7v7.4z',
	panel: 'M2.5 3h11v10h-11zM2.5 9.5l3-3 2.5 2 3-3.5 2.5 2.5',
	info: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.2v3.6M8 5v.4',
	warning: 'M8 2.8 14 13H2zM8 6.5v3M8 11v.4',
	error: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6 6l4 4M10 6l-4 4',
	expand: 'M6.2 4 10.2 8l-4 4',
	collapse: 'M4 6.2 8 10.2l4-4',
	copy: 'M6 5.5h6.5V13H6zM3.5 10.5V3H10',
	done: 'M3.5 8.5 6.5 11.5 12.5 4.5',
	recording: 'M4 2.5h5.5L12 5v8.5H4zM9.3 2.7v2.6h2.6M6 11l1.5-2 1 1 1.5-2.2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
	return (
		<svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
			<path d={PATHS[name]} />
		</svg>
	);
}
