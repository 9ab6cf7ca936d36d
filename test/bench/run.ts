// `npm run bench [-- --rounds 5 --only jsonGroup,images --variants default,32]`: what profiling costs in wall time, as a Markdown table.
import { existsSync, readdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../scripts/paths.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { childrenCpuMs } from './cpuTime.ts';
import { allVariants, bare, DEFAULT_VARIANT, type Run, type Variant } from './measure.ts';
import { median, spreadText } from './statistics.ts';

/** Measured beside the others, but in ms: a ratio would say nothing. */
const EMPTY = 'empty';
const scripts = join(projectRoot, 'test', 'bench', 'scripts');

interface ScriptResult {
	readonly name: string;
	readonly bareMs: number[];
	/** Wall time with divided by without, of the same round. */
	readonly ratios: Map<string, number[]>;
	/** The same for processor time; empty where the system does not tell. */
	readonly cpuRatios: Map<string, number[]>;
	readonly firstSampleMs: number[];
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, variants: { type: 'string' } },
	});
	const rounds = Number(values.rounds);
	if (!Number.isSafeInteger(rounds) || rounds < 1)
		throw new Error(`--rounds takes a number from 1, not ${values.rounds}`);
	if (!existsSync(join(projectRoot, 'dist', 'runtime', 'preload.cjs')))
		throw new Error('dist/runtime is not built: run "npm run compile" before');
	const wanted = values.only?.split(',');
	const names = readdirSync(scripts)
		.map(file => basename(file, '.mjs'))
		.filter(name => !['data', EMPTY].includes(name) && (wanted?.includes(name) ?? true));
	const { variants, missing } = await chosenVariants(values.variants?.split(','));
	const before = loadavg();
	const results: ScriptResult[] = [];
	for (const name of names) results.push(await measure(name, variants, rounds));
	print(results, variants, rounds, before);
	printEmpty(await measure(EMPTY, variants, rounds), variants);
	for (const reason of missing) console.log(reason);
}

/** Those whose name begins with one of `wanted`; all where nothing is wanted. */
async function chosenVariants(wanted: readonly string[] | undefined): ReturnType<typeof allVariants> {
	const all = await allVariants();
	const variants = all.variants.filter(({ name }) => wanted?.some(begin => name.startsWith(begin)) ?? true);
	if (variants.length === 0) throw new Error(`--variants takes of ${all.variants.map(({ name }) => name).join(', ')}`);
	return { ...all, variants };
}

/** Rounds interleave the variants, each round in another order: what else the machine does falls on all alike. */
async function measure(name: string, variants: readonly Variant[], rounds: number): Promise<ScriptResult> {
	const script = join(scripts, `${name}.mjs`);
	const folder = temporaryFolder('bench');
	const result: ScriptResult = { name, bareMs: [], ratios: new Map(), cpuRatios: new Map(), firstSampleMs: [] };
	try {
		const { output } = await bare.run(script, folder.path);
		for (let round = 0; round < rounds; round++) {
			addRound(result, variants, await runRound(script, variants, folder.path, round, output));
			process.stderr.write(`${name}: round ${round + 1} of ${rounds}\n`);
		}
	} finally {
		await folder.remove();
	}
	return result;
}

function addRound(result: ScriptResult, variants: readonly Variant[], runs: ReadonlyMap<string, MeasuredRun>): void {
	const without = runs.get(bare.name);
	if (!without) return;
	result.bareMs.push(without.wallMs);
	for (const { name } of variants) {
		const run = runs.get(name);
		if (!run) continue;
		add(result.ratios, name, run.wallMs / without.wallMs);
		if (run.cpuMs !== undefined && without.cpuMs) add(result.cpuRatios, name, run.cpuMs / without.cpuMs);
		if (name === DEFAULT_VARIANT && run.firstSampleMs !== undefined) result.firstSampleMs.push(run.firstSampleMs);
	}
}

function add(lists: Map<string, number[]>, name: string, value: number): void {
	const list = lists.get(name);
	if (list) list.push(value);
	else lists.set(name, [value]);
}

type MeasuredRun = Run & { cpuMs?: number };

async function runRound(
	script: string,
	variants: readonly Variant[],
	folder: string,
	round: number,
	output: string,
): Promise<Map<string, MeasuredRun>> {
	const all: Variant[] = [bare, ...variants];
	const runs = new Map<string, MeasuredRun>();
	for (let i = 0; i < all.length; i++) {
		const variant = all[(i + round) % all.length];
		if (!variant) continue;
		const before = childrenCpuMs();
		const run = await variant.run(script, folder);
		const after = childrenCpuMs();
		if (run.output !== output) throw new Error(`${variant.name} changed what ${basename(script)} prints`);
		runs.set(variant.name, { ...run, ...(before !== undefined && after !== undefined && { cpuMs: after - before }) });
	}
	return runs;
}

function print(
	results: readonly ScriptResult[],
	variants: readonly Variant[],
	rounds: number,
	before: readonly number[],
): void {
	console.log(`Wall time with divided by without, median of ${rounds} rounds (lowest–highest):\n`);
	printTable(results, variants, ({ ratios }) => ratios);
	if (results.every(({ cpuRatios }) => cpuRatios.size > 0)) {
		console.log('\nProcessor time of the script with divided by without:\n');
		printTable(results, variants, ({ cpuRatios }) => cpuRatios);
	}
	const first = results.flatMap(({ firstSampleMs }) => firstSampleMs);
	const cores = cpus().length;
	const loads = [before, loadavg()].map(([minute = 0]) => minute);
	if (first.length > 0) console.log(`\nFrom the command to the first sample: ${spreadText(first, 0)} ms.`);
	console.log(
		`Node ${process.versions.node}, ${cores} cores, load ${loads.map(n => n.toFixed(1)).join(' before and ')} after.`,
	);
	// One script and what watches it use about one and a half cores.
	if (Math.max(...loads) > Math.max(2, cores * 0.75)) console.log('The machine was busy: wall times are noisy.');
}

function printEmpty({ bareMs, ratios }: ScriptResult, variants: readonly Variant[]): void {
	const added = variants.map(({ name }) => {
		const ms = (ratios.get(name) ?? []).map((ratio, round) => (ratio - 1) * (bareMs[round] ?? 0));
		return `${name} ${median(ms).toFixed(0)} ms`;
	});
	console.log(`An empty script takes ${median(bareMs).toFixed(0)} ms; on top of that: ${added.join(', ')}.`);
}

function printTable(
	results: readonly ScriptResult[],
	variants: readonly Variant[],
	ratiosOf: (result: ScriptResult) => ReadonlyMap<string, readonly number[]>,
): void {
	const columns = ['script', 'bare', ...variants.map(({ name }) => name)];
	console.log(row(columns));
	console.log(row(columns.map((_, i) => (i === 0 ? '---' : '---:'))));
	for (const result of results) {
		const cells = variants.map(({ name }) => spreadText(ratiosOf(result).get(name) ?? []));
		console.log(row([result.name, `${(median(result.bareMs) / 1000).toFixed(2)} s`, ...cells]));
	}
	const medians = variants.map(({ name }) => results.map(result => median(ratiosOf(result).get(name) ?? [])));
	console.log(row(['**median of all**', '', ...medians.map(values => `**${median(values).toFixed(2)}**`)]));
	console.log(row(['**worst of all**', '', ...medians.map(values => `**${Math.max(...values).toFixed(2)}**`)]));
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

await main();
