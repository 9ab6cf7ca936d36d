import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { sampleFolder } from '../../../scripts/samples.ts';
import { FileError } from '../../../src/runtime/files/fileErrors.ts';
import type { DicomElement } from '../../../src/runtime/formats/dicom/dicomElement.ts';
import { DicomReader } from '../../../src/runtime/formats/dicom/dicomReader.ts';
import type { DicomValue } from '../../../src/runtime/formats/dicom/values.ts';
import type { AgreementRow } from './agreementRow.ts';

/** As test/support/truth/dicom.py writes it. */
interface Expected {
	readonly syntax: string;
	readonly meta: number;
	readonly top: number;
	readonly nested: number;
	readonly tags: string;
	readonly values: string;
}

/** Files that end before they should, and where: pydicom gives their last value in part and says nothing. */
const cutOff: Readonly<Record<string, string>> = {
	'test_files/dicomdirtests/DICOMDIR-nooffset': 'an item of DirectoryRecordSequence (0004,1220)',
	'test_files/MR_truncated.dcm': 'PixelData (7FE0,0010)',
	'test_files/rtplan_truncated.dcm': 'IsocenterPosition (300A,012C)',
};
const BYTES = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'OV', 'UN']);
const FLOATS = new Set(['FL', 'FD', 'DS', 'IS']);

export async function agreement(): Promise<AgreementRow[] | undefined> {
	const folder = await sampleFolder('python3-pydicom');
	if (folder === undefined) return undefined;
	const data = join(folder, 'usr/lib/python3/dist-packages/pydicom/data');
	const truth = join(projectRoot, 'test/fixtures/formats/dicom.expected.json');
	const expected = JSON.parse(readFileSync(truth, 'utf8')) as Record<string, Expected>;
	const rows: AgreementRow[] = [];
	for (const [file, wanted] of Object.entries(expected)) rows.push({ file, ...(await compared(data, file, wanted)) });
	return rows;
}

async function compared(data: string, file: string, wanted: Expected): Promise<Omit<AgreementRow, 'file'>> {
	let found: Awaited<ReturnType<typeof linesOf>>;
	try {
		found = await linesOf(join(data, file));
	} catch (error) {
		return { outcome: 'differs', detail: String(error) };
	}
	const { syntax, meta, top, nested, twice, heads, lines, error } = found;
	const counts = `${top} elements, ${nested} in sequences`;
	const lost = cutOff[file];
	if (lost !== undefined) {
		const whole = error instanceof FileError && error.code === 'truncated' && error.message.includes(lost);
		const near = wanted.top + wanted.nested - top - nested;
		const outcome = whole && near <= 1 ? 'refused' : 'differs';
		return { outcome, detail: `${counts}, then: ${lost} is cut off` };
	}
	if (error) return { outcome: 'differs', detail: `${counts}, then ${String(error)}` };
	const problems = [
		wanted.syntax !== '' && syntax !== wanted.syntax && `transfer syntax ${syntax}, not ${wanted.syntax}`,
		meta !== wanted.meta && `${meta} elements of meta information, not ${wanted.meta}`,
		top !== wanted.top && `${top} elements, not ${wanted.top}`,
		nested !== wanted.nested && `${nested} elements in sequences, not ${wanted.nested}`,
		digest(heads) !== wanted.tags && 'other tags or representations',
		digest(lines) !== wanted.values && 'other values',
	].filter(problem => problem !== false);
	if (problems.length > 0) return { outcome: 'differs', detail: problems.join('; ') };
	const doubled = twice > 0 ? ` (${twice} more stand there twice)` : '';
	return { outcome: 'agrees', detail: `${counts}${doubled}: tags, representations, values` };
}

/** Every element as a line, like those of the truth. */
export async function linesOf(path: string) {
	await using reader = await DicomReader.open(path);
	const found = { meta: 0, top: 0, nested: 0, twice: 0, heads: [] as string[], lines: [] as string[] };
	const seen = new Set<string>();
	let error: unknown;
	try {
		for await (const element of reader.elements({ nested: true })) {
			const { depth, tag, vr, path } = element;
			// An element that stands there twice is one in pydicom, with the value of the last.
			const place = `${path}/${tag}`;
			if (seen.has(place)) {
				found.twice++;
				continue;
			}
			seen.add(place);
			if (tag.startsWith('0002')) found.meta++;
			else if (depth === 0) found.top++;
			else found.nested++;
			const head = `${depth}|${tag}|${vr}`;
			found.heads.push(head);
			const text = await textOf(element);
			if (text !== undefined) found.lines.push(`${head}|${text}`);
		}
	} catch (caught) {
		error = caught;
	}
	return { ...found, syntax: reader.transferSyntax.uid, error };
}

async function textOf(element: DicomElement): Promise<string | undefined> {
	const { vr, lengthBytes } = element;
	if (vr === 'SQ') return itemsOf(element);
	if (lengthBytes === undefined) return undefined;
	if (lengthBytes === 0) return '';
	if (BYTES.has(vr))
		return createHash('sha1')
			.update(await element.bytes())
			.digest('hex');
	const value = await element.value();
	if (value === null) return '';
	if (ArrayBuffer.isView(value))
		return createHash('sha1')
			.update(await element.bytes())
			.digest('hex');
	return (Array.isArray(value) ? value : [value]).map(part => scalarText(vr, part)).join('\\');
}

/** How many items a sequence has; of one that is cut off, its elements tell what is there. */
async function itemsOf(element: DicomElement): Promise<string | undefined> {
	try {
		return String(((await element.value()) as readonly unknown[]).length);
	} catch (error) {
		if ((error as FileError).code === 'truncated') return undefined;
		throw error;
	}
}

function scalarText(vr: string, value: DicomValue): string {
	if (typeof value === 'number' && FLOATS.has(vr)) {
		const bytes = Buffer.alloc(8);
		bytes.writeDoubleBE(value);
		return bytes.toString('hex');
	}
	if (typeof value === 'object' && value !== null && 'alphabetic' in value) {
		const { alphabetic, ideographic = '', phonetic = '' } = value;
		return `${alphabetic}=${ideographic}=${phonetic}`.replace(/=+$/, '');
	}
	return String(value);
}

function digest(lines: readonly string[]): string {
	return createHash('sha1').update(lines.join('\n')).digest('hex').slice(0, 12);
}
