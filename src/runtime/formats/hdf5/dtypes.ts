import { Refusal } from './hdf5Protocol.ts';
import type { Hdf5Dtype, Hdf5Member } from './hdf5Types.ts';
import type { Metadata } from './library.ts';

/** HDF5's classes of types by their numbers (H5Tpublic.h). */
const INTEGER = 0;
const FLOAT = 1;
const TIME = 2;
const STRING = 3;
const BITFIELD = 4;
const OPAQUE = 5;
const COMPOUND = 6;
const REFERENCE = 7;
const ENUM = 8;
const VARIABLE = 9;
const ARRAY = 10;

/** A broken file can nest types as deep as it likes. */
const MOST_DEPTH = 32;
/** H5T_STR_NULLTERM, NULLPAD, SPACEPAD. */
const PADDINGS = ['zero', 'zeros', 'spaces'] as const;
const OBJECT_REFERENCE_BYTES = 8;
const NUMBER_BYTES = [1, 2, 4, 8];

/** What the library says of a type, in our words. */
export function dtypeOf(metadata: Metadata, depth = 0): Hdf5Dtype {
	if (depth > MOST_DEPTH) throw new Refusal('unsupported', `a type is nested deeper than ${MOST_DEPTH} levels.`);
	const { type, size: bytes, signed, littleEndian } = metadata;
	const bigEndian = !littleEndian && bytes > 1;
	const inner = (of: Metadata | undefined) => dtypeOf(of ?? metadata, depth + 1);
	switch (type) {
		case INTEGER:
			return { kind: 'integer', name: `${signed ? '' : 'u'}int${bytes * 8}`, bytes, signed, bigEndian };
		case FLOAT:
			return { kind: 'float', name: `float${bytes * 8}`, bytes, bigEndian };
		case TIME:
			return { kind: 'time', name: `time${bytes * 8}`, bytes, bigEndian };
		case STRING: {
			const charset = metadata.cset === 1 ? 'utf8' : 'ascii';
			const padding = PADDINGS[metadata.strpad ?? 0] ?? 'zero';
			if (metadata.vlen) return { kind: 'string', name: 'string', charset, padding };
			return { kind: 'string', name: `string[${bytes}]`, bytes, charset, padding };
		}
		case BITFIELD:
			return { kind: 'bitfield', name: `bitfield${bytes * 8}`, bytes, bigEndian };
		case OPAQUE:
			return { kind: 'opaque', name: `opaque[${bytes}]`, bytes };
		case COMPOUND: {
			const members = (metadata.compound_type?.members ?? []).map(
				(member): Hdf5Member => ({ name: member.name, offset: member.offset, dtype: inner(member) }),
			);
			return { kind: 'compound', name: 'compound', bytes, members };
		}
		case REFERENCE:
			if (metadata.ref_type === 'object' && bytes === OBJECT_REFERENCE_BYTES) {
				return { kind: 'reference', name: 'reference' };
			}
			return { kind: 'regionReference', name: 'region reference', bytes };
		case ENUM: {
			const members = new Map(Object.entries(metadata.enum_type?.members ?? {}));
			const boolean = members.size === 2 && members.get('FALSE') === 0 && members.get('TRUE') === 1;
			if (boolean) return { kind: 'boolean', name: 'boolean', bytes, bigEndian };
			return { kind: 'enum', name: `enum${bytes * 8}`, bytes, signed, bigEndian, members };
		}
		case VARIABLE: {
			const of = inner(metadata.vlen_type);
			return { kind: 'variable', name: `${of.name}[]`, of };
		}
		case ARRAY: {
			const shape = metadata.array_type?.shape ?? [];
			const of = inner(metadata.array_type);
			return { kind: 'array', name: `${of.name}[${shape.join(', ')}]`, shape, of };
		}
		default:
			return { kind: 'opaque', name: `class ${type}`, bytes };
	}
}

/** Bytes of one value in the library's memory, where a length and an address stand for values of variable length. */
export function memoryBytes(dtype: Hdf5Dtype): number {
	switch (dtype.kind) {
		case 'string':
			return dtype.bytes ?? 4;
		case 'variable':
		case 'reference':
			return 8;
		case 'array':
			return dtype.shape.reduce((all, length) => all * length, memoryBytes(dtype.of));
		default:
			return dtype.bytes;
	}
}

/** Whether the library takes memory for the values of this type that has to be given back. */
export function hasVariable(dtype: Hdf5Dtype): boolean {
	if (dtype.kind === 'variable') return true;
	if (dtype.kind === 'string') return dtype.bytes === undefined;
	return innerOf(dtype).some(hasVariable);
}

/** Whether its values are one array of numbers. */
export function hasNumbersOnly(dtype: Hdf5Dtype): boolean {
	if (dtype.kind === 'array') return hasNumbersOnly(dtype.of);
	return ['integer', 'float', 'bitfield', 'boolean', 'enum', 'reference'].includes(dtype.kind);
}

/** Why values of this type cannot be given; `undefined`: they can. */
export function unreadable(metadata: Metadata): string | undefined {
	// The library turns no enumeration round; within another type it would leave the rest half turned.
	if (metadata.type !== ENUM && holdsEnum(metadata) && turnedByLibrary(metadata)) {
		return 'it holds big-endian enumerations within other types';
	}
	return unknownNumber(dtypeOf(metadata));
}

const holdsEnum = (metadata: Metadata): boolean => metadata.type === ENUM || innerMetadata(metadata).some(holdsEnum);

function innerMetadata({ type, compound_type, array_type, vlen_type }: Metadata): readonly Metadata[] {
	if (type === COMPOUND) return compound_type?.members ?? [];
	const inner = type === ARRAY ? array_type : type === VARIABLE ? vlen_type : undefined;
	return inner ? [inner] : [];
}

function unknownNumber(dtype: Hdf5Dtype): string | undefined {
	switch (dtype.kind) {
		case 'float':
			if (dtype.bytes === 2 || dtype.bytes === 4 || dtype.bytes === 8) return undefined;
			return `it holds floating-point numbers of ${dtype.bytes} bytes, which JavaScript does not have`;
		case 'integer':
		case 'bitfield':
		case 'boolean':
		case 'enum':
			if (NUMBER_BYTES.includes(dtype.bytes)) return undefined;
			return `it holds integers of ${dtype.bytes} bytes, which JavaScript does not have`;
		case 'time':
			return 'it holds times of the class H5T_TIME, which the HDF5 library does not convert and no longer describes';
		default:
			return innerOf(dtype).map(unknownNumber).find(Boolean);
	}
}

const innerOf = (dtype: Hdf5Dtype): Hdf5Dtype[] => {
	if (dtype.kind === 'compound') return dtype.members.map(member => member.dtype);
	return dtype.kind === 'array' || dtype.kind === 'variable' ? [dtype.of] : [];
};

/**
 * Whether the library gives the values in little-endian order. It turns what is big-endian throughout, and leaves alone what is mixed, and
 * enumerations; then each `bigEndian` holds.
 */
export function turnedByLibrary(metadata: Metadata): boolean {
	if (metadata.type === ENUM) return false;
	const found = orders(metadata);
	return found.size === 1 && found.has('big');
}

/** As the library sees them: single bytes and texts of variable length have an order as well. */
function orders(metadata: Metadata): Set<'big' | 'little'> {
	const { type, vlen, littleEndian } = metadata;
	if ([COMPOUND, ARRAY, VARIABLE].includes(type))
		return new Set(innerMetadata(metadata).flatMap(each => [...orders(each)]));
	const ordered = [INTEGER, FLOAT, TIME, BITFIELD, ENUM].includes(type) || (type === STRING && vlen);
	return new Set(ordered ? [littleEndian ? 'little' : 'big'] : []);
}

/** Whether the library says something against turning values that it reads all the same. */
export const refusesTurning = ({ type, littleEndian }: Metadata): boolean => type === ENUM && !littleEndian;
