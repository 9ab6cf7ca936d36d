/** A part of an array: where it begins and how far it goes on each axis, slowest axis first. */
export interface Box {
	readonly start: readonly number[];
	readonly count: readonly number[];
}

export function product(numbers: readonly number[]): number {
	return numbers.reduce((all, number) => all * number, 1);
}

/**
 * Sizes of boxes of at most `maxElements`, that follow one another in the file: whole inner axes first. Never less than one `grain`
 * (1 on each axis, or a tile), of which it is a multiple.
 */
export function bandCount(count: readonly number[], grain: readonly number[], maxElements: number): number[] {
	const size = grain.map((step, axis) => Math.min(step, count[axis] ?? 1));
	for (let axis = count.length - 1; axis >= 0; axis--) {
		const all = count[axis] ?? 1;
		const step = grain[axis] ?? 1;
		const others = product(size.filter((_, other) => other !== axis));
		const most = Math.floor(maxElements / Math.max(others, 1));
		if (most < all) {
			size[axis] = Math.min(Math.max(Math.floor(most / step) * step, step), all);
			break;
		}
		size[axis] = all;
	}
	return size;
}

/** Cuts `whole` into boxes of `size`, in the order of the file; cuts lie at multiples of `grain` from the array's own start. */
export function* split(whole: Box, size: readonly number[], grain: readonly number[]): Generator<Box, void, undefined> {
	if (whole.count.some(count => count === 0)) return;
	const ends = whole.start.map((start, axis) => start + (whole.count[axis] ?? 0));
	const at = [...whole.start];
	const next = (axis: number) => {
		const step = grain[axis] ?? 1;
		const from = Math.floor((at[axis] ?? 0) / step) * step;
		return Math.min(from + Math.max(size[axis] ?? 1, step), ends[axis] ?? 0);
	};
	for (;;) {
		yield { start: [...at], count: at.map((from, axis) => next(axis) - from) };
		let axis = at.length - 1;
		for (; axis >= 0; axis--) {
			at[axis] = next(axis);
			if ((at[axis] ?? 0) < (ends[axis] ?? 0)) break;
			at[axis] = whole.start[axis] ?? 0;
		}
		if (axis < 0) return;
	}
}

/**
 * The stretches of `box` that lie together in an array of `shape`: the number of elements of each, and where each begins, as an index
 * into the array.
 */
export function runs(shape: readonly number[], box: Box): { readonly length: number; starts(): Generator<number> } {
	let axis = shape.length - 1;
	let length = box.count[axis] ?? 1;
	while (axis > 0 && box.count[axis] === shape[axis]) length *= box.count[--axis] ?? 1;
	const outer = Math.max(axis, 0);
	const strides = shape.map((_, i) => product(shape.slice(i + 1)));
	const origin = box.start.reduce((all, start, i) => all + start * (strides[i] ?? 1), 0);
	function* starts(): Generator<number> {
		const at = box.count.slice(0, outer).fill(0);
		for (;;) {
			yield at.reduce((all, index, i) => all + index * (strides[i] ?? 1), origin);
			let i = outer - 1;
			for (; i >= 0; i--) {
				at[i] = (at[i] ?? 0) + 1;
				if ((at[i] ?? 0) < (box.count[i] ?? 0)) break;
				at[i] = 0;
			}
			if (i < 0) return;
		}
	}
	return { length, starts };
}
