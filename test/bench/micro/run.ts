// `npm run bench:runtime [-- caches files]`: what the runtime itself costs, each area in a process of its own, as a Markdown table.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../../../scripts/paths.ts';
import type { BenchRow } from './benchRow.ts';

const folder = import.meta.dirname;
const SUFFIX = '.bench.ts';
/** A row that is told for itself. */
const NONE = '–';

async function main(): Promise<void> {
	if (!existsSync(join(projectRoot, 'dist', 'runtime', 'index.cjs')))
		throw new Error('dist/runtime is not built: run "npm run compile" before');
	const wanted = process.argv.slice(2);
	const areas = readdirSync(folder)
		.filter(file => file.endsWith(SUFFIX))
		.map(file => basename(file, SUFFIX))
		.filter(area => wanted.length === 0 || wanted.includes(area));
	if (areas.length === 0) throw new Error(`There is no bench named ${wanted.join(' or ')}.`);
	console.log('| | measured | asked for | |\n| --- | ---: | ---: | --- |');
	let missed = 0;
	for (const area of areas) {
		for (const { name, measured, target, met } of await measure(area)) {
			console.log(`| ${name} | ${measured} | ${target} | ${target === NONE ? '' : met ? 'met' : '**missed**'} |`);
			if (!met) missed++;
		}
	}
	console.log(`\nNode ${process.versions.node}. Medians, with the lowest and highest of the rounds.`);
	if (missed > 0) console.log(`${missed} missed.`);
}

/** In a process of its own, so that one area's heap is not another's; what was compiled for one says nothing about the next. */
async function measure(area: string): Promise<BenchRow[]> {
	process.stderr.write(`${area} …\n`);
	const module = JSON.stringify(join(folder, `${area}${SUFFIX}`));
	const source = `const { bench } = await import(${module}); process.stdout.write('\\n' + JSON.stringify(await bench()));`;
	const args = ['--expose-gc', '--input-type=module', '--eval', source];
	const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'inherit'] });
	const code = new Promise<number | null>(resolve => child.once('exit', resolve));
	const output = await text(child.stdout);
	if ((await code) !== 0) throw new Error(`The bench of ${area} failed`);
	return JSON.parse(output.slice(output.lastIndexOf('\n') + 1)) as BenchRow[];
}

await main();
