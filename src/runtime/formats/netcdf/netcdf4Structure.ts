/** NetCDF-4's words for what stands in an HDF5 file: "The NetCDF-4 File Format", NetCDF User's Guide, appendix. */
import type { Hdf5Attribute, Hdf5Dataset, Hdf5Dtype, Hdf5Entry, Hdf5Group } from '../hdf5/hdf5Types.ts';
import type {
	NetcdfAttribute,
	NetcdfAttributeValue,
	NetcdfData,
	NetcdfDimension,
	NetcdfLayout,
	NetcdfType,
	NetcdfVariable,
} from './netcdfTypes.ts';
import { netcdfVariable } from './netcdfVariable.ts';

/** How the library marks a dataset that only stands for a dimension. */
const ONLY_DIMENSION = 'This is a netCDF dimension but not a netCDF variable.';
/** Before the name of a variable that is called as a dimension and is not its coordinates. */
const NOT_COORDINATES = '_nc4_non_coord_';
const HIDDEN_OF_VARIABLES = [
	'CLASS',
	'NAME',
	'REFERENCE_LIST',
	'DIMENSION_LIST',
	'_Netcdf4Dimid',
	'_Netcdf4Coordinates',
];
const HIDDEN_OF_GROUPS = ['_NCProperties', '_nc3_strict'];
const CLASSIC_MODEL = '_nc3_strict';

/** A variable and where its values are. */
export interface Netcdf4Variable {
	readonly variable: NetcdfVariable;
	readonly dataset: Hdf5Dataset;
}

export interface Netcdf4Structure {
	readonly layout: NetcdfLayout;
	readonly dimensions: readonly NetcdfDimension[];
	readonly variables: readonly Netcdf4Variable[];
	readonly attributes: readonly NetcdfAttribute[];
}

interface Dimension {
	readonly name: string;
	readonly group: string;
	readonly unlimited: boolean;
	/** `_Netcdf4Dimid`, by which they are in order; those that have none come last. */
	readonly id: number;
	length: number;
}

export function netcdf4Structure(entries: readonly Hdf5Entry[]): Netcdf4Structure {
	const datasets = entries.filter(entry => entry.type === 'dataset');
	const groups = entries.filter(entry => entry.type === 'group');
	const dimensions = new Dimensions(datasets);
	const variables = datasets
		.filter(dataset => !textOf(dataset.attributes.get('NAME')).startsWith(ONLY_DIMENSION))
		// Groups within come first where dimensions are made up: so the library numbers them.
		.sort((one, other) => depthOf(other.path) - depthOf(one.path))
		.map(dataset => ({ dataset, uses: dimensions.of(dataset) }));
	for (const { dataset, uses } of variables) dimensions.extend(dataset, uses);
	const order = new Map(datasets.map((dataset, index) => [dataset, index]));
	variables.sort((one, other) => (order.get(one.dataset) ?? 0) - (order.get(other.dataset) ?? 0));
	const root = groups.find(({ path }) => path === '/');
	return {
		layout: root?.attributes.has(CLASSIC_MODEL) ? 'NetCDF-4 classic model' : 'NetCDF-4',
		dimensions: dimensions.all.map(({ name, length, unlimited }) => ({ kind: 'dimension', name, length, unlimited })),
		variables: variables.map(({ dataset, uses }) => ({ dataset, variable: variableOf(dataset, uses) })),
		attributes: groups.flatMap(groupAttributes),
	};
}

class Dimensions {
	/** In the order of the file. */
	readonly all: Dimension[] = [];
	readonly #byAddress = new Map<bigint, Dimension>();
	readonly #byId = new Map<number, Dimension>();
	#invented = 0;

	constructor(datasets: readonly Hdf5Dataset[]) {
		for (const dataset of datasets) {
			const { path, shape, maxShape, attributes, address } = dataset;
			if (!isScale(dataset) || shape === null || dataset.sameAs !== undefined) continue;
			const given = attributes.get('_Netcdf4Dimid')?.value;
			const dimension: Dimension = {
				name: nameOf(path),
				group: groupOf(path),
				unlimited: maxShape?.[0] === Number.POSITIVE_INFINITY,
				id: typeof given === 'number' ? given : Number.POSITIVE_INFINITY,
				length: shape[0] ?? 1,
			};
			// Grown to the longest variable: the scale itself need not have grown with them.
			this.all.push(dimension);
			this.#byAddress.set(address, dimension);
			if (typeof given === 'number') this.#byId.set(given, dimension);
		}
		this.all.sort((one, other) => (one.id === other.id ? 0 : one.id - other.id));
	}

	/** Of a variable, slowest first. Where the file names none, as files do that NetCDF has not written, they are made up. */
	of(dataset: Hdf5Dataset): Dimension[] {
		const { shape, attributes, address } = dataset;
		const rank = shape?.length ?? 0;
		const own = this.#byAddress.get(address);
		const ids = attributes.get('_Netcdf4Coordinates')?.value;
		if (ids instanceof Int32Array && ids.length === rank) {
			const named = [...ids].map(id => this.#byId.get(id));
			if (named.every(each => each !== undefined)) return named;
		}
		if (own && rank === 1) return [own];
		const scales = attributes.get('DIMENSION_LIST')?.value;
		const lists = Array.isArray(scales) ? scales : [];
		const used: Dimension[] = [];
		for (let i = 0; i < rank; i++) {
			const list: unknown = lists[i];
			const first = list instanceof BigUint64Array ? list[0] : undefined;
			const named = first === undefined ? undefined : this.#byAddress.get(first);
			used.push(named ?? this.#invent(dataset, i, used));
		}
		return used;
	}

	/** An unlimited dimension is as long as the longest of its variables. */
	extend({ shape }: Hdf5Dataset, uses: readonly Dimension[]): void {
		for (const [i, dimension] of uses.entries()) {
			if (dimension.unlimited) dimension.length = Math.max(dimension.length, shape?.[i] ?? 0);
		}
	}

	#invent({ path, shape, maxShape }: Hdf5Dataset, index: number, used: readonly Dimension[]): Dimension {
		const length = shape?.[index] ?? 0;
		const unlimited = maxShape?.[index] === Number.POSITIVE_INFINITY;
		const group = groupOf(path);
		const found = this.all.find(
			each => each.group === group && each.length === length && each.unlimited === unlimited && !used.includes(each),
		);
		if (found) return found;
		const name = `${group === '' ? '' : `${group}/`}phony_dim_${this.#invented++}`;
		const dimension = { name, group, unlimited, id: Number.POSITIVE_INFINITY, length };
		this.all.push(dimension);
		return dimension;
	}
}

const isScale = ({ attributes }: Hdf5Dataset): boolean => textOf(attributes.get('CLASS')) === 'DIMENSION_SCALE';

function textOf(attribute: Hdf5Attribute | undefined): string {
	return typeof attribute?.value === 'string' ? attribute.value : '';
}

const depthOf = (path: string): number => path.split('/').length;

const groupOf = (path: string): string => path.slice(1, Math.max(path.lastIndexOf('/'), 1));

function nameOf(path: string): string {
	const cut = path.lastIndexOf('/') + 1;
	const name = path.slice(cut);
	return path.slice(1, cut) + (name.startsWith(NOT_COORDINATES) ? name.slice(NOT_COORDINATES.length) : name);
}

function variableOf({ path, shape, dtype, attributes }: Hdf5Dataset, uses: readonly Dimension[]): NetcdfVariable {
	const name = nameOf(path);
	const lengths = uses.map(({ unlimited, length }, i) => (unlimited ? length : (shape?.[i] ?? 0)));
	const visible = [...attributes].filter(([key]) => !HIDDEN_OF_VARIABLES.includes(key));
	return netcdfVariable(
		name,
		typeOf(dtype),
		uses.map(dimension => dimension.name),
		lengths,
		visible.flatMap(([key, attribute]) => attributeOf(key, attribute, name)),
	);
}

function groupAttributes({ path, attributes, sameAs }: Hdf5Group): NetcdfAttribute[] {
	if (sameAs !== undefined) return [];
	return [...attributes]
		.filter(([key]) => !HIDDEN_OF_GROUPS.includes(key))
		.flatMap(([key, attribute]) => attributeOf(key, attribute, path === '/' ? undefined : path.slice(1)));
}

/** None for values that are of no type NetCDF has, such as references. */
function attributeOf(name: string, { dtype, shape, value }: Hdf5Attribute, of: string | undefined): NetcdfAttribute[] {
	const isText = dtype.kind === 'string' && dtype.bytes !== undefined;
	const type = isText ? 'char' : typeOf(dtype);
	const given = shape === null ? (isText ? '' : undefined) : simple(value);
	if (given === undefined) return [];
	return [{ kind: 'attribute', name, ...(of !== undefined && { of }), type, value: given }];
}

function simple(value: Hdf5Attribute['value']): NetcdfAttributeValue | undefined {
	if (typeof value === 'boolean') return value ? 1 : 0;
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
	const isList = ArrayBuffer.isView(value) || (Array.isArray(value) && value.every(each => typeof each === 'string'));
	if (!isList) return undefined;
	const list = value as NetcdfData;
	return list.length === 1 ? list[0] : list;
}

const SIGNED: Readonly<Record<number, NetcdfType>> = { 1: 'byte', 2: 'short', 4: 'int', 8: 'int64' };
const UNSIGNED: Readonly<Record<number, NetcdfType>> = { 1: 'ubyte', 2: 'ushort', 4: 'uint', 8: 'uint64' };

export function typeOf(dtype: Hdf5Dtype): NetcdfType {
	switch (dtype.kind) {
		case 'integer':
			return (dtype.signed ? SIGNED : UNSIGNED)[dtype.bytes] ?? 'opaque';
		case 'bitfield':
			return UNSIGNED[dtype.bytes] ?? 'opaque';
		case 'float':
			return dtype.bytes === 8 ? 'double' : 'float';
		case 'string':
			return dtype.bytes === 1 ? 'char' : 'string';
		case 'enum':
		case 'boolean':
			return 'enum';
		case 'compound':
			return 'compound';
		case 'variable':
			return 'vlen';
		default:
			return 'opaque';
	}
}
