import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../../scripts/paths.ts';
import {
	cleanEnvironment,
	entriesOfType,
	fixture,
	onEveryNode,
	onNode,
	plainRun,
	profiledRun,
	runtimeDir,
} from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

onEveryNode('a script under the profiler', (_major, node) => {
	it('finds its process as it would be without us', async () => {
		for (const env of [cleanEnvironment(), { ...cleanEnvironment(), NODE_OPTIONS: '--no-deprecation' }]) {
			const args = ['--stack-trace-limit=12', fixture('facts.cjs'), 'a b'];
			const plain = await plainRun(node(), args, { env });
			const run = await profiledRun({
				script: 'facts.cjs',
				args: ['a b'],
				nodeArgs: args.slice(0, 1),
				nodePath: node(),
				env,
			});
			assert.deepEqual(JSON.parse(run.stdout.toString()), JSON.parse(plain.stdout.toString()));
			assert.equal(run.stderr.toString(), plain.stderr.toString());
		}
	});
	it('keeps every byte that it prints, also what Node says about debuggers', async () => {
		const plain = await plainRun(node(), [fixture('words.cjs')]);
		const run = await profiledRun({ script: 'words.cjs', nodePath: node() });
		assert.deepEqual(run.stderr, plain.stderr);
		assert.deepEqual(run.stdout, plain.stdout);
	});
	it('reads its input to the end', async () => {
		const input = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 256));
		const run = await profiledRun({ script: 'echo.cjs', nodePath: node(), input });
		assert.deepEqual(run.stdout, input);
		assert.equal(run.stderr.toString(), '300000 bytes\n');
	});
});

onNode(24, 'a script with unusual output', (_major, node) => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('output');
	});
	after(() => folder.remove());

	it('floods stdout with 100 MB and loses nothing', async () => {
		const plain = await plainRun(node(), [fixture('flood.cjs')]);
		const { stdout, reason, entries } = await profiledRun({ script: 'flood.cjs', nodePath: node() });
		assert.equal(stdout.length, 100 * 1024 * 1024);
		const [ours, theirs] = [stdout, plain.stdout].map(bytes => createHash('sha256').update(bytes).digest('hex'));
		assert.equal(ours, theirs);
		assert.deepEqual(reason, { kind: 'exit', code: 0 });
		assert.ok(entriesOfType(entries, 'sample').length > 0);
	});
	it('closes its streams and goes on', async () => {
		const path = join(folder.path, 'mark');
		const { stdout, stderr, reason } = await profiledRun({ script: 'closed.cjs', args: [path], nodePath: node() });
		assert.equal(readFileSync(path, 'utf8'), 'went on');
		assert.deepEqual([stdout.toString(), stderr.toString()], ['before\n', 'before\n']);
		assert.deepEqual(reason, { kind: 'exit', code: 4 });
	});
	it('keeps every byte where it inherits our streams', async () => {
		const host = `
			import { launchSession } from ${JSON.stringify(pathToFileURL(join(projectRoot, 'src/engine/launchSession.ts')).href)};
			const [path, nodePath, runtimeDir] = process.argv.slice(1);
			const target = { kind: 'script', path, args: [] };
			const session = await launchSession({ target, nodePath, runtimeDir, cwd: process.cwd(), stdio: 'inherit' });
			const reason = await session.ended;
			process.exitCode = reason.kind === 'exit' ? reason.code : 99;
		`;
		for (const name of ['words.cjs', 'echo.cjs']) {
			const input = Buffer.from('to the end');
			const args = ['--input-type=module', '-e', host, fixture(name), node(), runtimeDir];
			const run = await plainRun(process.execPath, args, { input });
			const plain = await plainRun(node(), [fixture(name)], { input });
			assert.deepEqual(run, plain);
		}
	});
	it('has a debugger statement that does not stop it', async () => {
		const command = `node -e "debugger; console.log('behind')"`;
		const { stdout } = await profiledRun({ target: { kind: 'command', command }, nodePath: node() });
		assert.equal(stdout.toString(), 'behind\n');
	});
});
