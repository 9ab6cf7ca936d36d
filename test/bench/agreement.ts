// `node test/bench/agreement.ts [format …]`: real files of third parties, read by us and by the library that the field trusts, as Markdown tables.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import type { AgreementRow } from '../support/agreement/agreementRow.ts';

const folder = join(projectRoot, 'test', 'support', 'agreement');
const wanted = process.argv.slice(2);
const formats = readdirSync(folder)
	.map(file => basename(file, '.ts'))
	.filter(name => name !== 'agreementRow' && (wanted.length === 0 || wanted.includes(name)));
if (formats.length === 0) throw new Error(`There is no format named ${wanted.join(' or ')}.`);

const totals: string[] = [];
let differing = 0;
for (const format of formats) {
	const { agreement } = (await import(join(folder, `${format}.ts`))) as {
		agreement: () => Promise<AgreementRow[] | undefined>;
	};
	const rows = await agreement();
	if (!rows) continue;
	console.log(`\n### ${format}\n\n| file | | |\n| --- | --- | --- |`);
	for (const { file, outcome, detail } of rows)
		console.log(`| ${file} | ${outcome} | ${detail.replaceAll('|', '\\|')} |`);
	const count = (outcome: AgreementRow['outcome']) => rows.filter(row => row.outcome === outcome).length;
	differing += count('differs');
	totals.push(`| ${format} | ${rows.length} | ${count('agrees')} | ${count('refused')} | ${count('differs')} |`);
}
console.log('\n| format | files | agree | refused with the reason | differ |\n| --- | ---: | ---: | ---: | ---: |');
console.log(totals.join('\n'));
process.exitCode = differing > 0 ? 1 : 0;
