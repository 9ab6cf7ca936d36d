// `node test/bench/codeLens.bench.ts`: how long a pause in typing costs in a file of 10 000 lines.
import { findTrackedFunctions } from '../../src/extension/codeLens/findTrackedFunctions.ts';

const LINES = 10_000;
const ROUNDS = 15;

/** Code with the density of the real thing: a class method of ten lines, over and over. */
function sourceOf(lines: number, head: string): string {
	const method = (i: number) => `
class Loader${i} {
	async load(path, { limit = ${i}, filter } = {}) {
		const rows = await region('load ${i}', async () => parse(await readFile(path, 'utf8')));
		const kept = rows.filter(row => row.delay > limit && (!filter || filter(row.origin, row.destination)));
		for (const [key, values] of Map.groupBy(kept, row => \`\${row.origin}-\${row.destination}\`)) {
			this.totals.set(key, (this.totals.get(key) ?? 0) + values.reduce((sum, { delay }) => sum + delay, 0));
		}
		return { rows: kept.length, mean: kept.reduce((sum, { delay }) => sum + delay, 0) / kept.length };
	}
}`;
	return head + Array.from({ length: Math.ceil(lines / 10) }, (_, i) => method(i)).join('');
}

function measure(name: string, source: string): void {
	const times: number[] = [];
	let found = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const started = performance.now();
		found = findTrackedFunctions(source, 'bench.mjs').length;
		times.push(performance.now() - started);
	}
	const first = times[0] ?? Number.NaN;
	const sorted = [...times].sort((a, b) => a - b);
	const median = sorted[sorted.length >> 1] ?? Number.NaN;
	const kb = (source.length / 1024).toFixed(0);
	console.log(
		`${name}: ${source.split('\n').length} lines, ${kb} KB, ${found} found: first ${first.toFixed(1)} ms, median ${median.toFixed(2)} ms`,
	);
}

measure('with the runtime', sourceOf(LINES, "import { region } from 'memory-manager-runtime';"));
measure('without the runtime', sourceOf(LINES, ''));
