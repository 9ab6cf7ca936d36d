import { memoryBytes } from './dtypes.ts';
import { Refusal } from './hdf5Protocol.ts';
import type { Hdf5Dtype, Hdf5Numbers, Hdf5Values } from './hdf5Types.ts';

/** Values as they lie in the library's memory. */
export interface Packed {
	/** `count` values next to each other, in memory of their own or not; read only. */
	readonly bytes: Uint8Array;
	readonly count: number;
	/** All of the library's memory: what addresses in the values lead to. */
	readonly heap: Uint8Array;
	/** The library has turned them to little-endian. */
	readonly turned: boolean;
	/** Memory for numbers; new one without it. */
	readonly memory?: ((bytes: number) => ArrayBuffer) | undefined;
}

const ADDRESS_BYTES = 4;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Values in JavaScript's types; arrays of numbers have memory of their own. */
export function decode(dtype: Hdf5Dtype, packed: Packed): Hdf5Values {
	switch (dtype.kind) {
		case 'integer':
		case 'enum':
			return numbers(dtype, dtype.signed, packed);
		case 'bitfield':
		case 'boolean':
			return numbers(dtype, false, packed);
		case 'float':
			return floats(dtype, packed);
		case 'reference':
			return numbers({ bytes: 8, bigEndian: false }, false, packed);
		case 'string':
			return dtype.bytes === undefined ? variableStrings(packed) : fixedStrings(packed, dtype);
		case 'array': {
			const length = dtype.shape.reduce((all, each) => all * each, 1);
			return decode(dtype.of, { ...packed, count: packed.count * length });
		}
		case 'variable':
			return variable(dtype.of, packed);
		case 'compound':
			return Object.fromEntries(
				dtype.members.map(member => [
					member.name,
					decode(member.dtype, {
						...packed,
						bytes: gathered(packed, dtype.bytes, member.offset, memoryBytes(member.dtype)),
					}),
				]),
			);
		default:
			return pieces(packed, dtype.bytes);
	}
}

type StringType = Hdf5Dtype & { readonly kind: 'string' };

interface NumberLayout {
	readonly bytes: number;
	readonly bigEndian: boolean;
}

function numbers({ bytes, bigEndian }: NumberLayout, signed: boolean, packed: Packed): Hdf5Numbers {
	const { buffer } = inOrder(packed, bytes, bigEndian);
	switch (bytes) {
		case 1:
			return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
		case 2:
			return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
		case 4:
			return signed ? new Int32Array(buffer) : new Uint32Array(buffer);
		default:
			return signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
	}
}

function floats(layout: NumberLayout, packed: Packed): Hdf5Numbers {
	const { buffer } = inOrder(packed, layout.bytes, layout.bigEndian);
	if (layout.bytes === 8) return new Float64Array(buffer);
	if (layout.bytes === 4) return new Float32Array(buffer);
	return Float32Array.from(new Uint16Array(buffer), halfFloat);
}

/** A copy of the bytes, in the machine's order (WebAssembly's is little-endian, and so is every machine that runs it). */
function inOrder(
	{ bytes, count, turned, memory }: Packed,
	valueBytes: number,
	bigEndian: boolean,
): Uint8Array<ArrayBuffer> {
	const copy = new Uint8Array(memory?.(count * valueBytes) ?? new ArrayBuffer(count * valueBytes));
	copy.set(bytes.subarray(0, count * valueBytes));
	if (bigEndian && !turned) {
		const swap = Buffer.from(copy.buffer);
		if (valueBytes === 2) swap.swap16();
		else if (valueBytes === 4) swap.swap32();
		else if (valueBytes === 8) swap.swap64();
	}
	return copy;
}

/** IEEE 754 binary16, exact: sign, 5 bits of exponent, 10 of fraction. */
export function halfFloat(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fixedStrings({ bytes, count }: Packed, { bytes: size = 0, padding }: StringType): string[] {
	const texts: string[] = [];
	for (let i = 0; i < count; i++) {
		const value = bytes.subarray(i * size, (i + 1) * size);
		texts.push(text(value.subarray(0, padding === 'zero' ? zeroIn(value) : unpadded(value, padding))));
	}
	return texts;
}

function variableStrings({ bytes, count, heap }: Packed): string[] {
	const texts: string[] = [];
	const view = viewOf(bytes);
	for (let i = 0; i < count; i++) {
		const address = view.getUint32(i * ADDRESS_BYTES, true);
		if (address >= heap.length) throw new Refusal('damaged', 'a text lies outside of what was read');
		const end = heap.indexOf(0, address);
		texts.push(address === 0 ? '' : text(heap.subarray(address, end < 0 ? heap.length : end)));
	}
	return texts;
}

const zeroIn = (bytes: Uint8Array): number => {
	const zero = bytes.indexOf(0);
	return zero < 0 ? bytes.length : zero;
};

function unpadded(bytes: Uint8Array, padding: 'zeros' | 'spaces'): number {
	const filler = padding === 'zeros' ? 0 : 0x20;
	let end = bytes.length;
	while (end > 0 && bytes[end - 1] === filler) end--;
	return end;
}

/** UTF-8, whatever they call themselves, and Latin-1 where they are none. */
function text(bytes: Uint8Array): string {
	try {
		return UTF8.decode(bytes);
	} catch {
		return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
	}
}

function variable(of: Hdf5Dtype, { bytes, count, heap, turned }: Packed): Hdf5Values[] {
	const view = viewOf(bytes);
	const valueBytes = memoryBytes(of);
	const lists: Hdf5Values[] = [];
	for (let i = 0; i < count; i++) {
		const length = view.getUint32(2 * i * ADDRESS_BYTES, true);
		const address = view.getUint32((2 * i + 1) * ADDRESS_BYTES, true);
		const end = address + length * valueBytes;
		if (end > heap.length) throw new Refusal('damaged', 'a list lies outside of what was read');
		lists.push(decode(of, { bytes: heap.subarray(address, end), count: length, heap, turned }));
	}
	return lists;
}

function pieces({ bytes, count }: Packed, size: number): Uint8Array[] {
	return Array.from({ length: count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

/** One member of each compound value, next to each other. */
function gathered({ bytes, count }: Packed, stride: number, offset: number, size: number): Uint8Array {
	if (size === stride) return bytes;
	const target = new Uint8Array(count * size);
	for (let i = 0; i < count; i++) {
		const at = i * stride + offset;
		if (size <= 16) for (let byte = 0; byte < size; byte++) target[i * size + byte] = bytes[at + byte] ?? 0;
		else target.set(bytes.subarray(at, at + size), i * size);
	}
	return target;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The single value of a dataspace without dimensions. */
export function single(dtype: Hdf5Dtype, values: Hdf5Values): Hdf5Values | string | number | bigint | boolean {
	if (dtype.kind === 'array' || dtype.kind === 'compound') return values;
	const [value] = values as readonly (string | number | bigint | Hdf5Values)[];
	if (dtype.kind === 'boolean') return value !== 0;
	return value ?? values;
}
