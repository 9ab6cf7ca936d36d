import { isPositiveInteger, runtimeErrors } from '../../internals.ts';
import type { BinaryField, BinaryFields, BinaryRecord } from './fields.ts';
import { numberKind } from './numbers.ts';

const OWNER = 'BinaryReader';

type ReadField = (view: DataView, at: number) => unknown;

interface PlannedField {
	readonly name: string;
	readonly at: number;
	readonly read: ReadField;
}

/** How a record is taken apart. */
export interface RecordPlan<Fields extends BinaryFields> {
	/** What its fields take together. */
	readonly bytes: number;
	read(view: DataView, at: number): BinaryRecord<Fields>;
}

/** Throws `invalidOption`, naming the field. */
export function recordPlan<Fields extends BinaryFields>(fields: Fields, little: boolean): RecordPlan<Fields> {
	if (typeof fields !== 'object' || fields === null) {
		throw runtimeErrors.invalidOption(OWNER, 'fields', "an object such as { id: 'uint32' }", fields);
	}
	const planned: PlannedField[] = [];
	let bytes = 0;
	for (const [name, field] of Object.entries(fields)) {
		const { size, read } = plannedField(name, field, little);
		if (read) planned.push({ name, at: bytes, read });
		bytes += size;
	}
	if (bytes === 0) throw runtimeErrors.invalidOption(OWNER, 'fields', 'at least one field', fields);
	const read = (view: DataView, at: number) => {
		const record: Record<string, unknown> = {};
		for (const field of planned) record[field.name] = field.read(view, at + field.at);
		return record as BinaryRecord<Fields>;
	};
	return { bytes, read };
}

function plannedField(name: string, field: BinaryField, little: boolean): { size: number; read?: ReadField } {
	if (typeof field === 'string') {
		const number = numberKind(field);
		return { size: number.bytes, read: (view, at) => number.read(view, at, little) };
	}
	const isObject = typeof field === 'object' && field !== null;
	const size = !isObject ? undefined : 'count' in field ? field.count : 'bytes' in field ? field.bytes : undefined;
	if (!isPositiveInteger(size)) {
		const expected = "a type of numbers, { type, count }, or { type: 'text' | 'bytes' | 'skip', bytes }";
		throw runtimeErrors.invalidOption(OWNER, `fields.${name}`, expected, field);
	}
	if (field.type === 'skip') return { size };
	if (field.type === 'bytes') return { size, read: (view, at) => bytesAt(view, at, size).slice() };
	if (field.type === 'text') {
		const { encoding = 'utf8' } = field;
		if (!['utf8', 'latin1', 'utf16le'].includes(encoding)) {
			throw runtimeErrors.invalidOption(OWNER, `fields.${name}.encoding`, "'utf8', 'latin1' or 'utf16le'", encoding);
		}
		return { size, read: (view, at) => textAt(view, at, size, encoding) };
	}
	const number = numberKind(field.type);
	const read = (view: DataView, at: number) =>
		Array.from({ length: size }, (_, i) => number.read(view, at + i * number.bytes, little));
	return { size: size * number.bytes, read };
}

const bytesAt = (view: DataView, at: number, size: number): Uint8Array =>
	new Uint8Array(view.buffer, view.byteOffset + at, size);

/** Up to the first zero, as C means it, and without the spaces with which others fill up. */
function textAt(view: DataView, at: number, size: number, encoding: 'utf8' | 'latin1' | 'utf16le'): string {
	const text = Buffer.from(view.buffer, view.byteOffset + at, size).toString(encoding);
	const end = text.indexOf('\0');
	return (end < 0 ? text : text.slice(0, end)).trimEnd();
}
