import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { type SamplePackage, sampleFolder } from '../../../scripts/samples.ts';
import { Hdf5Reader } from '../../../src/runtime/formats/hdf5/hdf5Reader.ts';
import type {
	Hdf5Attribute,
	Hdf5Columns,
	Hdf5Dataset,
	Hdf5Dtype,
	Hdf5Entry,
	Hdf5Values,
} from '../../../src/runtime/formats/hdf5/hdf5Types.ts';
import type { AgreementRow } from './agreementRow.ts';

/** What `test/support/truth/hdf5.py` found with h5py: dataset → shape, digest of the values or `!` and why not, digest of the attributes. */
interface Truth {
	readonly datasets: { readonly [path: string]: readonly [shape: string, values: string, attributes: string] };
	/** Groups, named types and links: a digest and how many. */
	readonly others: string;
	readonly count: number;
}

const fixture = join(projectRoot, 'test', 'fixtures', 'formats', 'hdf5.expected.json');

export async function agreement(): Promise<AgreementRow[] | undefined> {
	const expected = JSON.parse(await readFile(fixture, 'utf8')) as { readonly [file: string]: Truth };
	const rows: AgreementRow[] = [];
	for (const [file, truth] of Object.entries(expected)) {
		const root = await rootOf(file);
		if (root === undefined) return undefined;
		const comparing = compare(join(root, file.slice(file.indexOf('/') + 1)), file, truth);
		rows.push(await comparing.catch((error: Error) => ({ file, outcome: 'differs', detail: error.message })));
	}
	return rows;
}

async function rootOf(file: string): Promise<string | undefined> {
	const name = file.slice(0, file.indexOf('/'));
	return name === 'h5wasm' ? join(projectRoot, 'node_modules', name) : sampleFolder(name as SamplePackage);
}

async function compare(path: string, file: string, truth: Truth): Promise<AgreementRow> {
	const differing: string[] = [];
	const refused = new Set<string>();
	const others: string[] = [];
	let datasets = 0;
	let beyond = 0;
	await using reader = await Hdf5Reader.open(path);
	for await (const entry of reader) {
		if (entry.type !== 'dataset') {
			others.push(lineOf(entry));
			continue;
		}
		datasets++;
		const [shape, values, attributes] = truth.datasets[entry.path] ?? ['', '', ''];
		if ((entry.shape?.join('x') ?? 'null') !== shape)
			differing.push(`${entry.path}: shape ${entry.shape} for ${shape}`);
		if (attributesDigest(entry.attributes) !== attributes) differing.push(`${entry.path}: attributes`);
		if (entry.refused !== undefined) {
			if (values.startsWith('!')) refused.add(`${entry.path}: ${entry.refused}`);
			else differing.push(`${entry.path}: refused, ${entry.refused}`);
		} else if (values.startsWith('!')) beyond++;
		else if ((await valuesDigest(reader, entry)) !== values) differing.push(`${entry.path}: values`);
	}
	if (datasets !== Object.keys(truth.datasets).length) differing.push(`${datasets} datasets`);
	if (digest([others.sort().join('\n')]) !== truth.others)
		differing.push(`groups and links (${others.length} for ${truth.count})`);
	const more = beyond > 0 ? `, ${beyond} that h5py does not read` : '';
	const compared = `${datasets - refused.size} of ${datasets} datasets by values${more}, all attributes, ${others.length} groups and links`;
	if (differing.length > 0) return { file, outcome: 'differs', detail: differing.join('; ') };
	if (refused.size > 0) return { file, outcome: 'refused', detail: `${compared}; refused: ${[...refused].join('; ')}` };
	return { file, outcome: 'agrees', detail: compared };
}

function lineOf(entry: Exclude<Hdf5Entry, Hdf5Dataset>): string {
	if (entry.type !== 'link') return `${entry.type} ${entry.path} ${attributesDigest(entry.attributes)}`;
	return entry.kind === 'external'
		? `external ${entry.path} ${entry.file} ${entry.target}`
		: `${entry.kind} ${entry.path} ${entry.target}`;
}

/** Of the slabs where the type allows to put them together, as a user would sum them; at once otherwise. */
async function valuesDigest(reader: Hdf5Reader, { path, dtype, shape }: Hdf5Dataset): Promise<string> {
	if (shape === null) return digest(['empty']);
	const { data } = await reader.read(path);
	const parts: (string | Buffer)[] = [];
	canonical(dtype, data, parts);
	return digest(parts);
}

/** As Python compares texts: by code points. */
const byCodePoint = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

function attributesDigest(attributes: ReadonlyMap<string, Hdf5Attribute>): string {
	const found = [...attributes.keys()].sort(byCodePoint).map(name => {
		const { dtype, shape, value, refused } = attributes.get(name) as Hdf5Attribute;
		if (refused !== undefined) return `${name}=!`;
		if (shape === null) return `${name}=${digest(['empty'])}`;
		const single = shape.length === 0 && dtype.kind !== 'array' && dtype.kind !== 'compound';
		const parts: (string | Buffer)[] = [];
		canonical(dtype, (single ? [value] : value) as Hdf5Values, parts);
		return `${name}=${digest(parts)}`;
	});
	return digest([found.join(';')]);
}

function canonical(dtype: Hdf5Dtype, values: Hdf5Values, parts: (string | Buffer)[]): void {
	const items = values as readonly (string | number | bigint | boolean | Hdf5Values)[];
	switch (dtype.kind) {
		case 'compound':
			for (const member of dtype.members) {
				parts.push(`${member.name}:`);
				canonical(member.dtype, (values as Hdf5Columns)[member.name] as Hdf5Values, parts);
			}
			break;
		case 'array':
			canonical(dtype.of, values, parts);
			break;
		case 'variable':
			for (const value of items) {
				parts.push('[');
				canonical(dtype.of, value as Hdf5Values, parts);
				parts.push(']');
			}
			break;
		case 'string':
			for (const value of items) parts.push(`${value}\0`);
			break;
		case 'float':
			for (const value of items as number[]) {
				const bytes = Buffer.alloc(8);
				bytes.writeDoubleLE(value);
				parts.push(Number.isNaN(value) ? 'NaN' : bytes);
			}
			break;
		case 'opaque':
			for (const value of items) parts.push(Buffer.from(value as Uint8Array));
			break;
		case 'reference':
		case 'regionReference':
			for (const _ of items) parts.push('*');
			break;
		default:
			for (const value of items)
				parts.push(`${Number.isInteger(value) || typeof value === 'bigint' ? value : Number(value)},`);
	}
}

function digest(parts: readonly (string | Buffer)[]): string {
	const hash = createHash('md5');
	for (const part of parts) hash.update(part);
	return hash.digest('hex').slice(0, 12);
}
