import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { type SamplePackage, sampleFolder } from '../../../scripts/samples.ts';
import { NetcdfReader } from '../../../src/runtime/formats/netcdf/netcdfReader.ts';
import type { NetcdfAttributeValue, NetcdfVariable } from '../../../src/runtime/formats/netcdf/netcdfTypes.ts';
import type { AgreementRow } from './agreementRow.ts';

/** What `test/support/truth/netcdf4.py` found with netCDF4-python; values `!`: of a type that is no array of numbers or texts. */
interface Truth {
	readonly layout: string;
	readonly dimensions: { readonly [name: string]: readonly [length: number, unlimited: boolean] };
	readonly variables: {
		readonly [name: string]: readonly [dimensions: string[], shape: number[], values: string, attributes: string];
	};
	readonly attributes: { readonly [group: string]: string };
}

/** A C text in 32 bytes, which netCDF4-python gives with whatever follows its zero. */
const LEFT_OUT = 'HDFEOSVersion';
const fixtures = join(projectRoot, 'test', 'fixtures', 'formats');

export async function agreement(): Promise<AgreementRow[] | undefined> {
	const expected = JSON.parse(await readFile(join(fixtures, 'netcdf4.expected.json'), 'utf8')) as Record<string, Truth>;
	const rows: AgreementRow[] = [];
	for (const [file, truth] of Object.entries(expected)) {
		const [name = ''] = file.split('/', 1);
		// Ours, made by the library, or a third party's.
		const root = name === 'netcdf4' ? join(fixtures, name) : await sampleFolder(name as SamplePackage);
		if (root === undefined) continue;
		const comparing = compare(join(root, file.slice(name.length + 1)), file, truth);
		rows.push(await comparing.catch((error: Error) => ({ file, outcome: 'differs', detail: error.message })));
	}
	return rows;
}

async function compare(path: string, file: string, truth: Truth): Promise<AgreementRow> {
	await using reader = await NetcdfReader.open(path);
	const differing: string[] = [];
	const differ = (what: string, ours: unknown, theirs: unknown) => {
		const [one, other] = [JSON.stringify(ours), JSON.stringify(theirs)];
		if (one !== other) differing.push(`${what}: ${one} for ${other}`);
	};
	const byName = <T>(entries: Iterable<readonly [string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
	differ('layout', reader.layout, truth.layout);
	const dimensions = reader.dimensions().map(({ name, length, unlimited }) => [name, [length, unlimited]] as const);
	differ('dimensions', byName(dimensions), byName(Object.entries(truth.dimensions)));
	const names = reader.variables().map(({ name }) => name);
	differ('variables', names.sort(), Object.keys(truth.variables).sort());
	const groups = byName(Object.entries(truth.attributes)).map(([group]) => group);
	for (const group of groups) {
		differ(
			`attributes of ${group || 'the file'}`,
			attributesDigest(reader.attributes(group || undefined)),
			truth.attributes[group],
		);
	}
	let refused = 0;
	for (const variable of reader.variables()) {
		const [uses, shape, values, attributes] = truth.variables[variable.name] ?? [[], [], '', ''];
		differ(`${variable.name}: dimensions`, variable.dimensions, uses);
		differ(`${variable.name}: shape`, variable.shape, shape);
		differ(`${variable.name}: attributes`, attributesDigest(variable.attributes), attributes);
		if (values === '!') refused++;
		else differ(`${variable.name}: values`, await valuesDigest(reader, variable), values);
	}
	if (differing.length > 0) return { file, outcome: 'differs', detail: differing.join('; ') };
	const left = refused > 0 ? `; ${refused} compound or of variable length, which Hdf5Reader reads` : '';
	return {
		file,
		outcome: 'agrees',
		detail: `${names.length - refused} of ${names.length} variables by values, ${dimensions.length} dimensions, all attributes${left}`,
	};
}

async function valuesDigest(reader: NetcdfReader, { name, shape }: NetcdfVariable): Promise<string> {
	if (shape.includes(0)) return digest('');
	const { data } = await reader.read(name);
	if (Array.isArray(data)) return digest(data.map(text => `${text}\0`).join(''));
	return digest(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}

function attributesDigest(attributes: ReadonlyMap<string, NetcdfAttributeValue>): string {
	return digest(
		[...attributes]
			.filter(([name]) => name !== LEFT_OUT)
			.map(([name, value]) => `${name}=${shown(value)}`)
			.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
			.join(';'),
	);
}

function shown(value: NetcdfAttributeValue): string {
	if (typeof value === 'string') return `"${value}"`;
	if (Array.isArray(value)) return value.join('|');
	const numbers = typeof value === 'object' ? Array.from<number | bigint>(value) : [value];
	const bytes = Buffer.alloc(numbers.length * 8);
	for (const [i, number] of numbers.entries()) bytes.writeDoubleBE(Number(number), i * 8);
	return bytes.toString('hex');
}

const digest = (content: string | Buffer): string => createHash('md5').update(content).digest('hex').slice(0, 12);
