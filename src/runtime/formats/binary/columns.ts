import { ChunkRing, runtimeErrors } from '../../internals.ts';
import type { ByteSource } from '../byteSource.ts';
import { type BinaryPart, chunksOf } from './chunks.ts';
import type { BinaryArrays, BinaryField, BinaryNumber, SkipField } from './fields.ts';
import { NUMBERS, type NumberKind, numberKind } from './numbers.ts';

/** Fields of which each becomes a typed array. */
export type ColumnFields = Readonly<Record<string, BinaryNumber | SkipField>>;

/** Many records at once: of each field the numbers of all of them. */
export interface BinaryColumns<Fields extends ColumnFields> {
	/** Of the first record, counted from the start of the part. */
	readonly index: number;
	/** Records. */
	readonly count: number;
	readonly columns: {
		readonly [Name in keyof Fields as Fields[Name] extends BinaryNumber
			? Name
			: never]: Fields[Name] extends BinaryNumber ? BinaryArrays[Fields[Name]] : never;
	};
}

interface Column {
	readonly name: string;
	/** In the record. */
	readonly at: number;
	readonly number: NumberKind;
	readonly ring: ChunkRing;
}

/** Throws `invalidOption` for fields that are no numbers. */
function columnsIn(fields: ColumnFields): Column[] {
	const columns: Column[] = [];
	let at = 0;
	for (const [name, field] of Object.entries<BinaryField>(fields)) {
		if (typeof field === 'string') {
			const number = numberKind(field);
			columns.push({ name, at, number, ring: new ChunkRing(true) });
			at += number.bytes;
		} else if (field.type === 'skip') {
			at += field.bytes;
		} else {
			const expected = `one of ${Object.keys(NUMBERS).join(', ')}, or { type: 'skip', bytes }`;
			throw runtimeErrors.invalidOption('BinaryReader', `fields.${name}`, expected, field);
		}
	}
	return columns;
}

/** The records of the part, as many at once as fit into the window. */
export function columnsOf<Fields extends ColumnFields>(
	source: ByteSource,
	part: BinaryPart,
	fields: Fields,
	recordBytes: number,
	little: boolean,
	windowBytes: number,
): AsyncGenerator<BinaryColumns<Fields>, void, undefined> {
	const columns = columnsIn(fields);
	return batches();

	async function* batches(): AsyncGenerator<BinaryColumns<Fields>, void, undefined> {
		const chunkBytes = Math.floor(windowBytes / recordBytes) * recordBytes;
		for await (const { offset, bytes } of chunksOf(source, part, chunkBytes, true)) {
			const count = Math.floor(bytes.length / recordBytes);
			const left = bytes.length - count * recordBytes;
			if (left > 0) throw source.truncated(offset + bytes.length - left, recordBytes, 'the record');
			const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
			const taken = columns.map(({ number, ring }) => ring.take(count * number.bytes, windowBytes));
			const arrays: Record<string, unknown> = {};
			for (const [i, { name, at, number }] of columns.entries()) {
				const values = number.array(taken[i]?.buffer as ArrayBuffer, count);
				number.fill(values, view, at, recordBytes, little);
				arrays[name] = values;
			}
			const given = arrays as BinaryColumns<Fields>['columns'];
			yield { index: (offset - part.start) / recordBytes, count, columns: given };
			for (const [i, { ring }] of columns.entries()) if (taken[i]) ring.giveBack(taken[i]);
		}
	}
}
