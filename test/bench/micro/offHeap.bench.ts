import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { HUB_KEY, LINK_VARIABLE } from '../../../src/protocol/runtimeLink.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 5;
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

/** Processor time of a script whose buffers are attributed, against the same without; drained as the engine does. */
export async function bench(): Promise<BenchRow[]> {
	return CASES.map(([name, source, target]) => {
		const ratios: number[] = [];
		for (let round = 0; round < ROUNDS; round++) ratios.push(measure(source, true) / measure(source, false));
		return {
			name: `Off-heap attribution: ${name}`,
			measured: `${spreadText(ratios, 2)}×`,
			target: target === undefined ? '–' : `≤ ${target}×`,
			met: target === undefined || median(ratios) <= target,
		};
	});
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
