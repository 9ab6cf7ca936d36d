// `npm run bench [-- --rounds 5 --only jsonGroup,images]`: what profiling costs in wall time, as a Markdown table.
import { existsSync, readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/paths.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { bare, DEFAULT_VARIANT, type Run, type Variant, variants } from './measure.ts';
import { median, spreadText } from './statistics.ts';

const scripts = join(projectRoot, 'test', 'bench', 'scripts');

interface ScriptResult {
	readonly name: string;
	readonly bareMs: number[];
	/** With divided by without, of the same round. */
	readonly ratios: Map<string, number[]>;
	readonly firstSampleMs: number[];
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' } } });
	const rounds = Number(values.rounds);
	if (!Number.isSafeInteger(rounds) || rounds < 1)
		throw new Error(`--rounds takes a number from 1, not ${values.rounds}`);
	if (!existsSync(join(projectRoot, 'dist', 'runtime', 'preload.cjs')))
		throw new Error('dist/runtime is not built: run "npm run compile" before');
	const wanted = values.only?.split(',');
	const names = readdirSync(scripts)
		.map(file => basename(file, '.mjs'))
		.filter(name => name !== 'data' && (wanted?.includes(name) ?? true));
	const before = loadavg();
	const results: ScriptResult[] = [];
	for (const name of names) results.push(await measure(name, rounds));
	print(results, rounds, before);
}

/** Rounds interleave the variants, each round in another order: what else the machine does falls on all alike. */
async function measure(name: string, rounds: number): Promise<ScriptResult> {
	const script = join(scripts, `${name}.mjs`);
	const folder = temporaryFolder('bench');
	const result: ScriptResult = { name, bareMs: [], ratios: new Map(), firstSampleMs: [] };
	try {
		const { output } = await bare.run(script, folder.path);
		for (let round = 0; round < rounds; round++) {
			const runs = await runRound(script, folder.path, round, output);
			const bareMs = runs.get(bare.name)?.wallMs ?? Number.NaN;
			result.bareMs.push(bareMs);
			for (const { name: variant } of variants) {
				const run = runs.get(variant);
				if (!run) continue;
				result.ratios.set(variant, [...(result.ratios.get(variant) ?? []), run.wallMs / bareMs]);
				if (variant === DEFAULT_VARIANT && run.firstSampleMs !== undefined)
					result.firstSampleMs.push(run.firstSampleMs);
			}
			process.stderr.write(`${name}: round ${round + 1} of ${rounds}\n`);
		}
	} finally {
		await folder.remove();
	}
	return result;
}

async function runRound(script: string, folder: string, round: number, output: string): Promise<Map<string, Run>> {
	const all: Variant[] = [bare, ...variants];
	const runs = new Map<string, Run>();
	for (let i = 0; i < all.length; i++) {
		const variant = all[(i + round) % all.length];
		if (!variant) continue;
		const run = await variant.run(script, folder);
		if (run.output !== output) throw new Error(`${variant.name} changed what ${basename(script)} prints`);
		runs.set(variant.name, run);
	}
	return runs;
}

function print(results: readonly ScriptResult[], rounds: number, before: readonly number[]): void {
	const columns = ['script', 'bare', ...variants.map(({ name }) => name)];
	console.log(row(columns));
	console.log(row(columns.map((_, i) => (i === 0 ? '---' : '---:'))));
	for (const { name, bareMs, ratios } of results) {
		const cells = variants.map(variant => spreadText(ratios.get(variant.name) ?? []));
		console.log(row([name, `${(median(bareMs) / 1000).toFixed(2)} s`, ...cells]));
	}
	const medians = variants.map(({ name }) => results.map(({ ratios }) => median(ratios.get(name) ?? [])));
	console.log(row(['**median of all**', '', ...medians.map(values => `**${median(values).toFixed(2)}**`)]));
	console.log(row(['**worst of all**', '', ...medians.map(values => `**${Math.max(...values).toFixed(2)}**`)]));
	const first = results.flatMap(({ firstSampleMs }) => firstSampleMs);
	const load = [before, loadavg()].map(([minute = 0]) => minute.toFixed(1)).join(' before and ');
	console.log(`\nWall time with divided by without, median of ${rounds} rounds (lowest–highest).`);
	console.log(`From the command to the first sample: ${spreadText(first, 0)} ms.`);
	console.log(`Node ${process.versions.node}, ${cpus().length} cores, load ${load} after.`);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

await main();
