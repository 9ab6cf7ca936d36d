import type { Box } from '../netcdf/slabPlan.ts';

const product = (lengths: readonly number[]): number => lengths.reduce((all, length) => all * length, 1);

/**
 * Cuts a box of a dataset along its chunks, so that each chunk is unpacked once: blocks of as many whole chunks as have at most `mostValues`
 * values, but at least one. Blocks follow each other as rows do. A box without values gives none.
 */
export function* chunkBoxes(box: Box, chunks: readonly number[], mostValues: number): Generator<Box, void, undefined> {
	if (product(box.shape) === 0) return;
	const size = (dimension: number) => chunks[dimension] ?? 1;
	const origin = box.start.map((first, dimension) => Math.floor(first / size(dimension)) * size(dimension));
	const end = box.start.map((first, dimension) => first + (box.shape[dimension] ?? 0));
	const block = [...chunks];
	for (let dimension = chunks.length - 1; dimension >= 0; dimension--) {
		const touched = Math.ceil(((end[dimension] ?? 0) - (origin[dimension] ?? 0)) / size(dimension));
		const fitting = Math.max(Math.floor(mostValues / product(block)), 1);
		block[dimension] = size(dimension) * Math.min(fitting, touched);
		if (fitting < touched) break;
	}
	const cell = [...origin];
	for (;;) {
		const start = cell.map((at, dimension) => Math.max(at, box.start[dimension] ?? 0));
		const shape = cell.map((at, dimension) => {
			return Math.min(at + (block[dimension] ?? 1), end[dimension] ?? 0) - (start[dimension] ?? 0);
		});
		yield { start, shape };
		let dimension = cell.length - 1;
		for (; dimension >= 0; dimension--) {
			const next = (cell[dimension] ?? 0) + (block[dimension] ?? 1);
			cell[dimension] = next < (end[dimension] ?? 0) ? next : (origin[dimension] ?? 0);
			if (next < (end[dimension] ?? 0)) break;
		}
		if (dimension < 0) return;
	}
}
