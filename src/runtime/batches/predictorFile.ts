import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { MemoryManagerError, messageOf } from '../runtimeError.ts';
import type { Point } from './regression.ts';

export type InputUnit = 'bytes' | 'items';
/** By operation and unit of its input: `[input, peak bytes]`, oldest first. */
export type Learned = Map<string, Record<InputUnit, Point[]>>;

const VERSION = 1;
/** Nothing we write comes near it. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** What a file holds; nothing, and `tell` is told why, when it cannot be used. `bad`: it is there and must not be written over. */
export function readLearned(
	file: string,
	tell: (message: string, cause: unknown) => void,
): { learned: Learned; bad: boolean } {
	const empty: Learned = new Map();
	try {
		if (statSync(file).size > MAX_FILE_BYTES) throw new Error('it is too large to be one of ours');
		return { learned: parse(readFileSync(file, 'utf8')), bad: false };
	} catch (error) {
		if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') return { learned: empty, bad: false };
		const why = messageOf(error);
		tell(`The predictions in "${file}" cannot be used and are left out: ${why}`, error);
		return { learned: empty, bad: true };
	}
}

/**
 * Writes a new file beside it and renames that, so that a reader finds the old or the new one, whole. A bad file is kept as `.bad`.
 * Throws `fileUnwritable`.
 */
export function writeLearned(file: string, learned: Learned, bad: boolean): void {
	const temporary = `${file}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
	try {
		writeFileSync(temporary, JSON.stringify({ version: VERSION, operations: Object.fromEntries(learned) }));
		if (bad) renameSync(file, `${file}.bad`);
		renameSync(temporary, file);
	} catch (cause) {
		rmSync(temporary, { force: true });
		const why = messageOf(cause);
		throw new MemoryManagerError('fileUnwritable', `MemoryPredictor: "${file}" cannot be written: ${why}`, { cause });
	}
}

function parse(text: string): Learned {
	const data: unknown = JSON.parse(text);
	if (!isRecord(data)) throw new Error('it holds no object');
	if (data.version !== VERSION) throw new Error(`its version is ${String(data.version)}, not ${VERSION}`);
	if (!isRecord(data.operations)) throw new Error('it holds no operations');
	const learned: Learned = new Map();
	for (const [operation, units] of Object.entries(data.operations)) {
		if (!isRecord(units) || !isPoints(units.bytes) || !isPoints(units.items)) {
			throw new Error(`its operation ${JSON.stringify(operation.slice(0, 80))} is malformed`);
		}
		learned.set(operation, { bytes: units.bytes, items: units.items });
	}
	return learned;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isPoints = (value: unknown): value is Point[] =>
	Array.isArray(value) && value.every(point => Array.isArray(point) && point.length === 2 && point.every(isMeasure));

/** Larger figures are nobody's memory, and their squares not numbers any more. */
export const isMeasure = (value: unknown): value is number =>
	typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER;
