import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { allocationRows } from '../../../src/analysis/allocations.ts';
import type { LaunchTarget } from '../../../src/engine/sessionTypes.ts';
import {
	cleanEnvironment,
	type FinishedRun,
	fixture,
	isAlive,
	onEveryNode,
	onNode,
	ProfiledRun,
	profiledRun,
} from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

let folder: TemporaryFolder;
const inFolder = (...names: string[]): string => join(folder.path, ...names);

function assertTyped({ reason, stdout, stderr, opened: { model } }: FinishedRun, file: string): void {
	assert.equal(stdout.toString().trimEnd().split('\n').at(-1), 'typed 30');
	assert.equal(stderr.toString(), '');
	assert.deepEqual(reason, { kind: 'exit', code: 0 });
	const profile = model.peakProfile;
	assert.ok(profile);
	const keeper = allocationRows(model.nodes, profile).find(({ frame }) => frame.functionName === 'keepTyped');
	const [top] = allocationRows(model.nodes, profile).filter(({ frame }) => frame.kind === 'user');
	const line =
		readFileSync(file, 'utf8')
			.split('\n')
			.findIndex(text => text.includes('Array.from')) + 1;
	assert.deepEqual([top?.frame.file, top?.frame.line], [file, line]);
	assert.equal(keeper?.frame.file, file);
}

/** A project of its own, where nothing is installed but what is named. */
function project(scripts: Record<string, string>, packages: readonly string[] = []): string {
	mkdirSync(inFolder('node_modules', '.bin'), { recursive: true });
	for (const name of packages) {
		symlinkSync(join(projectRoot, 'node_modules', name), inFolder('node_modules', name), 'junction');
		symlinkSync(join(projectRoot, 'node_modules', '.bin', name), inFolder('node_modules', '.bin', name));
	}
	const packageJson = inFolder('package.json');
	writeFileSync(packageJson, JSON.stringify({ type: 'module', scripts }));
	for (const name of ['typed.ts', 'rows.mjs']) cpSync(fixture(name), inFolder(name));
	return packageJson;
}

/** Package scripts take Node from the PATH. */
const withNode = (node: string): NodeJS.ProcessEnv => ({
	...cleanEnvironment(),
	PATH: `${dirname(node)}:${process.env.PATH}`,
});

describe('what can be profiled', () => {
	beforeEach(() => {
		folder = temporaryFolder('targets');
	});
	afterEach(() => folder.remove());

	onEveryNode('a TypeScript script', (major, node) => {
		it('is found at its own lines', async () => {
			assertTyped(await profiledRun({ script: 'typed.ts', nodePath: node() }), fixture('typed.ts'));
		});
		it('is found at its own lines through a package script with tsx', async () => {
			const packageJson = project({ data: 'tsx typed.ts' }, ['tsx']);
			const target: LaunchTarget = { kind: 'packageScript', packageJson, name: 'data', args: [] };
			assertTyped(await profiledRun({ target, env: withNode(node()) }), inFolder('typed.ts'));
		});
		if (major !== 20) return;
		it('is refused where neither Node nor tsx runs it', async () => {
			project({});
			const target: LaunchTarget = { kind: 'script', path: inFolder('typed.ts'), args: [] };
			await assert.rejects(profiledRun({ target, nodePath: node(), cwd: folder.path }), {
				code: 'typescriptUnsupported',
				message: /Node 20\..*tsx/s,
			});
		});
	});

	onNode(24, 'a package script', (_major, node) => {
		it('runs with its arguments, and its exit code is the session’s', async () => {
			const packageJson = project({ data: 'node rows.mjs' });
			const target: LaunchTarget = { kind: 'packageScript', packageJson, name: 'data', args: ['exit', '0'] };
			const { reason, stdout, opened } = await profiledRun({ target, env: withNode(node()) });
			assert.deepEqual(reason, { kind: 'exit', code: 3 });
			assert.equal(stdout.toString(), 'kept 100\n');
			assert.equal(opened.model.profiles.at(-1)?.cause, 'final');
		});
		it('is stopped with the Node process inside its shell', async () => {
			const packageJson = project({ data: 'echo first && node rows.mjs && echo last' });
			const target: LaunchTarget = { kind: 'packageScript', packageJson, name: 'data', args: [] };
			await using run = await ProfiledRun.start({ target, env: { ...withNode(node()) } });
			await run.entry('process');
			const { pid = 0 } = run.session;
			await run.session.stop();
			assert.deepEqual(await run.session.ended, { kind: 'stopped' });
			await waitFor(() => !isAlive(pid), { what: 'the end of the script' });
		});
		it('that starts no Node ends with a word about it', async () => {
			const packageJson = project({ data: 'exit 4' });
			const target: LaunchTarget = { kind: 'packageScript', packageJson, name: 'data', args: [] };
			const { reason, opened } = await profiledRun({ target });
			assert.deepEqual(reason, { kind: 'exit', code: 4 });
			assert.match(opened.model.notices[0]?.message ?? '', /before a Node script began/);
		});
		it('that does not exist is refused with the names of those that do', async () => {
			const packageJson = project({ data: 'x', more: 'y' });
			const target: LaunchTarget = { kind: 'packageScript', packageJson, name: 'toString', args: [] };
			await assert.rejects(profiledRun({ target }), { code: 'packageScriptMissing', message: /data, more/ });
		});
	});

	onNode(24, 'a command', (_major, node) => {
		it('runs with the words that it has', async () => {
			const command = `node -e "console.log(process.argv.slice(1).join('|'))" -- "a b" 'c"d'`;
			const { stdout } = await profiledRun({ target: { kind: 'command', command }, nodePath: node() });
			assert.equal(stdout.toString(), 'a b|c"d\n');
		});
		it('that is no Node is refused', () =>
			assert.rejects(profiledRun({ target: { kind: 'command', command: 'python data.py' } }), {
				code: 'notANodeCommand',
			}));
	});

	onNode(24, 'what cannot be launched:', (_major, node) => {
		const script = (path: string): LaunchTarget => ({ kind: 'script', path, args: [] });
		it('a script that is not there', () =>
			assert.rejects(profiledRun({ target: script(inFolder('nowhere.mjs')), nodePath: node() }), {
				code: 'scriptNotFound',
			}));
		it('a folder', () => assert.rejects(profiledRun({ target: script(folder.path) }), { code: 'scriptNotFound' }));
		it('a file that is no script', () => {
			writeFileSync(inFolder('data.csv'), '');
			return assert.rejects(profiledRun({ target: script(inFolder('data.csv')) }), { code: 'notAScript' });
		});
		it('a working directory that is not there', () =>
			assert.rejects(profiledRun({ script: 'rows.mjs', cwd: inFolder('nowhere'), nodePath: node() }), {
				code: 'cwdNotFound',
			}));
		it('a Node that is none', async () => {
			const nodePath = inFolder('node');
			writeFileSync(nodePath, '#!/bin/sh\necho hello\n');
			chmodSync(nodePath, 0o755);
			await assert.rejects(profiledRun({ script: 'rows.mjs', nodePath }), { code: 'notNode' });
			await assert.rejects(profiledRun({ script: 'rows.mjs', nodePath: inFolder('none') }), { code: 'nodeNotFound' });
		});
		it('a script that does not parse says so itself', async () => {
			writeFileSync(inFolder('broken.mjs'), 'const = 1;');
			const { reason, stderr } = await profiledRun({ target: script(inFolder('broken.mjs')), nodePath: node() });
			assert.deepEqual(reason, { kind: 'exit', code: 1 });
			assert.match(stderr.toString(), /SyntaxError: .*\n/);
			assert.doesNotMatch(stderr.toString(), /debugger/i);
		});
		it('an empty script ends well', async () => {
			writeFileSync(inFolder('empty.cjs'), '');
			const { reason, opened } = await profiledRun({ target: script(inFolder('empty.cjs')), nodePath: node() });
			assert.deepEqual(reason, { kind: 'exit', code: 0 });
			assert.ok(opened.model.latest?.heapUsedBytes && opened.model.process?.runtime);
		});
	});
});
