import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Report } from '../../../src/analysis/report.ts';
import { withDeadline } from '../../../src/base/deadlines.ts';
import { parseHeader } from '../../../src/protocol/recording.ts';
import {
	CommandLine,
	COMMAND_DEADLINE_MS as DEADLINE_MS,
	type Ended,
	CLI_MAIN as MAIN,
} from '../../support/commandLine.ts';
import { cleanEnvironment, isAlive, plainRun } from '../../support/engineRuns.ts';
import { waitFor } from '../../support/waitFor.ts';

const node = process.execPath;

/** Enough regions for a recording of a few hundred kilobytes. */
const namesScript = `import { region } from 'memory-manager-runtime';
	for (let i = 0; i < 1_000; i++) region('a region with quite a long name, number ' + i, () => {});`;

describe('the command line', () => {
	let line: CommandLine;

	beforeEach(() => {
		line = new CommandLine();
	});
	afterEach(() => line.dispose());

	const file = (name: string, content?: string): string => line.file(name, content);
	const start = (...args: string[]) => line.start(...args);
	const cli = (...args: string[]): Promise<Ended> => line.run(...args);
	const run = (...args: string[]): Promise<Ended> => cli('run', '--node', node, ...args);
	const recordings = (): string[] => readdirSync(line.folder.path).filter(name => name.endsWith('.memrec'));

	it('runs a script, passes its output and code on, records it and sums it up', async () => {
		const script = file(
			'crunch.mjs',
			`import { BoundedCache, ObjectPool, region } from 'memory-manager-runtime';
			const cache = new BoundedCache({ name: 'squares', maxBytes: 1024, sizeOf: () => 64 });
			const pool = new ObjectPool({ name: 'boxes', max: 2, create: () => ({}) });
			const rows = [];
			function fill() { for (let i = 0; i < 200_000; i++) rows.push({ i, text: 'row ' + i }); }
			region('fill rows', fill);
			for (let i = 0; i < 32; i++) cache.set(i, i * i);
			await pool.use(() => cache.get(31));
			globalThis.kept = [cache, pool];
			process.stdin.on('data', data => process.stdout.write(String(data)));
			process.stdin.on('end', () => { console.log(process.argv.slice(2), rows.length); console.error('to stderr'); process.exitCode = 3; });`,
		);
		const { code, stdout, stderr } = await run('--json', 'report.json', script, '--out', 'a b');
		assert.equal(code, 3, stderr);
		assert.equal(stdout, "input[ '--out', 'a b' ] 200000\n");
		assert.ok(stderr.startsWith('to stderr\n'), stderr);
		for (const expected of [
			/crunch\.mjs: exited with code 3/,
			/fill rows/,
			/squares .*16 size/,
			/boxes/,
			/fill +crunch/,
		])
			assert.match(stderr, expected);
		assert.deepEqual(recordings().length, 1);
		assert.match(recordings()[0] ?? '', /^crunch-\d{8}-\d{6}\.memrec$/);

		const report = JSON.parse(readFileSync(file('report.json'), 'utf8')) as Report;
		assert.deepEqual(report.end, { kind: 'exit', code: 3 });
		assert.ok((report.memory.peakRss?.bytes ?? 0) > 30e6);
		const again = await cli('report', '--json', recordings()[0] ?? '');
		const reread = JSON.parse(again.stdout) as Report;
		assert.deepEqual(reread.regions, report.regions);
		assert.deepEqual(reread.allocations, report.allocations);
		assert.equal((await cli('report', recordings()[0] ?? '')).code, 0);
	});

	it('leaves stdout and stderr byte for byte as they are, and says nothing when asked to', async () => {
		const script = file(
			'bytes.cjs',
			`process.stdout.write(Buffer.from([0, 255, 27, 10, 13, 200]));
			process.stderr.write('Debugger attached.\\nno line feed at the end');`,
		);
		const plain = await plainRun(node, [script], { cwd: line.folder.path, input: Buffer.from('input') });
		const profiled = await run('--quiet', script);
		assert.equal(profiled.stdout, plain.stdout.toString());
		assert.equal(profiled.stderr, plain.stderr.toString());
		assert.equal(recordings().length, 1);
	});

	it('runs a node command line and an npm script', async () => {
		const command = await run('-q', '--', 'node', '-p', 'process.argv.slice(1).join()', 'a b', '"c\\');
		assert.equal(command.stdout, 'a b,"c\\\n', command.stderr);
		file('package.json', JSON.stringify({ scripts: { hello: `"${node}" -p "6*7"` } }));
		const script = await cli('run', '-q', '--npm-script', 'hello');
		assert.equal(script.stdout, '42\n', script.stderr);
	});

	it('leaves the sampling of allocations off', async () => {
		const script = file('short.cjs', 'globalThis.kept = Array.from({ length: 1e6 }, String);');
		const { stderr } = await run('--no-allocations', script);
		assert.match(stderr, /Allocations were not sampled/);
	});

	it('dies of the signal its script died of, with everything recorded', async function () {
		if (process.platform === 'win32') this.skip();
		const pidFile = file('pid');
		const script = file(
			'endless.cjs',
			`require('node:fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000);`,
		);
		const { child, ended } = start('run', '--node', node, script);
		const pid = Number(await waitFor(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8')));
		child.kill('SIGTERM');
		const { signal, stderr } = await ended;
		assert.equal(signal, 'SIGTERM', stderr);
		assert.match(stderr, /endless\.cjs: killed by SIGTERM/);
		assert.equal(isAlive(pid), false);
		const last =
			readFileSync(join(line.folder.path, recordings()[0] ?? ''), 'utf8')
				.trimEnd()
				.split('\n')
				.at(-1) ?? '';
		assert.equal(JSON.parse(last).state, 'ended');
	});

	it('stops a script that does not listen at the second interrupt', async function () {
		if (process.platform === 'win32') this.skip();
		const script = file(
			'stubborn.cjs',
			`let n = 0; process.on('SIGINT', () => console.log('no ' + ++n)); process.on('SIGTERM', () => {});
			setInterval(() => {}, 1000); console.log('ready');`,
		);
		const { child, ended } = start('run', '--node', node, script);
		let printed = '';
		child.stdout?.on('data', data => {
			printed += data;
		});
		await waitFor(() => printed.includes('ready'));
		child.kill('SIGINT');
		await waitFor(() => printed.includes('no 1'));
		child.kill('SIGINT');
		const { code, stderr } = await ended;
		assert.equal(code, 130, stderr);
		assert.match(stderr, /stubborn\.cjs: stopped/);
	});

	describe('when a process that the script leaves behind keeps stderr open', () => {
		let left = 0;
		afterEach(() => {
			if (left > 0 && isAlive(left)) process.kill(left, 'SIGKILL');
		});

		for (const merged of [false, true]) {
			it(`ends with the script, ${merged ? 'stdout and stderr in one file' : 'stderr a pipe'}`, async function () {
				if (process.platform === 'win32') this.skip();
				const script = file(
					'leaves.cjs',
					`const child = require('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
					child.unref();
					require('node:fs').writeFileSync('pid', String(child.pid));
					process.stderr.write('x'.repeat(60_000) + '\\n');`,
				);
				const out = merged ? openSync(file('out'), 'a') : undefined;
				const args = [MAIN, 'run', '-q', '--node', node, script];
				const stdio = ['ignore', out ?? 'ignore', out ?? 'pipe'] as const;
				const child = spawn(node, args, { cwd: line.folder.path, env: cleanEnvironment(), stdio: [...stdio] });
				line.children.push(child);
				const exit = new Promise(resolve => child.once('exit', resolve));
				const stderr = child.stderr ? text(child.stderr) : undefined;
				assert.equal(await withDeadline(exit, DEADLINE_MS, 'it waited for the process that was left behind'), 0);
				left = Number(readFileSync(file('pid'), 'utf8'));
				assert.ok(isAlive(left), 'it is none of our business how long that one lives');
				assert.equal((await stderr) ?? readFileSync(file('out'), 'utf8'), `${'x'.repeat(60_000)}\n`);
			});
		}
	});

	const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
		['a script that does not exist', ['run', 'nowhere.mjs'], /no script at ".*nowhere\.mjs"/],
		['no script', ['run'], /name a script/],
		['a wrong interval', ['run', '--interval', 'much', 'a.mjs'], /128KB/],
		['an unknown option', ['run', '--fast', 'a.mjs'], /--fast/],
		['a recording that does not exist', ['report', 'nowhere.memrec'], /could not be read/],
		['a file that is no recording', ['report', MAIN], /not a Memory Manager recording/],
		['an npm script without a package.json', ['run', '--npm-script', 'x'], /package\.json/],
	];
	for (const [what, args, message] of mistakes) {
		it(`answers ${what} with one sentence and code 2`, async () => {
			const { code, stdout, stderr } = await cli(...args);
			assert.equal(code, 2, stderr);
			assert.equal(stdout, '');
			assert.match(stderr, message);
			assert.ok(stderr.trimEnd().split('\n').length <= 2 && !stderr.includes('    at '), stderr);
			assert.deepEqual(recordings(), []);
		});
	}

	it('says that it could not write the recording, and lets the script run', async () => {
		const script = file('ok.cjs', 'console.log("ran")');
		const { code, stdout, stderr } = await run('--out', join('ok.cjs', 'x.memrec'), script);
		assert.equal(code, 0);
		assert.equal(stdout, 'ran\n');
		assert.match(stderr, /could not be written/);
		assert.doesNotMatch(stderr, /^Recording: /m);
	});

	it("keeps the script's exit code when the summary cannot be written, and says that", async () => {
		const script = file('five.cjs', 'process.exitCode = 5;');
		const { code, stderr } = await run('-q', '--json', join('nowhere', 'x.json'), script);
		assert.equal(code, 5, stderr);
		assert.match(stderr, /^The summary ".*x\.json" could not be written: ENOENT/);
		assert.doesNotMatch(stderr, /without a recording/);
		assert.equal(recordings().length, 1);
	});

	it('says of a recording that the disk had no room for that it is incomplete', async function () {
		if (process.platform === 'win32') this.skip();
		const script = file('names.mjs', namesScript);
		const limited = ['-c', 'ulimit -f 8; exec "$@"', 'sh', node, MAIN, 'run', '--node', node, script];
		const { stderr } = await plainRun('/bin/sh', limited, { cwd: line.folder.path });
		assert.match(stderr.toString(), /^Recording: .*\.memrec \(incomplete/m);
		assert.match(stderr.toString(), /could not be written/);
	});

	it('reads a recording that was cut, and says so', async () => {
		const script = file('ok.cjs', 'console.log("ran")');
		await run('-q', '-o', 'whole.memrec', script);
		const whole = readFileSync(file('whole.memrec'), 'utf8');
		assert.ok(parseHeader(whole.split('\n')[0] ?? '').ok);
		file('cut.memrec', whole.slice(0, whole.length - 20));
		const { code, stdout, stderr } = await cli('report', 'cut.memrec');
		assert.equal(code, 0);
		assert.match(stderr, /The last line is cut/);
		assert.match(stdout, /the recording breaks off/);
	});
});
