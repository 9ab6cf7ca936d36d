import type { PixelArray } from './pixelTypes.ts';
import type { Point, RectangleRegion } from './region.ts';

/** Stretches of one row: pairs of the first pixel and the one after the last. Used again for every row. @internal */
export class Spans {
	#pairs = new Int32Array(64);
	count = 0;

	clear(): void {
		this.count = 0;
	}

	add(from: number, to: number): void {
		if (to <= from) return;
		if (this.count * 2 === this.#pairs.length) {
			const larger = new Int32Array(this.#pairs.length * 2);
			larger.set(this.#pairs);
			this.#pairs = larger;
		}
		this.#pairs[this.count * 2] = from;
		this.#pairs[this.count * 2 + 1] = to;
		this.count++;
	}

	from(index: number): number {
		return this.#pairs[index * 2] ?? 0;
	}

	to(index: number): number {
		return this.#pairs[index * 2 + 1] ?? 0;
	}
}

/** Which pixels of a row belong to a region, for one way through an image from top to bottom. @internal */
export interface RegionRows {
	/** In memory until `close`. */
	readonly heldBytes?: number;
	/** Before the rows from `y` to before `end`. */
	prepare?(y: number, end: number): Promise<void>;
	/** The stretches of row `y`; each asked for once, in their order. */
	row(y: number, spans: Spans): void;
	/** When no more rows are asked for. */
	close?(): Promise<void>;
}

/** @internal */
export function wholeRows(width: number): RegionRows {
	return { row: (_, spans) => spans.add(0, width) };
}

/** @internal */
export function rectangleRows(rectangle: RectangleRegion['rectangle'], width: number): RegionRows {
	const from = Math.max(0, rectangle.x);
	const to = Math.min(width, rectangle.x + rectangle.width);
	const end = rectangle.y + rectangle.height;
	return {
		row(y, spans) {
			if (y >= rectangle.y && y < end) spans.add(from, to);
		},
	};
}

interface Edge {
	/** The upper end, and the lower. */
	readonly x: number;
	readonly top: number;
	readonly bottom: number;
	/** Pixels to the right for one down. */
	readonly slope: number;
}

/** By lines through the centres of pixels: where they cross an odd number of edges to the left, they are inside. @internal */
export function polygonRows(rings: readonly (readonly Point[])[], width: number): RegionRows {
	const edges = rings.flatMap(edgesOf).sort((a, b) => a.top - b.top);
	let next = 0;
	let active: Edge[] = [];
	return {
		row(y, spans) {
			const middle = y + 0.5;
			for (let edge = edges[next]; edge && edge.top <= middle; edge = edges[++next]) active.push(edge);
			if (active.length === 0) return;
			active = active.filter(({ bottom }) => bottom > middle);
			const crossings = active.map(({ x, top, slope }) => x + (middle - top) * slope).sort((a, b) => a - b);
			for (let i = 0; i + 1 < crossings.length; i += 2) {
				const from = Math.ceil((crossings[i] ?? 0) - 0.5);
				const to = Math.ceil((crossings[i + 1] ?? 0) - 0.5);
				spans.add(Math.max(0, from), Math.min(width, to));
			}
		},
	};
}

function edgesOf(ring: readonly Point[]): Edge[] {
	const edges: Edge[] = [];
	let last = ring.at(-1);
	for (const point of ring) {
		const [above, below] = last && last[1] < point[1] ? [last, point] : [point, last ?? point];
		last = point;
		const [x, top] = above;
		const [lowerX, bottom] = below;
		// A level edge is crossed by no line through centres that its neighbours do not account for.
		if (bottom > top) edges.push({ x, top, bottom, slope: (lowerX - x) / (bottom - top) });
	}
	return edges;
}

/** Stretches of samples that are zero, or that are not; the first of `channels` counts. @internal */
export function maskSpans(
	data: PixelArray,
	row: { readonly start: number; readonly width: number; readonly channels: number },
	inside: 'nonzero' | 'zero',
	spans: Spans,
): void {
	const { start, width, channels } = row;
	const zeroIsInside = inside === 'zero';
	let from = -1;
	for (let x = 0, at = start; x < width; x++, at += channels) {
		if ((data[at] === 0) === zeroIsInside) {
			if (from < 0) from = x;
		} else if (from >= 0) {
			spans.add(from, x);
			from = -1;
		}
	}
	if (from >= 0) spans.add(from, width);
}
