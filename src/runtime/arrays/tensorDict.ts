/// <reference lib="esnext.disposable" preserve="true" />
import type { TensorInfo } from '../../protocol/runtimeEntries.ts';
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { TensorDictRecord } from '../reporting/records.ts';
import { shortName } from '../reporting/shortName.ts';
import { runtimeErrors } from '../runtimeError.ts';
import { registerAt } from '../scopes/cleanupRegistry.ts';
import { compactTensors, type TensorChange } from './compactTensors.ts';
import { dtypeOf, isTypedArray, type TypedArray } from './dtypes.ts';
import { elementsOfShape } from './estimateBytes.ts';
import { checkDtypeOptions, type OptimizeDtypeOptions } from './optimizeDtype.ts';

export interface TensorDictOptions {
	/** What reports call it. */
	name: string;
}

export interface TensorOptions {
	/** Lengths by dimension; their product is the length of the array. Default: one dimension. */
	shape?: readonly number[];
	/** `clearTemporary` lets it go. */
	temporary?: boolean;
}

export interface TensorMemory {
	/** Bytes behind all tensors: each array buffer once and whole, as it is what stays in memory. */
	bytes: number;
	count: number;
	/** The largest first. */
	tensors: TensorInfo[];
}

export interface TensorOptimization {
	bytesBefore: number;
	bytesAfter: number;
	savedBytes: number;
	/** The tensors that have another array now. */
	changed: TensorChange[];
}

/** Named in a report; a dictionary may hold more. */
const REPORTED_TENSORS = 64;

/**
 * Typed arrays by name, each with its shape: knows what they hold in memory and makes them smaller. Registers itself for cleanup:
 * the end of `memoryManagement` and `forceComprehensiveCleanup` dispose of it.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) without a name.
 *
 * @example
 * const tensors = new TensorDict({ name: 'survey' });
 * tensors.set('flux', new Float64Array(rows * 5), { shape: [rows, 5] });
 * const { savedBytes } = tensors.optimizeMemory({ tolerance: { relative: 1e-6 } });
 */
export class TensorDict implements Iterable<[string, TypedArray]> {
	readonly name: string;
	readonly #arrays = new Map<string, TypedArray>();
	/** Without the arrays, as the record that lives on in the hub reads them. */
	readonly #infos: Map<string, TensorInfo>;
	/** How many tensors look at a buffer, and its bytes when the first came. */
	readonly #buffers = new Map<ArrayBufferLike, { tensors: number; readonly bytes: number }>();
	readonly #record: TensorDictRecord;
	readonly #id: number;
	readonly #unregister: () => void;

	constructor(options: TensorDictOptions) {
		if (typeof options?.name !== 'string' || options.name === '') {
			throw runtimeErrors.invalidOption('TensorDict', 'name', 'a text that is not empty', options?.name);
		}
		this.name = shortName(options.name);
		const infos = new Map<string, TensorInfo>();
		const site = callSiteOf(new.target);
		this.#infos = infos;
		this.#record = {
			name: this.name,
			site,
			version: 0,
			disposed: false,
			bytes: 0,
			count: 0,
			// Sorted only when somebody reads it, not with every change.
			get tensors() {
				return largestFirst(infos).slice(0, REPORTED_TENSORS);
			},
		};
		this.#id = sharedHub().tensorDicts.add(this.#record, this as object);
		this.#unregister = registerAt(site, this, dict => dict.dispose(), { name: this.name, bytesOf: dict => dict.bytes });
	}

	get size(): number {
		return this.#arrays.size;
	}

	/** Bytes behind all tensors: each array buffer once and whole. */
	get bytes(): number {
		let bytes = 0;
		for (const buffer of this.#buffers.keys()) bytes += buffer.byteLength;
		return bytes;
	}

	/**
	 * Keeps an array, not a copy of it, in the place of an older one of that name. Throws `invalidOption` for what is no typed array
	 * and for a shape that does not fit its length, `disposed` after `dispose`.
	 */
	set(name: string, array: TypedArray, options: TensorOptions = {}): this {
		this.#checkAlive();
		const owner = `TensorDict "${this.name}"`;
		if (typeof options !== 'object' || options === null) {
			throw runtimeErrors.invalidOption(owner, 'options', 'an object', options);
		}
		const { shape = [array?.length], temporary = false } = options;
		if (typeof name !== 'string') throw runtimeErrors.invalidOption(owner, 'name', 'a text', name);
		if (!isTypedArray(array)) throw runtimeErrors.invalidOption(owner, name, 'a typed array', array);
		if (elementsOfShape(owner, shape) !== array.length) {
			const expected = `a shape of ${array.length} elements, which "${name}" has`;
			throw runtimeErrors.invalidOption(owner, 'shape', expected, shape);
		}
		if (typeof temporary !== 'boolean') {
			throw runtimeErrors.invalidOption(owner, 'temporary', 'true or false', temporary);
		}
		this.#remove(name);
		this.#add(name, array, shape, temporary);
		this.#changed();
		return this;
	}

	get(name: string): TypedArray | undefined {
		return this.#arrays.get(name);
	}

	has(name: string): boolean {
		return this.#arrays.has(name);
	}

	/** Lengths by dimension; `undefined` for a name that is not there. */
	shapeOf(name: string): readonly number[] | undefined {
		const shape = this.#infos.get(name)?.shape;
		return shape && [...shape];
	}

	delete(name: string): boolean {
		const removed = this.#remove(name);
		if (removed) this.#changed();
		return removed;
	}

	/** Names, in the order in which they were set. */
	keys(): IterableIterator<string> {
		return this.#arrays.keys();
	}

	entries(): IterableIterator<[string, TypedArray]> {
		return this.#arrays.entries();
	}

	[Symbol.iterator](): IterableIterator<[string, TypedArray]> {
		return this.entries();
	}

	memoryInfo(): TensorMemory {
		const tensors = largestFirst(this.#infos).map(info => ({
			...info,
			shape: [...info.shape],
			// Less than at first where the buffer was transferred to another thread or made smaller.
			bytes: this.#arrays.get(info.name)?.byteLength ?? info.bytes,
		}));
		return { bytes: this.bytes, count: this.size, tensors };
	}

	/**
	 * Gives each tensor the smallest element type that holds it, see `optimizeDtype` for the options and for what changes, and copies
	 * tensors out of larger buffers where that lets go of the buffer. Arrays that were got before stay what they are, and keep
	 * their memory while somebody holds them. Left alone are tensors in memory that threads share, and tensors that overlap.
	 */
	optimizeMemory(options: OptimizeDtypeOptions = {}): TensorOptimization {
		this.#checkAlive();
		checkDtypeOptions(options);
		const bytesBefore = this.bytes;
		const changed: TensorChange[] = [];
		try {
			for (const tensors of compactTensors(this.#arrays, options)) {
				for (const { change, array } of tensors) {
					const { name } = change;
					const { shape, temporary } = this.#infos.get(name) ?? { shape: [array.length], temporary: false };
					this.#release(name);
					this.#add(name, array, shape, temporary);
					changed.push(change);
				}
			}
		} finally {
			// Those before one that the system had no memory for are smaller now.
			this.#changed();
		}
		const bytesAfter = this.bytes;
		return { bytesBefore, bytesAfter, savedBytes: bytesBefore - bytesAfter, changed };
	}

	/** Lets the temporary tensors go. */
	clearTemporary(): { count: number; freedBytes: number } {
		const before = this.bytes;
		let count = 0;
		for (const { name, temporary } of [...this.#infos.values()]) {
			if (temporary && this.#remove(name)) count++;
		}
		this.#changed();
		return { count, freedBytes: before - this.bytes };
	}

	/** Lets all tensors go for good; `set` throws then. */
	dispose(): void {
		if (this.#record.disposed) return;
		this.#record.disposed = true;
		this.#unregister();
		this.#arrays.clear();
		this.#infos.clear();
		this.#buffers.clear();
		this.#record.bytes = 0;
		this.#changed();
		sharedHub().tensorDicts.remove(this.#id);
	}

	[Symbol.dispose](): void {
		this.dispose();
	}

	#checkAlive(): void {
		if (this.#record.disposed) throw runtimeErrors.disposed(`TensorDict "${this.name}"`);
	}

	#add(name: string, array: TypedArray, shape: readonly number[], temporary: boolean): void {
		this.#arrays.set(name, array);
		const behind = this.#buffers.get(array.buffer);
		if (behind) behind.tensors++;
		else {
			const bytes = array.buffer.byteLength;
			this.#buffers.set(array.buffer, { tensors: 1, bytes });
			this.#record.bytes += bytes;
		}
		const dtype = dtypeOf(array) ?? 'unknown';
		this.#infos.set(name, { name, dtype, shape: [...shape], bytes: array.byteLength, temporary });
	}

	/** The buffer behind a tensor, which keeps its place among the names. */
	#release(name: string): void {
		const buffer = this.#arrays.get(name)?.buffer;
		const behind = buffer && this.#buffers.get(buffer);
		if (!behind || --behind.tensors > 0) return;
		this.#buffers.delete(buffer);
		this.#record.bytes -= behind.bytes;
	}

	#remove(name: string): boolean {
		this.#release(name);
		this.#infos.delete(name);
		return this.#arrays.delete(name);
	}

	#changed(): void {
		this.#record.count = this.size;
		this.#record.version++;
	}
}

function largestFirst(infos: ReadonlyMap<string, TensorInfo>): TensorInfo[] {
	return [...infos.values()].sort((a, b) => b.bytes - a.bytes);
}
