// `npm test`: everything in order, one failure does not keep the rest from running.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingChromium } from './chromium.ts';
import { exitCodeOf } from './command.ts';
import { missingFfmpeg } from './ffmpeg.ts';
import { missingServedVscode } from './installServedVscode.ts';
import { missingNodes } from './nodes.ts';
import { projectRoot } from './paths.ts';
import {
	judge,
	parseFailures,
	parseLeftOut,
	parseTotals,
	sum,
	type Totals,
	totalsLine,
	totalsVariable,
} from './totals.ts';

const checks = ['compile', 'typecheck', 'lint'];
const suites = ['test:unit', 'test:integration', 'test:host', 'test:interface', 'test:electron'];

interface Outcome {
	readonly name: string;
	readonly totals: Totals;
	readonly problem?: string;
	/** Why it could not run on this machine. */
	readonly leftOut?: string;
	readonly seconds: number;
	/** `[test, message]`. */
	readonly failures?: readonly (readonly [string, string])[];
}

let interrupted = false;

async function main(): Promise<void> {
	const missing = [...missingServedVscode(), ...missingNodes(), ...missingChromium(), ...missingFfmpeg()];
	if (missing.length > 0)
		console.log(`To be downloaded on the way, once:\n${missing.map(line => `  ${line}`).join('\n')}`);
	const folder = await mkdtemp(join(tmpdir(), 'memory-manager-test-'));
	try {
		const inOrder = async (names: readonly string[]) => {
			const outcomes: Outcome[] = [];
			for (const name of names) {
				if (interrupted) break;
				const step = checks.includes(name) ? () => check(name) : () => suite(name, join(folder, 'totals.json'));
				outcomes.push(await timed(name, step));
			}
			return outcomes;
		};
		const [compile = '', ...otherChecks] = checks;
		const [unit = '', ...otherSuites] = suites;
		const outcomes = await inOrder([compile]);
		// Unit tests start hardly anything beside themselves: they leave a core for what only reads the sources.
		outcomes.push(...(await Promise.all([inOrder(otherChecks), inOrder([unit])])).flat());
		outcomes.push(...(await inOrder(otherSuites)));
		const total = report(outcomes);
		process.exitCode = interrupted ? 130 : total.failed > 0 ? 1 : 0;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function timed(name: string, step: () => Promise<Omit<Outcome, 'name' | 'seconds'>>): Promise<Outcome> {
	console.log(`\n── ${name}`);
	const started = performance.now();
	const result = await step();
	return { name, ...result, seconds: (performance.now() - started) / 1000 };
}

/** A check has no tests to count: it adds nothing when it passes and one failure when not. */
async function check(name: string): Promise<Omit<Outcome, 'name' | 'seconds'>> {
	const code = await run(name);
	if (code === 0) return { totals: { passed: 0, failed: 0, skipped: 0 } };
	return { totals: { passed: 0, failed: 1, skipped: 0 }, problem: `ended with exit code ${code}` };
}

async function suite(name: string, file: string): Promise<Omit<Outcome, 'name' | 'seconds'>> {
	await rm(file, { force: true });
	const code = await run(name, { [totalsVariable]: file });
	const text = await readFile(file, 'utf8').catch(() => '');
	return { ...judge(code, parseTotals(text), parseLeftOut(text)), failures: parseFailures(text) };
}

function run(name: string, env: NodeJS.ProcessEnv = {}): Promise<number> {
	return exitCodeOf(process.execPath, ['--run', name], { cwd: projectRoot, env: { ...process.env, ...env } });
}

function report(outcomes: readonly Outcome[]): Totals {
	console.log('');
	for (const { name, totals, problem, leftOut, seconds } of outcomes) {
		const counted = checks.includes(name) && !problem ? 'done' : totalsLine(totals);
		const result = leftOut === undefined ? counted : `skipped: ${leftOut}`;
		const mark = totals.failed > 0 ? '✖' : leftOut === undefined ? '✔' : '–';
		console.log(`  ${mark} ${name.padEnd(18)}${result}${problem ? `: ${problem}` : ''} (${seconds.toFixed(1)} s)`);
	}
	for (const { name, failures = [] } of outcomes)
		for (const [test, message] of failures) console.log(`\n  ✖ ${name}: ${test}\n    ${firstLines(message)}`);
	const total = sum(outcomes.map(({ totals }) => totals));
	console.log(`\n${totalsLine(total)}`);
	return total;
}

/** A failure's message may hold whole outputs. */
function firstLines(message: string): string {
	return message.split('\n').slice(0, 12).join('\n    ').slice(0, 2_000);
}

// The running suite gets the same signal, cleans up and ends; then the rest is left out.
process.on('SIGINT', () => {
	interrupted = true;
});
await main();
