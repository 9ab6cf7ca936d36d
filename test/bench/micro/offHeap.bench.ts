import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../scripts/paths.ts';
import { HUB_KEY, LINK_VARIABLE } from '../../../src/protocol/runtimeLink.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 3;
/** Examples, and how many pairs are run: the two of a pair side by side, so that both meet the same machine. */
const EXAMPLES: [name: string, pairs: number][] = [
	['buffers', 1],
	['images', 1],
	['columns', 3],
];
const MOST = 1.05;
/** Of a process that does not exist: the preload does not wait for it. */
const NOBODY = 2 ** 22 + 1;

const CASES: [name: string, source: string, target: number | undefined][] = [
	[
		'1 MB buffers, filled and read',
		`for (let k = 0; k < 120; k++) {
			const numbers = new Float64Array(Buffer.alloc(1 << 20).buffer);
			for (let i = 0; i < numbers.length; i++) numbers[i] = i * 2;
			sum += numbers.map(x => x + 1)[3];
		}`,
		1.05,
	],
	[
		'buffers of 16 KB, read',
		`for (let k = 0; k < 6_000; k++) {
			const block = Buffer.alloc(16_384, k);
			for (let i = 0; i < block.length; i += 4) sum += block[i];
		}`,
		1.05,
	],
	[
		'nothing but small buffers and arrays',
		`for (let k = 0; k < 300_000; k++)
			sum += Buffer.from('hello world').length + Buffer.alloc(100).length + new Float64Array(4).length;`,
		undefined,
	],
];

/** A script whose buffers are attributed, against the same without; drained as the engine does. */
export async function bench(): Promise<BenchRow[]> {
	const rows: BenchRow[] = [];
	for (const [name, pairs] of EXAMPLES) {
		const ratios: Cost[] = [];
		for (let pair = 0; pair < pairs; pair++) ratios.push(await compareExample(name));
		rows.push(
			row(
				`${name}.mjs, processor time`,
				ratios.map(({ cpuMs }) => cpuMs),
				MOST,
			),
			row(
				`${name}.mjs, wall time`,
				ratios.map(({ wallMs }) => wallMs),
				undefined,
			),
		);
	}
	for (const [name, source, target] of CASES) {
		const ratios: number[] = [];
		for (let round = 0; round < ROUNDS; round++) ratios.push(measure(source, true) / measure(source, false));
		rows.push(row(name, ratios, target));
	}
	return rows;
}

function row(name: string, ratios: number[], target: number | undefined): BenchRow {
	return {
		name: `Off-heap attribution: ${name}`,
		measured: `${spreadText(ratios, 2)}×`,
		target: target === undefined ? '–' : `≤ ${target}×`,
		met: target === undefined || median(ratios) <= target,
	};
}

interface Cost {
	cpuMs: number;
	wallMs: number;
}

async function compareExample(name: string): Promise<Cost> {
	const [on, off] = await Promise.all([runExample(name, true), runExample(name, false)]);
	return { cpuMs: on.cpuMs / off.cpuMs, wallMs: on.wallMs / off.wallMs };
}

/** Recorded and drained every 50 ms, without an engine: what the runtime alone costs. */
async function runExample(name: string, offHeap: boolean): Promise<Cost> {
	const dir = mkdtempSync(join(tmpdir(), 'memory-manager-bench-'));
	const driver = join(dir, 'driver.cjs');
	const result = join(dir, 'result.json');
	writeFileSync(
		driver,
		`const hub = globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})];
		hub.go();
		setInterval(() => hub.drain(), 50).unref();
		process.on('exit', () => {
			const { user, system } = process.cpuUsage();
			const cost = { cpuMs: (user + system) / 1_000, wallMs: performance.now() };
			require('node:fs').writeFileSync(${JSON.stringify(result)}, JSON.stringify(cost));
		});`,
	);
	try {
		const link = JSON.stringify({ dir, hostPid: NOBODY, quietTerminal: true, offHeap });
		const preload = join(projectRoot, 'dist', 'runtime', 'preload.cjs');
		const args = ['--require', preload, '--require', driver, join(projectRoot, 'examples', `${name}.mjs`)];
		await promisify(execFile)(process.execPath, args, { env: { ...process.env, [LINK_VARIABLE]: link }, cwd: dir });
		return JSON.parse(readFileSync(result, 'utf8')) as Cost;
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function measure(source: string, offHeap: boolean): number {
	const dir = mkdtempSync(join(tmpdir(), 'memory-manager-bench-'));
	const text = `
		const hub = globalThis[Symbol.for(${JSON.stringify(HUB_KEY)})];
		hub.go();
		const before = process.cpuUsage();
		let sum = 0;
		for (let turn = 0; turn < 3; turn++) {
			${source}
			hub.drain();
		}
		const { user, system } = process.cpuUsage(before);
		console.log(user + system + sum * 0);`;
	try {
		const link = JSON.stringify({ dir, hostPid: NOBODY, quietTerminal: true, offHeap });
		const args = ['--require', join(projectRoot, 'dist', 'runtime', 'preload.cjs'), '--eval', text];
		const env = { ...process.env, [LINK_VARIABLE]: link };
		return Number(execFileSync(process.execPath, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

if (import.meta.main) console.table(await bench());
