import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, projectRoot } from '../../../scripts/paths.ts';
import { sampleFolder } from '../../../scripts/samples.ts';
import type { FitsColumnData } from '../../../src/runtime/formats/fits/columnDecoder.ts';
import type { FitsColumn } from '../../../src/runtime/formats/fits/fitsColumns.ts';
import type { FitsHdu } from '../../../src/runtime/formats/fits/fitsHdu.ts';
import type { FitsHeader } from '../../../src/runtime/formats/fits/fitsHeader.ts';
import type { FitsPixels } from '../../../src/runtime/formats/fits/fitsPixels.ts';
import { FitsReader } from '../../../src/runtime/formats/fits/fitsReader.ts';
import { FitsTexts } from '../../../src/runtime/formats/fits/fitsTexts.ts';
import { FileError } from '../../../src/runtime/internals.ts';
import { tilesFile } from '../fitsFiles.ts';
import type { AgreementRow } from './agreementRow.ts';

interface Figures {
	finite: number;
	sum: number;
	weighed: number;
}
type ColumnFigures = Figures | { digest: string };
interface HduFigures {
	name: string;
	header: { cards: number; digest: string; sum: number } | { unreadable: true };
	noData?: string;
	shape?: number[];
	data?: Figures;
	groups?: number;
	parameters?: Figures;
	rows?: number;
	columns?: ColumnFigures[];
}
interface FileFigures {
	error?: string;
	truncated?: true;
	hdus?: HduFigures[];
}

const SMALL = 'python3-astropy';
const LARGE = 'python-drizzle-testdata';

/** `large`: fetch also the package of 37 MB, where it is not here yet. */
export async function agreement(large = true): Promise<AgreementRow[] | undefined> {
	const folder = await sampleFolder(SMALL);
	if (!folder) return undefined;
	const hasLarge =
		existsSync(join(cacheFolder, 'samples', LARGE)) || (large && (await sampleFolder(LARGE)) !== undefined);
	const truth = join(projectRoot, 'test', 'fixtures', 'formats', 'fits.expected.json');
	const expected = JSON.parse(await readFile(truth, 'utf8')) as Record<string, FileFigures>;
	const rows: AgreementRow[] = [];
	for (const [file, figures] of Object.entries(expected)) {
		if (file.startsWith(LARGE) && !hasLarge) continue;
		rows.push(await compare(join(cacheFolder, 'samples', file), file.split('/').slice(-4).join('/'), figures));
	}
	return rows;
}

/** Our own file with every tile compression, as astropy wrote and read it. */
export async function tilesAgreement(): Promise<AgreementRow[]> {
	const truth = tilesFile.replace('.fits.gz', '.expected.json');
	const expected = JSON.parse(await readFile(truth, 'utf8')) as Record<string, FileFigures>;
	return Promise.all(Object.entries(expected).map(([file, figures]) => compare(tilesFile, file, figures)));
}

async function compare(path: string, file: string, expected: FileFigures): Promise<AgreementRow> {
	const read: HduFigures[] = [];
	let refusal: FileError | undefined;
	let pixels = 0;
	try {
		await using reader = await FitsReader.open(path);
		for await (const hdu of reader) {
			const figures: HduFigures = { name: hdu.name, header: headerFigures(hdu.header) };
			read.push(figures);
			await dataFigures(reader, hdu, figures);
			pixels += figures.data?.finite ?? 0;
		}
	} catch (error) {
		if (!(error instanceof FileError)) throw error;
		refusal = error;
	}
	const differences = (expected.hdus ?? []).flatMap((hdu, i) => {
		const ours = read[i];
		return ours ? differencesOf(hdu, ours).map(what => `HDU ${i}: ${what}`) : [`HDU ${i} is missing`];
	});
	if (read.length > (expected.hdus?.length ?? 0) && !(expected.error && refusal))
		differences.push(`${read.length} HDUs`);
	if (differences.length > 0) {
		return { file, outcome: 'differs', detail: [...differences, refusal?.message ?? ''].join('; ') };
	}
	if (refusal) {
		// Astropy refuses it as well, or warns that the data are not all there.
		const known = expected.error !== undefined || (expected.truncated === true && refusal.code === 'truncated');
		const detail = `${refusal.code}: ${refusal.message.slice(refusal.message.indexOf('"', 1) + 1).trim()}`;
		return { file, outcome: known ? 'refused' : 'differs', detail };
	}
	if (expected.error !== undefined)
		return { file, outcome: 'differs', detail: `read, where astropy has ${expected.error}` };
	const tables = read.reduce((all, hdu) => all + (hdu.columns?.length ?? 0), 0);
	return { file, outcome: 'agrees', detail: `${read.length} HDUs, ${pixels} pixels, ${tables} columns` };
}

function differencesOf(expected: HduFigures, ours: HduFigures): string[] {
	const wrong: string[] = [];
	const check = (what: string, right: unknown, left: unknown) => {
		if (!alike(right, left)) wrong.push(`${what} is ${JSON.stringify(left)}, in astropy ${JSON.stringify(right)}`);
	};
	check('EXTNAME', expected.name, ours.name);
	if (!('unreadable' in expected.header)) check('the header', expected.header, ours.header);
	for (const key of ['shape', 'data', 'groups', 'parameters', 'rows'] as const) {
		if (expected[key] !== undefined) check(key, expected[key], ours[key]);
	}
	for (const [i, column] of (expected.columns ?? []).entries()) check(`column ${i + 1}`, column, ours.columns?.[i]);
	return wrong;
}

/** Equal, numbers to five digits: astropy scales 16-bit pixels in single precision. */
function alike(right: unknown, left: unknown): boolean {
	if (typeof right === 'number' && typeof left === 'number') {
		return Math.abs(right - left) <= 1e-5 * Math.max(Math.abs(right), Math.abs(left)) + 1e-9;
	}
	if (typeof right === 'object' && right !== null && typeof left === 'object' && left !== null) {
		return Object.entries(right).every(([key, value]) => alike(value, (left as Record<string, unknown>)[key]));
	}
	return right === left;
}

function headerFigures(header: FitsHeader): { cards: number; digest: string; sum: number } {
	const texts: string[] = [];
	let sum = 0;
	for (const { keyword, value } of header) {
		if (keyword === 'COMMENT' || keyword === 'HISTORY' || keyword === '') continue;
		if (typeof value === 'boolean') texts.push(`${keyword}=${value ? 'T' : 'F'}`);
		else if (typeof value === 'string') texts.push(`${keyword}=${value}`);
		else if (value === null) texts.push(`${keyword}!`);
		else {
			texts.push(`${keyword}~`);
			sum += typeof value === 'object' ? value.re + value.im : Number(value);
		}
	}
	return { cards: texts.length, digest: digest(texts), sum };
}

async function dataFigures(reader: FitsReader, hdu: FitsHdu, figures: HduFigures): Promise<void> {
	if (hdu.kind === 'randomGroups') {
		const [data, parameters] = [new Sums(), new Sums()];
		for await (const groups of reader.groups(hdu)) {
			data.add(groups.data);
			parameters.add(groups.parameters);
		}
		figures.groups = hdu.rows;
		figures.data = data.figures();
		figures.parameters = parameters.figures();
	} else if (hdu.kind === 'table' || hdu.kind === 'asciiTable') {
		const sums = hdu.columns.map(() => new Sums());
		for await (const batch of reader.columns(hdu)) {
			for (const column of hdu.columns) sums[column.index]?.addColumn(column, batch.data.get(column.key) ?? []);
		}
		figures.rows = hdu.rows;
		figures.columns = sums.map(column => column.figures());
	} else if (hdu.shape.length > 0) {
		const sums = new Sums();
		for await (const band of reader.bands(hdu)) sums.add(band.data);
		figures.shape = [...hdu.shape];
		figures.data = sums.figures();
	}
}

class Sums {
	readonly #texts: string[] = [];
	#finite = 0;
	#sum = 0;
	#weighed = 0;
	#place = 0;

	add(values: Iterable<number | bigint>): void {
		for (const each of values) {
			const value = Number(each);
			const weight = (this.#place++ % 97) + 1;
			if (!Number.isFinite(value)) continue;
			this.#finite++;
			this.#sum += value;
			this.#weighed += value * weight;
		}
	}

	addColumn(column: FitsColumn, data: FitsColumnData): void {
		if (data instanceof FitsTexts) this.#texts.push(...data);
		else if (!Array.isArray(data)) this.#addNumbers(column, data);
		else for (const each of data) typeof each === 'string' ? this.#texts.push(each) : this.add(each);
	}

	#addNumbers(column: FitsColumn, data: FitsPixels): void {
		if (column.type === 'L') this.add(Array.from(data as Uint8Array, value => Number(value === 1)));
		// Where TNULL stands in an ASCII table, astropy reads 0.
		else if (typeof column.nullValue === 'string') this.add(Array.from(data as Float64Array, value => value || 0));
		else this.add(data);
	}

	figures(): Figures & { digest: string } {
		return { finite: this.#finite, sum: this.#sum, weighed: this.#weighed, digest: digest(this.#texts) };
	}
}

function digest(texts: readonly string[]): string {
	return createHash('sha256')
		.update(Buffer.from(texts.join('\n'), 'latin1'))
		.digest('hex')
		.slice(0, 12);
}
