/**
 * How far forecasts are from what came: `node test/bench/forecast.bench.ts`. Scripts that leak run into a small heap limit; then each
 * recording is read up to 25, 50, 75 and 95 % of the run, and the forecast made there is compared with the moment of the limit.
 */
import { join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { forecast } from '../../src/analysis/forecast.ts';
import { SessionModel } from '../../src/analysis/sessionModel.ts';
import { formatMs, formatPercent } from '../../src/protocol/units.ts';
import { entriesOfType, ProfiledRun } from '../support/engineRuns.ts';

const examples = join(projectRoot, 'examples');
const script = (path: string, limitMb: number, ...args: string[]) => ({
	kind: 'script' as const,
	path,
	args,
	nodeArgs: [`--max-old-space-size=${limitMb}`],
});
const leak = join(projectRoot, 'test/bench/scripts/steadyLeak.cjs');
const runs: [string, ReturnType<typeof script>][] = [
	['a steady leak of 4 MB/s, limit 64 MB', script(leak, 64, '4')],
	['a steady leak of 10 MB/s, limit 150 MB', script(leak, 150, '10')],
	['a steady leak of 25 MB/s, limit 300 MB', script(leak, 300, '25')],
	['examples/leaky.mjs, limit 60 MB', script(join(examples, 'leaky.mjs'), 60)],
	['examples/leaky.mjs, limit 100 MB', script(join(examples, 'leaky.mjs'), 100)],
	['examples/leaky.mjs --fixed, limit 150 MB', script(join(examples, 'leaky.mjs'), 150, '--fixed')],
	['examples/flights.mjs, limit 300 MB', script(join(examples, 'flights.mjs'), 300)],
];

/** All runs together take less than three minutes; what lives longer than this is not judged. */
const MOST_MS = 22_000;
const SHARES = [0.25, 0.5, 0.75, 0.95];

const line = (...cells: string[]) => console.log(cells.map((cell, i) => cell.padEnd(i === 0 ? 42 : 26)).join(''));
line('script', ...SHARES.map(share => `at ${formatPercent(share)}`), 'end');
for (const [name, target] of runs) {
	await using run = await ProfiledRun.start({ target, cwd: examples, input: Buffer.alloc(0) });
	const timer = setTimeout(() => run.session.kill('SIGKILL'), MOST_MS);
	const { entries, opened, reason } = await run.finished();
	clearTimeout(timer);
	const full = entriesOfType(entries, 'sample').at(-1)?.t ?? 0;
	const cells = SHARES.map(share => {
		const now = share * full;
		const model = new SessionModel(opened.model.header);
		for (const entry of entries) if (entry.t <= now) model.apply(entry);
		const told = forecast(model)?.heapLimit;
		if (!told) return 'nothing told';
		if (reason.kind === 'exit') return `false alarm: ${formatMs(told.at - now)}`;
		if (reason.kind !== 'outOfMemory') return `${formatMs(told.at - now)}, not judged`;
		const held = told.earliest <= full && full <= told.latest ? 'inside' : 'outside';
		return `${formatPercent((told.at - full) / (full - now))} of ${formatMs(full - now)}, ${held}`;
	});
	line(name, ...cells, `${reason.kind} at ${formatMs(full)}`);
}
console.log('Errors are shares of the time that was left, − too early; inside: within the interval that was told.');
