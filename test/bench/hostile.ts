// `node test/bench/hostile.ts [format …]`: every format's sound files cut at 200 places and changed 2 000 times, as a Markdown table.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { type HostileCase, hostileRun } from '../support/hostile.ts';

const folder = join(projectRoot, 'test', 'support', 'hostileCases');
const wanted = process.argv.slice(2);
const formats = readdirSync(folder)
	.map(file => basename(file, '.ts'))
	.filter(name => wanted.length === 0 || wanted.includes(name));
if (formats.length === 0) throw new Error(`There is no format named ${wanted.join(' or ')}.`);

console.log(
	'| format | cases | read | refused | problems | rise of RSS | slowest |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
);
const problems: string[] = [];
for (const format of formats) {
	const { hostileCase } = (await import(join(folder, `${format}.ts`))) as { hostileCase: () => Promise<HostileCase> };
	const hostile = await hostileCase();
	const outcome = await hostileRun(hostile, { truncations: 200, flips: 2_000 });
	await hostile.dispose?.();
	const { cases, read, refused, rssRiseBytes, slowestMs } = outcome;
	const rise = formatBytes(rssRiseBytes);
	console.log(
		`| ${format} | ${cases} | ${read} | ${refused} | ${outcome.problems.length} | ${rise} | ${Math.round(slowestMs)} ms |`,
	);
	problems.push(...outcome.problems.map(problem => `${format}: ${problem}`));
}
for (const problem of problems.slice(0, 50)) console.log(`\n${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
