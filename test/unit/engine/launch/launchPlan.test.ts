import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import {
	launchPlan,
	optionQuote,
	type PlanInput,
	type PlannedTarget,
} from '../../../../src/engine/launch/launchPlan.ts';
import type { NodeFacts } from '../../../../src/engine/launch/nodeFacts.ts';
import { LINK_VARIABLE, parseLink } from '../../../../src/protocol/runtimeLink.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const node = (typescript: NodeFacts['typescript'] = 'none'): NodeFacts => ({
	path: '/opt/node',
	version: '22.1.0',
	major: 22,
	minor: 1,
	typescript,
});
const script = (path: string, more: Partial<Extract<PlannedTarget, { kind: 'script' }>> = {}): PlannedTarget => ({
	kind: 'script',
	path,
	args: [],
	nodeArgs: [],
	...more,
});
const plan = (target: PlannedTarget, more: Partial<PlanInput> = {}) =>
	launchPlan({
		target,
		node: node(),
		cwd: '/data',
		env: { HOME: '/home/x' },
		preload: '/ext/preload.cjs',
		link: { dir: '/tmp/link', hostPid: 7, quietTerminal: false },
		...more,
	});

describe('launchPlan', () => {
	it('puts arguments where Node and the script look for them', () => {
		const { command, args, cwd, shell, title } = plan(
			script('/data/a.js', { args: ['--x', 'y z'], nodeArgs: ['--expose-gc'] }),
		);
		assert.deepEqual(
			{ command, args, cwd, shell, title },
			{
				command: '/opt/node',
				args: ['--expose-gc', '/data/a.js', '--x', 'y z'],
				cwd: '/data',
				shell: false,
				title: 'a.js',
			},
		);
	});

	it('keeps the environment and adds the preload before what was there', () => {
		const env = { HOME: '/home/x', NODE_OPTIONS: '--max-old-space-size=64' };
		const { env: made } = plan(script('/data/a.js'), { env });
		assert.equal(made.HOME, '/home/x');
		assert.equal(made.NODE_OPTIONS, '--inspect-publish-uid=http --require /ext/preload.cjs --max-old-space-size=64');
		assert.deepEqual(parseLink(made[LINK_VARIABLE]), {
			dir: '/tmp/link',
			hostPid: 7,
			quietTerminal: false,
			nodeOptions: '--max-old-space-size=64',
		});
		assert.deepEqual(Object.keys(env), ['HOME', 'NODE_OPTIONS']);
	});

	it('tells an empty NODE_OPTIONS from none', () => {
		assert.equal(parseLink(plan(script('/a.js')).env[LINK_VARIABLE])?.nodeOptions, undefined);
		const { env } = plan(script('/a.js'), { env: { NODE_OPTIONS: '' } });
		assert.equal(parseLink(env[LINK_VARIABLE])?.nodeOptions, '');
	});

	it('quotes a preload path so that Node reads it back', () => {
		const folder = temporaryFolder('plan');
		const inner = join(folder.path, process.platform === 'win32' ? 'with blank' : 'with "quote" \\ and blank');
		mkdirSync(inner);
		writeFileSync(join(inner, 'p.cjs'), `console.log('loaded')`);
		const env = { ...process.env, NODE_OPTIONS: `--require ${optionQuote(join(inner, 'p.cjs'))}` };
		assert.equal(execFileSync(process.execPath, ['-e', '0'], { env, encoding: 'utf8' }), 'loaded\n');
		return folder.remove();
	});

	describe('for TypeScript', () => {
		it('adds nothing where Node runs it', () => {
			assert.deepEqual(plan(script('/a.ts'), { node: node('on') }).args, ['/a.ts']);
		});
		it('prefers tsx to a flag', () => {
			const target = script('/a.mts', { tsxLoader: '/n m/tsx.mjs' });
			const args = ['--import', 'file:///n%20m/tsx.mjs', '/a.mts'];
			assert.deepEqual(plan(target, { node: node('flag') }).args, args);
			assert.deepEqual(plan(target, { node: node('none') }).args, args);
		});
		it('uses the flag where there is no tsx', () => {
			assert.deepEqual(plan(script('/a.cts'), { node: node('flag') }).args, ['--experimental-strip-types', '/a.cts']);
		});
		it('says what is missing where there is neither', () => {
			assert.throws(() => plan(script('/a.ts')), { code: 'typescriptUnsupported', message: /22\.1\.0.*tsx.*22\.18/s });
		});
		it('leaves JavaScript alone', () => {
			assert.deepEqual(plan(script('/a.js', { tsxLoader: '/tsx.mjs' })).args, ['/a.js']);
		});
	});

	describe('under the permission model', () => {
		const command = (...args: string[]): PlannedTarget => ({ kind: 'command', args });
		const refused = { code: 'permissionModel' };
		it('refuses', () => {
			assert.throws(() => plan(script('/a.js', { nodeArgs: ['--permission'] })), refused);
			assert.throws(() => plan(command('--experimental-permission', 'a.js')), refused);
			assert.throws(() => plan(command('--require', './hook.js', '--permission', 'a.js')), refused);
			const env = { NODE_OPTIONS: '--no-warnings --permission --allow-fs-read=*' };
			assert.throws(() => plan(script('/a.js'), { env }), refused);
		});
		it('lets the script have such an argument', () => {
			assert.deepEqual(plan(command('a.js', '--permission')).args, ['a.js', '--permission']);
			assert.deepEqual(plan(script('/a.js', { args: ['--permission'] })).args, ['/a.js', '--permission']);
		});
	});

	it('names the script of a command, not a module that is loaded before it', () => {
		const target: PlannedTarget = { kind: 'command', args: ['--import', './hook.mjs', 'main.js', 'other.js'] };
		assert.equal(plan(target).script, 'main.js');
		assert.equal(plan({ kind: 'command', args: ['-e', '1', 'a.js'] }).script, undefined);
	});

	it('runs a package script in its folder as a package manager would', () => {
		const target: PlannedTarget = {
			kind: 'packageScript',
			folder: '/w/app',
			packageJson: '/w/app/package.json',
			name: 'data',
			line: 'node data.js',
			args: ['a b', `it's`, '--x=1'],
		};
		const made = plan(target, { env: { Path: '/bin', X: '1' } });
		assert.equal(made.command, `node data.js 'a b' 'it'\\''s' --x=1`);
		assert.equal(made.shell, true);
		assert.equal(made.cwd, '/w/app');
		assert.equal(made.title, 'npm run data');
		assert.equal(made.env.X, '1');
		assert.equal(made.env.npm_lifecycle_event, 'data');
		assert.equal(made.env.PATH, undefined);
		const bins = ['/w/app', '/w', '/'].map(folder => join(folder, 'node_modules', '.bin'));
		assert.equal(made.env.Path, [...bins, '/bin'].join(delimiter));
	});
});
