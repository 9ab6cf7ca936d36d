/** A box of a variable: per dimension the first index and how many. */
export interface Box {
	readonly start: readonly number[];
	readonly shape: readonly number[];
}

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);

/**
 * Cuts a box into smaller ones of at most `mostValues` values each (but at least one), in the order of the file: as many whole rows,
 * planes … as fit. A box without values gives none.
 */
export function* boxesOf({ start, shape }: Box, mostValues: number): Generator<Box, void, undefined> {
	if (product(shape) === 0) return;
	// Dimensions behind `split` go whole into each box, those before it one index at a time.
	let split = shape.length - 1;
	while (split > 0 && product(shape.slice(split)) <= mostValues) split--;
	if (split < 0) {
		yield { start, shape };
		return;
	}
	const inner = shape.slice(split + 1);
	const step = Math.min(Math.max(Math.floor(mostValues / product(inner)), 1), shape[split] ?? 1);
	const index = start.slice(0, split + 1);
	const ones = index.slice(1).map(() => 1);
	const first = start[split] ?? 0;
	const end = first + (shape[split] ?? 0);
	for (;;) {
		for (let at = first; at < end; at += step) {
			index[split] = at;
			yield { start: [...index, ...start.slice(split + 1)], shape: [...ones, Math.min(step, end - at), ...inner] };
		}
		if (!advance(index, start, shape, split)) return;
	}
}

/** How the values of an array lie in a file. */
export interface Layout {
	/** Byte of the value at index 0, 0, …. */
	readonly begin: number;
	/** From one index of each dimension to the next, bytes. */
	readonly strides: readonly number[];
	readonly valueBytes: number;
}

/** Bytes that follow each other both in the box and in the file. */
export interface Run {
	readonly offset: number;
	readonly bytes: number;
}

/** Where the values of a box lie in the file, in the order of the box; runs as long as they can be. */
export function* runsOf(
	{ start, shape }: Box,
	{ begin, strides, valueBytes }: Layout,
): Generator<Run, void, undefined> {
	let bytes = valueBytes;
	let outer = shape.length;
	// A dimension continues the run where its next index begins right behind what the inner ones take.
	while (outer > 0 && (shape[outer - 1] === 1 || strides[outer - 1] === bytes)) {
		outer--;
		bytes *= shape[outer] ?? 1;
	}
	const index = start.slice(0, outer);
	for (;;) {
		let offset = begin;
		for (let dimension = 0; dimension < start.length; dimension++) {
			offset += ((dimension < outer ? index[dimension] : start[dimension]) ?? 0) * (strides[dimension] ?? 0);
		}
		yield { offset, bytes };
		if (!advance(index, start, shape, outer)) return;
	}
}

/** The next index of the first `dimensions` dimensions; `false` behind the last. */
function advance(index: number[], start: readonly number[], shape: readonly number[], dimensions: number): boolean {
	for (let dimension = dimensions - 1; dimension >= 0; dimension--) {
		const next = (index[dimension] ?? 0) + 1;
		const first = start[dimension] ?? 0;
		if (next < first + (shape[dimension] ?? 0)) {
			index[dimension] = next;
			return true;
		}
		index[dimension] = first;
	}
	return false;
}
