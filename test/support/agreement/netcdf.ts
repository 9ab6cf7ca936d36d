import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { type SamplePackage, sampleFolder } from '../../../scripts/samples.ts';
import { NetcdfReader } from '../../../src/runtime/formats/netcdf/netcdfReader.ts';
import type { NetcdfAttributeValue, NetcdfVariable } from '../../../src/runtime/formats/netcdf/netcdfTypes.ts';
import type { AgreementRow } from './agreementRow.ts';

/** Digest of what is stored; of numbers also how many remain when they are masked and scaled, and their sum. */
type Figures = [raw: string, count?: number, sum?: number | string];
interface ExpectedFile {
	layout: string;
	header: string;
	variables: Record<string, Figures>;
}

/** By `test/support/truth/netcdf.py`. */
const expectedFile = join(projectRoot, 'test', 'fixtures', 'formats', 'netcdf.expected.json');

/** Every classic NetCDF file of two packages; netCDF4-python is the truth. */
export async function agreement(
	packages: readonly SamplePackage[] = ['libncarg-data', 'ferret-datasets'],
): Promise<AgreementRow[] | undefined> {
	const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as Record<string, Record<string, ExpectedFile>>;
	const rows: AgreementRow[] = [];
	for (const name of packages) {
		const folder = await sampleFolder(name);
		if (folder === undefined) continue;
		for (const [file, figures] of Object.entries(expected[name] ?? {})) {
			rows.push(await compare(file, join(folder, file), figures));
		}
	}
	return rows.length === 0 ? undefined : rows;
}

async function compare(file: string, path: string, expected: ExpectedFile): Promise<AgreementRow> {
	const differences: string[] = [];
	const names = Object.keys(expected.variables);
	try {
		await using reader = await NetcdfReader.open(path);
		if (reader.layout !== expected.layout) differences.push(`layout ${reader.layout}`);
		if (headerDigest(reader) !== expected.header) differences.push('header');
		if (reader.variables().length !== names.length) differences.push(`${reader.variables().length} variables`);
		for (const variable of reader.variables()) {
			const figures = expected.variables[variable.name];
			const difference = figures ? await compareVariable(reader, variable, figures) : 'unknown';
			if (difference !== undefined) differences.push(`${variable.name}: ${difference}`);
		}
	} catch (error) {
		differences.push((error as Error).message);
	}
	if (differences.length > 0) return { file, outcome: 'differs', detail: differences.join('; ') };
	return { file, outcome: 'agrees', detail: `${expected.layout}, ${names.length} of ${names.length} variables` };
}

async function compareVariable(
	reader: NetcdfReader,
	variable: NetcdfVariable,
	[raw, count, sum]: Figures,
): Promise<string | undefined> {
	const hash = createHash('sha256');
	for await (const { data } of reader.slabs(variable.name)) {
		if (Array.isArray(data)) return 'texts';
		const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
		hash.update(endianness() === 'LE' ? bytes : swapped(bytes, data.BYTES_PER_ELEMENT));
	}
	if (hash.digest('hex').slice(0, 12) !== raw) return 'stored values differ';
	if (count === undefined) return undefined;
	let ourCount = 0;
	let ourSum = 0;
	let absolute = 0;
	for await (const { data } of reader.slabs(variable.name, { unpack: true })) {
		for (const value of data) {
			if (Number.isNaN(value)) continue;
			ourCount++;
			ourSum += value;
			absolute += Math.abs(value);
		}
	}
	if (ourCount !== count) return `${ourCount} values, not ${count}`;
	// The order of adding differs, and single precision is scaled in single precision there.
	const near = Math.abs(ourSum - Number(sum)) <= 1e-6 * absolute;
	return near || !Number.isFinite(absolute) ? undefined : `sum ${ourSum}, not ${sum}`;
}

function swapped(bytes: Buffer, valueBytes: number): Buffer {
	if (valueBytes === 2) return bytes.swap16();
	if (valueBytes === 4) return bytes.swap32();
	return valueBytes === 8 ? bytes.swap64() : bytes;
}

function headerDigest(reader: NetcdfReader): string {
	let text = '';
	for (const { name, length, unlimited } of reader.dimensions()) text += `${name}:${length}${unlimited ? '*' : ''};`;
	for (const { name, dimensions, attributes } of reader.variables()) {
		text += `${name}(${dimensions.join(',')})[${attributesText(attributes)}];`;
	}
	return digest(Buffer.from(text + attributesText(reader.attributes())));
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

function attributesText(attributes: ReadonlyMap<string, NetcdfAttributeValue>): string {
	let text = '';
	for (const [name, value] of attributes) text += `${name}=${attributeText(value)};`;
	return text;
}

/** Texts as they are, numbers as doubles in hexadecimal. */
function attributeText(value: NetcdfAttributeValue): string {
	if (typeof value === 'string') return value;
	const values = typeof value === 'object' ? Array.from<number | bigint | string>(value) : [value];
	const bytes = Buffer.alloc(8 * values.length);
	for (const [i, each] of values.entries()) bytes.writeDoubleBE(Number(each), 8 * i);
	return bytes.toString('hex');
}
