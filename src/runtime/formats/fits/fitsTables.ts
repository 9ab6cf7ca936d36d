import { runtimeErrors, shown } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { formatErrors } from '../formatErrors.ts';
import { type AsciiPlan, decodeAscii, planAscii } from './asciiDecoder.ts';
import {
	arrayBytes,
	type ColumnPlan,
	decodeArray,
	decodeNumbers,
	type FitsArray,
	type FitsColumnData,
	givenBytes,
	planColumn,
} from './columnDecoder.ts';
import { FitsBatch } from './fitsBatch.ts';
import { product } from './fitsBoxes.ts';
import type { FitsColumn } from './fitsColumns.ts';
import type { FitsHdu } from './fitsHdu.ts';
import { FitsHeap } from './fitsHeap.ts';
import type { FitsLimits, FitsTableOptions, PieceSettings } from './fitsOptions.ts';
import { FitsTexts, gatherTexts } from './fitsTexts.ts';
import type { PieceMemory } from './pieceMemory.ts';

/** Arrays of a batch lie in one piece of memory, each at a multiple of this. */
const ALIGNMENT = 8;

/** Reads the rows of a table, batch by batch, as columns. */
export class TableReader {
	readonly #source: ByteSource;
	readonly #hdu: FitsHdu;
	readonly #settings: PieceSettings;
	readonly #binary: ColumnPlan[] = [];
	readonly #ascii: AsciiPlan[] = [];
	readonly #columns: readonly FitsColumn[];
	readonly #heap: FitsHeap | undefined;
	readonly #batchRows: number;
	readonly #rawBytes: number;
	readonly #memories: PieceMemory;
	#held = 0;

	constructor(
		source: ByteSource,
		hdu: FitsHdu,
		options: FitsTableOptions,
		settings: PieceSettings,
		windowBytes: number,
		{ maxItemBytes }: FitsLimits,
		memories: PieceMemory,
	) {
		this.#memories = memories;
		this.#source = source;
		this.#hdu = hdu;
		this.#settings = settings;
		this.#columns = chosen(hdu, options.columns);
		let given = 0;
		for (const column of this.#columns) {
			if (hdu.kind === 'asciiTable') {
				const plan = planAscii(column, settings.values);
				this.#ascii.push(plan);
				given += plan.given ? plan.given.BYTES_PER_ELEMENT : column.bytes;
			} else {
				const plan = planColumn(column, settings.values);
				this.#binary.push(plan);
				given += givenBytes(plan);
			}
		}
		// As it stands in the file, and as it is given.
		const rowBytes = Math.max(hdu.rowBytes + given, 1);
		if (rowBytes > Math.max(maxItemBytes, settings.maxBytes)) {
			throw formatErrors.tooLarge(source.path, 'a row of the table', rowBytes, 'maxItemBytes', maxItemBytes);
		}
		const fitting = Math.max(1, Math.floor(settings.maxBytes / rowBytes));
		this.#batchRows = Math.min(options.rows ?? fitting, fitting, Math.max(hdu.rows, 1));
		if (this.#columns.some(column => column.variable)) {
			this.#heap = new FitsHeap(source, hdu, windowBytes, maxItemBytes);
		}
		// Memory only for rows that are there.
		const there = Math.max(source.size - hdu.dataOffset, 0);
		this.#rawBytes = Math.min(this.#batchRows * hdu.rowBytes, there);
	}

	async *batches(start: number, end: number): AsyncGenerator<FitsBatch, void, undefined> {
		const { rowBytes, dataOffset } = this.#hdu;
		if (rowBytes === 0) return;
		const source = this.#source;
		const raw = this.#memories.take(this.#rawBytes);
		this.#hold(raw.length);
		let held = 0;
		// A read that was given up (signal, time-out) may still write into it: then it is nobody's any more.
		let reading = false;
		try {
			for (let first = start; first < end; ) {
				const rows = Math.min(this.#batchRows, end - first);
				const offset = dataOffset + first * rowBytes;
				if (rows * rowBytes > raw.length) throw source.truncated(offset, rows * rowBytes, 'the rows of the table');
				const bytes = raw.subarray(0, rows * rowBytes);
				reading = true;
				await source.readExactly(bytes, offset, 'the rows of the table');
				reading = false;
				for (let done = 0; done < rows; ) {
					const arrays = await this.#arrays(bytes, done, rows, offset);
					const taken = arrays?.rows ?? rows;
					const memory = this.#memories.take(this.#columnsBytes(taken), !this.#settings.reuse);
					const now = memory.length + (arrays?.bytes ?? 0);
					this.#hold(now - held);
					held = now;
					const part = bytes.subarray(done * rowBytes, (done + taken) * rowBytes);
					yield this.#batch(first + done, taken, part, memory, arrays?.columns);
					if (this.#settings.reuse) this.#memories.giveBack(memory);
					done += taken;
				}
				first += rows;
			}
		} finally {
			if (!reading) this.#memories.giveBack(raw);
			this.#source.held(-this.#held);
			this.#heap?.release();
		}
	}

	#hold(bytes: number): void {
		this.#held += bytes;
		this.#source.held(bytes);
	}

	#batch(
		start: number,
		rows: number,
		bytes: Buffer,
		memory: Buffer,
		arrays: ReadonlyMap<FitsColumn, FitsArray[]> | undefined,
	): FitsBatch {
		const { rowBytes, dataOffset } = this.#hdu;
		const data = new Map<string, FitsColumnData>();
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		let at = 0;
		for (const plan of this.#binary) {
			const { column, given, parts } = plan;
			const field = { view, offset: column.offset, stride: rowBytes, rows, repeat: column.repeat };
			if (column.variable) data.set(column.key, arrays?.get(column) ?? []);
			else if (!given) {
				data.set(column.key, textsOf(column, bytes, rows, rowBytes, memory, at));
				at += aligned(rows * column.bytes);
			} else {
				const numbers = new given(memory.buffer as ArrayBuffer, at, rows * column.repeat * parts);
				at += aligned(numbers.byteLength);
				decodeNumbers(plan, field, numbers);
				data.set(column.key, numbers);
			}
		}
		for (const plan of this.#ascii) {
			const { column, given } = plan;
			if (!given) {
				data.set(column.key, textsOf(column, bytes, rows, rowBytes, memory, at));
				at += aligned(rows * column.bytes);
				continue;
			}
			const numbers = new given(memory.buffer as ArrayBuffer, at, rows);
			at += aligned(numbers.byteLength);
			decodeAscii(plan, bytes, rows, rowBytes, numbers, (offset, field): never => {
				const place = dataOffset + start * rowBytes + offset;
				throw formatErrors.damaged(this.#source.path, place, `${shown(field)} in column ${column.key} is no number`);
			});
			data.set(column.key, numbers);
		}
		return new FitsBatch(start, rows, this.#columns, data);
	}

	/** The arrays of the heap for as many rows as fit into a batch, at least one. */
	async #arrays(
		bytes: Buffer,
		from: number,
		to: number,
		offset: number,
	): Promise<{ rows: number; bytes: number; columns: Map<FitsColumn, FitsArray[]> } | undefined> {
		const heap = this.#heap;
		if (!heap) return undefined;
		const plans = this.#binary.filter(plan => plan.column.variable);
		const columns = new Map(plans.map(plan => [plan.column, [] as FitsArray[]]));
		let taken = 0;
		let row = from;
		for (; row < to; row++) {
			const at = row * this.#hdu.rowBytes;
			const found = plans.map(plan => heap.array(plan.column, bytes, at + plan.column.offset, offset));
			const rowBytes = plans.reduce((all, plan, i) => all + arrayBytes(plan, found[i]?.elements ?? 0), 0);
			if (row > from && taken + rowBytes > this.#settings.maxBytes) break;
			taken += rowBytes;
			for (const [i, plan] of plans.entries()) {
				const array = found[i];
				if (array) columns.get(plan.column)?.push(decodeArray(plan, await heap.bytes(array), array.elements));
			}
		}
		return { rows: row - from, bytes: taken, columns };
	}

	/** All columns but those in the heap. */
	#columnsBytes(rows: number): number {
		let bytes = 0;
		for (const plan of this.#binary) if (!plan.column.variable) bytes += aligned(rows * givenBytes(plan));
		for (const { given, column } of this.#ascii) bytes += aligned(rows * (given?.BYTES_PER_ELEMENT ?? column.bytes));
		return bytes;
	}
}

function textsOf(
	column: FitsColumn,
	bytes: Buffer,
	rows: number,
	stride: number,
	memory: Buffer,
	at: number,
): FitsTexts {
	const into = memory.subarray(at, at + rows * column.bytes);
	gatherTexts(bytes, column.offset, stride, rows, column.bytes, into);
	const count = column.shape.length === 0 ? 1 : product(column.shape);
	// A text of no characters is one for each row all the same.
	return new FitsTexts(into, rows * count, column.textBytes);
}

function aligned(bytes: number): number {
	return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function chosen({ columns, index }: FitsHdu, keys: readonly string[] | undefined): readonly FitsColumn[] {
	if (keys === undefined) return columns;
	const known = columns.map(column => column.key).join(', ');
	if (!Array.isArray(keys)) throw runtimeErrors.invalidOption('FitsReader', 'columns', 'an array of keys', keys);
	return keys.map(key => {
		const column = columns.find(candidate => candidate.key === key);
		if (!column) throw runtimeErrors.invalidOption('FitsReader', 'columns', `keys of HDU ${index} (${known})`, key);
		return column;
	});
}
