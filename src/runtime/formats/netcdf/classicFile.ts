import { ChunkRing } from '../../internals.ts';
import { littleEndian, swapBytes } from '../byteOrder.ts';
import type { ByteSource, ByteWindow } from '../byteSource.ts';
import { type ClassicHeader, type ClassicVariable, readClassicHeader } from './classicHeader.ts';
import { named } from './headerCursor.ts';
import type {
	NetcdfBackend,
	NetcdfRequest,
	NetcdfSettings,
	NetcdfSlab,
	NetcdfVariable,
	OpenNetcdf,
} from './netcdfTypes.ts';
import { NUMERIC_KINDS } from './netcdfVariable.ts';
import { boxesOf, type Layout, runsOf } from './slabPlan.ts';

/** Runs from here on are read to where they belong; shorter ones several at a time, through a window. */
const DIRECT_BYTES = 32 * 1024;

/** Reads CDF-1, CDF-2 and CDF-5. */
export const openClassic: OpenNetcdf = async (source, settings) =>
	new ClassicFile(source, settings, await readClassicHeader(source, settings.maxHeaderBytes));

class ClassicFile implements NetcdfBackend {
	readonly layout;
	readonly dimensions;
	readonly variables;
	readonly attributes;
	readonly #source: ByteSource;
	readonly #settings: NetcdfSettings;
	readonly #recordBytes: number;
	readonly #places: ReadonlyMap<NetcdfVariable, ClassicVariable>;

	constructor(source: ByteSource, settings: NetcdfSettings, header: ClassicHeader) {
		this.#source = source;
		this.#settings = settings;
		this.layout = header.layout;
		this.dimensions = header.dimensions;
		this.variables = header.variables.map(({ variable }) => variable);
		this.attributes = header.attributes;
		this.#recordBytes = header.recordBytes;
		this.#places = new Map(header.variables.map(each => [each.variable, each]));
	}

	async *slabs({
		variable,
		start,
		count,
		slabBytes,
		reuse,
	}: NetcdfRequest): AsyncGenerator<NetcdfSlab, void, undefined> {
		const place = this.#places.get(variable);
		if (!place) return;
		const { bytes: valueBytes, view } = NUMERIC_KINDS[place.type];
		const layout: Layout = { begin: place.begin, strides: this.#strides(place, valueBytes), valueBytes };
		const mostValues = Math.max(Math.floor(slabBytes / valueBytes), 1);
		const what = named('the variable', variable.name);
		const ring = new ChunkRing(reuse);
		const window = this.#source.window(this.#settings.windowBytes);
		let heldBytes = 0;
		try {
			for (const box of boxesOf({ start, shape: count }, mostValues)) {
				const length = box.shape.reduce((product, extent) => product * extent, 1);
				const bytes = length * valueBytes;
				this.#checkPlace(box, layout, what);
				const memory = ring.take(bytes, Math.max(slabBytes, valueBytes));
				if (bytes > heldBytes) {
					this.#source.held(bytes - heldBytes);
					heldBytes = bytes;
				}
				let filled = 0;
				for (const run of runsOf(box, layout)) {
					await this.#fill(memory.subarray(filled, filled + run.bytes), run.offset, window, what);
					filled += run.bytes;
				}
				if (littleEndian) swapBytes(memory, valueBytes);
				yield { start: box.start, shape: box.shape, data: view(memory.buffer as ArrayBuffer, length) };
				ring.giveBack(memory);
			}
		} finally {
			this.#source.held(-heldBytes);
			window.release();
		}
	}

	async close(): Promise<void> {
		// Nothing but the source, which is its opener's.
	}

	/** Memory is taken only for what is there. */
	#checkPlace(
		box: { start: readonly number[]; shape: readonly number[] },
		{ begin, strides, valueBytes }: Layout,
		what: string,
	): void {
		const at = (index: (dimension: number) => number) =>
			strides.reduce((offset, stride, dimension) => offset + index(dimension) * stride, begin);
		const first = at(dimension => box.start[dimension] ?? 0);
		const last = at(dimension => (box.start[dimension] ?? 0) + (box.shape[dimension] ?? 1) - 1);
		if (last + valueBytes > this.#source.size) {
			const offset = Math.min(first, Number.MAX_SAFE_INTEGER);
			throw this.#source.truncated(offset, last + valueBytes - first, what);
		}
	}

	/** A run is read directly, or found in the window with those before it. */
	async #fill(into: Buffer, offset: number, window: ByteWindow, what: string): Promise<void> {
		if (into.length >= DIRECT_BYTES) await this.#source.readExactly(into, offset, what);
		else into.set(window.at(offset, into.length) ?? (await window.bytes(offset, into.length, what)));
	}

	#strides({ variable, isRecord }: ClassicVariable, valueBytes: number): number[] {
		const strides: number[] = [];
		let bytes = valueBytes;
		for (let dimension = variable.shape.length - 1; dimension >= 0; dimension--) {
			strides[dimension] = dimension === 0 && isRecord ? this.#recordBytes : bytes;
			bytes *= variable.shape[dimension] ?? 1;
		}
		return strides;
	}
}
