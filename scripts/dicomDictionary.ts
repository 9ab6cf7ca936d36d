// `node scripts/dicomDictionary.ts`: writes the table of DICOM's elements anew, from the dictionary of pydicom (MIT).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.ts';
import { sampleFolder } from './samples.ts';

const ENTRY = /^ {4}(0x[0-9A-F]{8}|'[0-9A-Fx]{8}'): \('([^']*)', '[^']*', (?:"[^"]*"|'[^']*'), '[^']*', '([^']*)'\)/gm;
const target = join(projectRoot, 'src', 'runtime', 'formats', 'dicom', 'dictionaryTable.ts');

const folder = await sampleFolder('python3-pydicom');
if (folder === undefined) throw new Error('Without pydicom there is no dictionary to take the table from.');
const source = readFileSync(join(folder, 'usr/lib/python3/dist-packages/pydicom/_dicom_dict.py'), 'utf8');
const groups = new Map<string, string[]>();
for (const [, tag = '', vr = '', keyword = ''] of source.matchAll(ENTRY)) {
	const digits = tag.replace(/^0x|'/g, '');
	const lines = groups.get(digits.slice(0, 4)) ?? [];
	groups.set(digits.slice(0, 4), lines);
	lines.push(`${digits.slice(4)}${vr === 'NONE' ? 'UN' : vr.replaceAll(' or ', '/')} ${keyword}`);
}
const table = [...groups].map(([group, lines]) => [`+${group}`, ...lines].join('\n')).join('\n');

writeFileSync(
	target,
	`/**
 * The elements of DICOM (PS3.6): below the line of its group (\`+0008\`) each as element, value representation and keyword; an x stands for
 * any digit. Written by scripts/dicomDictionary.ts from the dictionary of pydicom, which is under the MIT licence:
 * Copyright (c) 2008-2018 Darcy Mason and pydicom contributors.
 */
export const dictionaryTable = (): string => \`
${table}
\`;
`,
);
console.log(`${target}: ${[...groups.values()].flat().length} elements in ${groups.size} groups`);
