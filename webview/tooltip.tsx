import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** What a pointer or the keyboard is on, with where to show it, in pixels of the window. */
export interface Tip {
	x: number;
	y: number;
	title: string;
	lines: readonly string[];
}

const GAP = 12;

/** One tooltip for all canvases. It is also a live region: what the keyboard reaches is read out. */
export function Tooltip({ tip }: { tip: Signal<Tip | undefined> }): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	const shown = tip.value;
	useLayoutEffect(() => {
		const element = box.current;
		if (!element || !shown) return;
		const { width, height } = element.getBoundingClientRect();
		const left = shown.x + GAP + width > window.innerWidth ? shown.x - GAP - width : shown.x + GAP;
		const top = shown.y + GAP + height > window.innerHeight ? shown.y - GAP - height : shown.y + GAP;
		element.style.left = `${Math.max(4, left)}px`;
		element.style.top = `${Math.max(4, top)}px`;
	}, [shown]);
	return (
		<div ref={box} class="tooltip" role="status" hidden={!shown}>
			{shown && <strong>{shown.title}</strong>}
			{shown?.lines.map(line => (
				<div key={line}>{line}</div>
			))}
		</div>
	);
}
