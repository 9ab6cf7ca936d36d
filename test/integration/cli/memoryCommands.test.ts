import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import type { Recommendations } from '../../../src/analysis/recommendations.ts';
import type { LimitTest } from '../../../src/cli/testCommand.ts';
import { CommandLine } from '../../support/commandLine.ts';
import { isAlive } from '../../support/engineRuns.ts';
import { waitFor } from '../../support/waitFor.ts';

const MB = 1024 * 1024;
/** Lives until it is killed, and says when it is ready. */
const idle = 'globalThis.kept = Buffer.alloc(40e6, 1); setInterval(() => {}, 1000); console.log("ready");';

interface Line {
	type: string;
	t: number;
	rssBytes?: number;
	heapUsedBytes?: number;
	availableBytes: number;
	totalBytes: number;
	level: string;
	readings: number;
}
const lines = (stdout: string): Line[] =>
	stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line) as Line);

describe('memory commands of the command line', () => {
	let line: CommandLine;

	beforeEach(() => {
		line = new CommandLine();
	});
	afterEach(() => line.dispose());

	/** A script that runs on, once it has printed `ready`. */
	const running = async (source: string, nodeArgs: readonly string[] = []) => {
		const { child, ended } = line.spawn([...nodeArgs, line.file('idle.cjs', source)]);
		let printed = '';
		child.stdout?.on('data', data => {
			printed += data;
		});
		await waitFor(() => printed.includes('ready'));
		return { child, pid: child.pid ?? 0, ended };
	};

	describe('monitor', () => {
		it('gives one JSON object a line on a pipe, and a summary', async () => {
			const { code, stdout, stderr } = await line.run('monitor', '--duration', '500ms', '--interval', '100ms');
			assert.equal(code, 0, stderr);
			const all = lines(stdout);
			const readings = all.filter(({ type }) => type === 'reading');
			assert.ok(readings.length >= 2, stdout);
			assert.ok(readings.every(({ availableBytes, totalBytes }) => availableBytes > 0 && availableBytes < totalBytes));
			assert.ok(
				readings.every(({ rssBytes }) => rssBytes === undefined),
				'no process was named',
			);
			assert.equal(all.at(-1)?.type, 'summary');
			assert.equal(all.at(-1)?.readings, readings.length);
		});

		it('watches a process from outside and ends with it', async () => {
			const { child, pid, ended } = await running(idle);
			const watch = line.start('monitor', '--pid', String(pid), '--interval', '100ms');
			let seen = '';
			watch.child.stdout?.on('data', data => {
				seen += data;
			});
			await waitFor(() => seen.includes('"reading"'));
			child.kill('SIGKILL');
			await ended;
			const { code, stdout } = await watch.ended;
			assert.equal(code, 0);
			assert.ok((lines(stdout)[0]?.rssBytes ?? 0) > 40 * MB, stdout);
		});

		it('asks an inspector for the heap and leaves the process as it was', async () => {
			const { child, ended } = line.spawn(['--inspect=127.0.0.1:0', line.file('idle.cjs', idle)]);
			let printed = '';
			child.stderr?.on('data', data => {
				printed += data;
			});
			await waitFor(() => /ws:\/\/127\.0\.0\.1:\d+/.test(printed));
			const address = /127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? '';
			const { code, stdout } = await line.run(
				'monitor',
				'--address',
				address,
				'--duration',
				'600ms',
				'--interval',
				'200ms',
			);
			assert.equal(code, 0, stdout);
			assert.ok(
				lines(stdout).some(({ heapUsedBytes }) => (heapUsedBytes ?? 0) > MB),
				stdout,
			);
			assert.ok(isAlive(child.pid ?? 0));
			child.kill('SIGKILL');
			await ended;
		});

		it('ends when nobody reads its pipe any more', async () => {
			const { child, ended } = line.start('monitor', '--interval', '100ms');
			child.stdout?.once('data', () => child.stdout?.destroy());
			// Its text ends too early for this, and that is the point.
			ended.catch(() => {});
			const [code] = await once(child, 'exit');
			assert.equal(code, 0);
		});

		it('ends in good order at the first Ctrl-C', async function () {
			if (process.platform === 'win32') this.skip();
			const { child, ended } = line.start('monitor', '--interval', '100ms');
			let seen = '';
			child.stdout?.on('data', data => {
				seen += data;
			});
			await waitFor(() => seen.includes('"reading"'));
			child.kill('SIGINT');
			const { code, stdout } = await ended;
			assert.equal(code, 0);
			assert.equal(lines(stdout).at(-1)?.type, 'summary');
		});
	});

	describe('optimize', () => {
		it('recommends for the machine alone', async () => {
			const { code, stdout, stderr } = await line.run('optimize');
			assert.equal(code, 0, stderr);
			assert.match(stdout, /MEMORY_MANAGER_PROFILE=/);
			assert.match(stdout, /record it/);
		});

		it('names what a recording shows', async () => {
			const script = line.file(
				'buffers.mjs',
				`import { ObjectPool } from 'memory-manager-runtime';
				const kept = []; for (let i = 0; i < 20; i++) kept.push(Buffer.alloc(10e6, 1));
				const pool = new ObjectPool({ name: 'boxes', max: 2, create: () => ({}) });
				await pool.acquire();
				await new Promise(resolve => setTimeout(resolve, 200));
				console.log(kept.length);`,
			);
			await line.run('run', '-q', '-o', 'a.memrec', '--node', process.execPath, script);
			const { code, stdout, stderr } = await line.run('optimize', '--json', '--profile', 'constrained', 'a.memrec');
			assert.equal(code, 0, stderr);
			const { profile, environment, recommendations } = JSON.parse(stdout) as Recommendations;
			assert.equal(profile, 'constrained');
			assert.equal(environment.MEMORY_MANAGER_PROFILE, 'constrained');
			assert.ok(
				recommendations.some(({ title, change }) => /array buffers/.test(title) && /FileReader/.test(change)),
				stdout,
			);
		});
	});

	describe('test', () => {
		it('tells which configurations keep a script under its limit', async () => {
			// Garbage that V8 leaves lying about as long as nothing presses: a heap limit makes it collect.
			const script = line.file(
				'garbage.cjs',
				`let sum = 0; for (let i = 0; i < 400; i++) { const rows = Array.from({ length: 40_000 }, (_, n) => ({ n, i })); sum += rows.length; }
				console.log(sum);`,
			);
			const { stdout, stderr } = await line.run(
				'test',
				'--max-memory',
				'1GB',
				'--json',
				'--node',
				process.execPath,
				script,
			);
			const { trials, best } = JSON.parse(stdout) as LimitTest;
			assert.ok(best, `${stdout}${stderr}`);
			const survivors = trials.filter(({ outcome }) => outcome === 'survived');
			assert.ok(survivors.length >= 2);
			assert.equal(new Set(survivors.map(({ outputDigest }) => outputDigest)).size, 1);
			assert.ok(survivors.every(({ peakRssBytes = 0, ms = 0 }) => peakRssBytes > 20 * MB && ms > 0));
			assert.ok(
				trials.some(({ outcome }) => outcome === 'notRun'),
				'profiles say nothing to a script without the runtime',
			);
		});

		it('ends what passes the limit, and says that none survived', async () => {
			const script = line.file(
				'grows.cjs',
				'const kept = []; setInterval(() => kept.push(Buffer.alloc(4e6, 1)), 5); console.log("begun");',
			);
			const { code, stdout, stderr } = await line.run(
				'test',
				'--max-memory',
				'128MB',
				'--node',
				process.execPath,
				script,
			);
			assert.equal(code, 1, stderr);
			assert.match(stdout, /as it is +ended: over the limit/);
			assert.match(stdout, /None survived/);
		});
	});

	describe('gc', () => {
		it('collects in a process whose inspector listens', async () => {
			const { child, ended } = line.spawn(['--inspect=127.0.0.1:0', line.file('idle.cjs', idle)]);
			let printed = '';
			child.stderr?.on('data', data => {
				printed += data;
			});
			await waitFor(() => /127\.0\.0\.1:(\d+)/.test(printed));
			const port = /127\.0\.0\.1:(\d+)/.exec(printed)?.[1] ?? '';
			const { code, stdout, stderr } = await line.run('gc', port);
			assert.equal(code, 0, stderr);
			assert.match(stdout, new RegExp(`process ${child.pid}`));
			assert.match(stdout, /Heap used +[\d.]+ MB → +[\d.]+ MB/);
			child.kill('SIGKILL');
			await ended;
		});

		it('opens the inspector of a process without one, and closes it again', async function () {
			if (process.platform === 'win32') this.skip();
			// `--inspect-port` only says where it would listen.
			const { child, pid, ended } = await running(idle, ['--inspect-port=39229']);
			const { code, stdout, stderr } = await line.run('gc', String(pid));
			assert.equal(code, 0, stderr);
			assert.match(stdout, /Collected in process/);
			await waitFor(() => !portOpen(39_229));
			assert.ok(isAlive(pid));
			child.kill('SIGKILL');
			await ended;
		});
	});

	it('gc closes what it opened also after Ctrl-C', async function () {
		if (process.platform !== 'linux') this.skip();
		const { child, pid, ended } = await running(idle, ['--inspect-port=39230']);
		const collecting = line.start('gc', String(pid));
		await waitFor(() => portOpen(39_230));
		collecting.child.kill('SIGINT');
		await collecting.ended;
		await waitFor(() => !portOpen(39_230));
		assert.ok(isAlive(pid));
		child.kill('SIGKILL');
		await ended;
	});

	it('gc signals no program that would end by it', async function () {
		if (process.platform !== 'linux') this.skip();
		const impostor = line.file('node');
		copyFileSync('/bin/sleep', impostor);
		const child = spawn(impostor, ['60'], { stdio: 'ignore' });
		try {
			await once(child, 'spawn');
			const { code, stderr } = await line.run('gc', String(child.pid));
			assert.equal(code, 2, stderr);
			assert.match(stderr, /did not open its inspector/);
			assert.equal(child.signalCode, null);
		} finally {
			child.kill('SIGKILL');
		}
	});

	const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
		['a process that does not exist', ['monitor', '--pid', '2147483646'], /no process 2147483646/],
		['a pid that is none', ['monitor', '--pid', 'node'], /number of a process/],
		['two things to watch', ['monitor', '--pid', '1', '--address', '127.0.0.1:1'], /cannot be used with/],
		['an inspector that is not there', ['monitor', '--address', '127.0.0.1:1'], /No Node inspector answers/],
		['an unknown profile', ['optimize', '--profile', 'huge'], /largeCollection/],
		['a recording that does not exist', ['optimize', 'nowhere.memrec'], /could not be read/],
		['a test without a limit', ['test', 'a.mjs'], /--max-memory/],
		['a limit that is none', ['test', '--max-memory', '5', 'a.mjs'], /512MB/],
		['a script that does not exist', ['test', '--max-memory', '64MB', 'nowhere.mjs'], /no script at/],
		['nothing to collect in', ['gc', 'everything'], /neither the number of a process/],
		['a process that is not Node', ['gc', '1'], /is not Node|neither the number/],
	];
	for (const [what, args, message] of mistakes) {
		it(`answers ${what} with one sentence and code 2`, async () => {
			const { code, stdout, stderr } = await line.run(...args);
			assert.equal(code, 2, stderr);
			assert.equal(stdout, '');
			assert.match(stderr, message);
			assert.ok(!stderr.includes('    at '), stderr);
		});
	}
});

/** Whether a process of this machine listens on the port, without connecting to it. */
function portOpen(port: number): boolean {
	const hex = port.toString(16).toUpperCase().padStart(4, '0');
	try {
		return new RegExp(`:${hex} [0-9A-F:]+ 0A`).test(readFileSync('/proc/net/tcp', 'utf8'));
	} catch {
		return false;
	}
}
