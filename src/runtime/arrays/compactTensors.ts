import { bytesPerElement, type TypedArray } from './dtypes.ts';
import { carryOut, type DtypePlan, type OptimizeDtypeOptions, planDtype } from './optimizeDtype.ts';

export interface TensorChange {
	readonly name: string;
	/** Element types before and after; the same where the tensor was only copied out of a larger buffer. */
	readonly from: string;
	readonly to: string;
	readonly bytes: number;
	/** Largest distance of an element from its value. */
	readonly maxError: number;
	/** One sentence. */
	readonly reason: string;
}

interface Planned {
	readonly name: string;
	readonly array: TypedArray;
	readonly plan: DtypePlan;
}

export interface CompactTensor {
	readonly change: TensorChange;
	readonly array: TypedArray;
}

/**
 * Smaller arrays for those tensors where that saves memory, one buffer after the other, so that an old one can go before the next is
 * copied. Tensors that look at one buffer are changed together or not at all: as long as one looks at the old buffer, all of it
 * stays. Left alone are buffers that other threads share, and tensors that overlap,
 * of which what is written into one must be seen in the other.
 */
export function* compactTensors(
	tensors: Iterable<readonly [string, TypedArray]>,
	options: OptimizeDtypeOptions,
): Generator<CompactTensor[], void, undefined> {
	const groups = new Map<ArrayBufferLike, [string, TypedArray][]>();
	for (const [name, array] of tensors) {
		const group = groups.get(array.buffer);
		if (group) group.push([name, array]);
		else groups.set(array.buffer, [[name, array]]);
	}
	for (const [buffer, group] of groups) {
		groups.delete(buffer);
		if (buffer instanceof SharedArrayBuffer || overlaps(group.map(([, array]) => array))) continue;
		const planned = group.map(([name, array]): Planned => ({ name, array, plan: planDtype(array, options) }));
		const bytes = planned.reduce((sum, { array, plan }) => sum + plannedBytes(array, plan), 0);
		if (bytes < buffer.byteLength) yield planned.map(changed);
	}
}

const plannedBytes = (array: TypedArray, { to }: DtypePlan): number =>
	to ? array.length * bytesPerElement(to) : array.byteLength;

function changed({ name, array, plan }: Planned): CompactTensor {
	const { array: smaller, from, to, maxError, reason } = carryOut(array, plan);
	// A Buffer's own slice would be a view.
	const own: TypedArray = smaller === array ? Uint8Array.prototype.slice.call(array) : smaller;
	const why = smaller === array ? `Copied out of a buffer of ${array.buffer.byteLength} bytes.` : reason;
	return { change: { name, from, to, bytes: own.byteLength, maxError, reason: why }, array: own };
}

function overlaps(arrays: readonly TypedArray[]): boolean {
	const sorted = [...arrays].sort((a, b) => a.byteOffset - b.byteOffset);
	return sorted.some((array, i) => {
		const next = sorted[i + 1];
		return next !== undefined && next.byteOffset < array.byteOffset + array.byteLength;
	});
}
