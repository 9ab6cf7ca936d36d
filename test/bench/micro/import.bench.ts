import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const ROUNDS = 9;
const TARGET_MS = 15;
const dist = join(projectRoot, 'dist', 'runtime');

/** Inside a fresh process, so that nothing is loaded before; ms as the script itself sees them. */
const scripts: readonly (readonly [string, readonly string[]])[] = [
	[
		'`require` of the runtime',
		[
			'-e',
			`const t = performance.now(); require(${JSON.stringify(join(dist, 'index.cjs'))}); console.log(performance.now() - t);`,
		],
	],
	[
		'`import` of the runtime',
		[
			'--input-type=module',
			'-e',
			`const t = performance.now(); await import(${JSON.stringify(join(dist, 'index.mjs'))}); console.log(performance.now() - t);`,
		],
	],
];

export async function bench(): Promise<BenchRow[]> {
	return scripts.map(([name, args]): BenchRow => {
		const run = () => Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
		run();
		const values = Array.from({ length: ROUNDS }, run);
		return {
			name,
			measured: `${spreadText(values, 1)} ms`,
			target: `≤ ${TARGET_MS} ms`,
			met: median(values) <= TARGET_MS,
		};
	});
}

if (import.meta.main) console.table(await bench());
