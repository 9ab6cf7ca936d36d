import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { product } from './fitsBoxes.ts';
import type { FitsHdu } from './fitsHdu.ts';
import { imageScaling } from './fitsImages.ts';
import type { FitsLimits, PieceSettings } from './fitsOptions.ts';
import { convert, type FitsPixels, planPixels, storedOffset } from './fitsPixels.ts';
import type { PieceMemory } from './pieceMemory.ts';

/** Some of the groups of a random-groups HDU. */
export interface FitsGroups {
	/** The first group's number, from 0. */
	readonly start: number;
	readonly groups: number;
	/** PTYPE of each parameter; names may occur several times: their values are to be added. */
	readonly parameterNames: readonly string[];
	/** `parameterNames.length` for each group, `PZERO + PSCAL × stored` unless `raw`. */
	readonly parameters: Float64Array;
	/** The arrays of all groups, each of the HDU's `shape`. */
	readonly data: FitsPixels;
}

/** What a parameter's name and scale take, about. */
const PARAMETER_BYTES = 64;

export async function* readGroups(
	source: ByteSource,
	hdu: FitsHdu,
	settings: PieceSettings,
	{ maxItemBytes }: FitsLimits,
	start: number,
	end: number,
	memories: PieceMemory,
): AsyncGenerator<FitsGroups, void, undefined> {
	const { header, bitpix, rowBytes, dataOffset, shape } = hdu;
	if (rowBytes === 0) return;
	const plan = planPixels(bitpix, imageScaling(header), settings.values);
	const plain = planPixels(bitpix, { scale: 1, zero: 0, blank: undefined }, 'raw');
	const elementBytes = Math.abs(bitpix) / 8;
	const pixels = shape.length === 0 ? 1 : product(shape);
	const count = rowBytes / elementBytes - pixels;
	const groupBytes = pixels * plan.given.BYTES_PER_ELEMENT + count * 8;
	const needed = Math.max(rowBytes, groupBytes) + count * PARAMETER_BYTES;
	if (needed > Math.max(settings.maxBytes, maxItemBytes)) {
		throw formatErrors.tooLarge(source.path, 'a group', needed, 'maxItemBytes', maxItemBytes);
	}
	const most = Math.min(Math.max(1, Math.floor(settings.maxBytes / needed)), end - start);
	if (dataOffset + (start + 1) * rowBytes > source.size && start < end) {
		throw source.truncated(dataOffset + start * rowBytes, rowBytes, 'the groups');
	}
	const names = Array.from({ length: count }, (_, i) => header.text(`PTYPE${i + 1}`) ?? '');
	const raw = settings.values === 'raw';
	const scales = names.map((_, i) => (raw ? 1 : (header.number(`PSCAL${i + 1}`) ?? 1)));
	const zeros = names.map((_, i) => (raw ? 0 : (header.number(`PZERO${i + 1}`) ?? 0)));
	const stored = Buffer.allocUnsafeSlow(rowBytes);
	const native = Buffer.allocUnsafeSlow(count * elementBytes);
	const pixelBytes = pixels * plan.stored.BYTES_PER_ELEMENT;
	const held = most * (groupBytes + rowBytes);
	source.held(held);
	const window = source.window(Math.max(settings.maxBytes, rowBytes));
	try {
		for (let first = start; first < end; first += most) {
			const groups = Math.min(most, end - first);
			const memory = memories.take(groups * pixels * plan.given.BYTES_PER_ELEMENT, !settings.reuse);
			const parameters = new Float64Array(groups * count);
			let at = storedOffset(plan, groups * pixels);
			for (let group = 0; group < groups; group++, at += pixelBytes) {
				const offset = dataOffset + (first + group) * rowBytes;
				stored.set(window.at(offset, rowBytes) ?? (await window.bytes(offset, rowBytes, 'the groups')));
				native.set(stored.subarray(0, native.length));
				const numbers = convert(native, count, plain);
				for (let i = 0; i < count; i++) {
					parameters[group * count + i] = Number(numbers[i]) * (scales[i] ?? 1) + (zeros[i] ?? 0);
				}
				memory.set(stored.subarray(native.length), at);
			}
			const data = convert(memory, groups * pixels, plan);
			yield { start: first, groups, parameterNames: names, parameters, data };
			if (settings.reuse) memories.giveBack(memory);
		}
	} finally {
		source.held(-held);
		window.release();
	}
}
