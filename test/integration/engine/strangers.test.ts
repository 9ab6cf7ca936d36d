import assert from 'node:assert/strict';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from '../../../scripts/command.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import { cleanEnvironment, entriesOfType, onOuterNodes, plainRun, profiledRun } from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

const work = join(projectRoot, 'test', 'fixtures', 'strangers');
const inModules = (path: string): string => join(projectRoot, 'node_modules', path);

/** A program that others wrote, at work on our folder `strangers`. */
interface Stranger {
	readonly title: string;
	readonly script: string;
	readonly args?: readonly string[];
	readonly nodeArgs?: readonly string[];
	/** It has to do its work, not only to fail alike. */
	readonly prints: RegExp;
	readonly code?: number;
	/** It takes seconds, and does the same on each. */
	readonly slow?: boolean;
}

/** The settings of this project's tests are not for them. */
const ALONE = ['--no-config', '--no-package'];

const STRANGERS: readonly Stranger[] = [
	{
		title: 'the TypeScript compiler',
		script: inModules('typescript/bin/tsc'),
		args: ['--project', '.'],
		prints: /error TS2345/,
		code: 2,
		slow: true,
	},
	{
		title: 'mocha',
		script: inModules('mocha/bin/mocha.js'),
		args: [...ALONE, '*.spec.cjs'],
		prints: /1 failing/,
		code: 1,
	},
	{
		title: 'mocha in parallel processes',
		script: inModules('mocha/bin/mocha.js'),
		args: [...ALONE, '--parallel', '--jobs', '2', 'first.spec.cjs'],
		prints: /1 failing/,
		code: 1,
	},
	{
		title: 'tsx',
		script: inModules('tsx/dist/cli.mjs'),
		args: ['main.mts', 'a b'],
		prints: /square: 4 sides/,
	},
	{ title: 'csv2json', script: inModules('d3-dsv/bin/dsv2json.js'), args: ['table.csv'], prints: /square, unit/ },
	{ title: 'marked', script: inModules('marked/bin/marked.js'), args: ['page.md'], prints: /<table>/ },
	{
		title: 'the launcher of biome',
		script: inModules('@biomejs/biome/bin/biome'),
		args: ['--version'],
		prints: /^Version: \d/,
	},
	{ title: 'esbuild', script: join(work, 'bundle.mjs'), prints: /Could not resolve/ },
	{ title: 'fast-check and pako', script: join(work, 'properties.mjs'), prints: /Property failed/, code: 1 },
	{ title: 'sharp', script: join(work, 'photographs.mjs'), prints: /unsupported image format/, code: 1 },
	{ title: 'jszip, ws and crypto', script: join(work, 'archive.mjs'), prints: /ArrayBuffer/ },
	{ title: 'workerpool', script: join(work, 'pool.mjs'), prints: /Error too far/ },
];

/** Comes with Node, not with this project, and needs a Node as new as itself. */
function npmScript(): string | undefined {
	const command = findOnPath(['npm']);
	return [
		process.env.npm_execpath,
		command && realpathSync(command),
		command && join(dirname(command), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
	].find(path => path?.endsWith('npm-cli.js') && existsSync(path));
}

/** Times, ports and process numbers differ between two runs without us, too. */
const comparable = (bytes: Buffer): string =>
	bytes
		.toString('latin1')
		.replace(/\d+(\.\d+)?( ?ms\b|(?<=\d)s\b)/g, '<time>')
		.replace(/(duration_ms:? )\d+(\.\d+)?/g, '$1<time>');

onOuterNodes('a program nobody here wrote', (major, node) => {
	const oldestOrNewest = major === 20 || major === 26;
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('strangers');
	});
	after(() => folder.remove());

	async function compare({
		script,
		args = [],
		nodeArgs = [],
		prints,
		code = 0,
	}: Omit<Stranger, 'title'>): Promise<void> {
		const env = { ...cleanEnvironment(), HOME: folder.path, NO_COLOR: '1', npm_config_update_notifier: 'false' };
		const plain = await plainRun(node(), [...nodeArgs, script, ...args], { cwd: work, env });
		const words = [...nodeArgs, script, ...args].map(word => JSON.stringify(word));
		const target = { kind: 'command', command: `node ${words.join(' ')}` } as const;
		const run = await profiledRun({ target, nodePath: node(), cwd: work, env });
		assert.match(`${plain.stdout}${plain.stderr}`, prints);
		const said = `${JSON.stringify(run.reason)} ${run.stderr}`;
		assert.equal(comparable(run.stdout), comparable(plain.stdout), said);
		assert.equal(comparable(run.stderr), comparable(plain.stderr));
		assert.equal(plain.code, code);
		assert.deepEqual(run.reason, { kind: 'exit', code });
		// npm only starts what a person means.
		if (script !== npmScript()) assert.ok(entriesOfType(run.entries, 'process').length > 0, 'it was not followed');
	}

	for (const { title, slow, ...stranger } of STRANGERS) {
		if (slow && !oldestOrNewest) continue;
		it(`prints with us what it prints without: ${title}`, () => compare(stranger));
	}

	it("prints with us what it prints without: Node's own test runner", async () => {
		const script = join(work, 'nodeTests.mjs');
		for (const reporter of ['tap', 'spec']) {
			const nodeArgs = ['--test', `--test-reporter=${reporter}`];
			await compare({ script, nodeArgs, prints: /fail 1/, code: 1 });
		}
	});
	it('prints with us what it prints without: npm', async function () {
		const script = npmScript();
		if (script === undefined || !oldestOrNewest) this.skip();
		for (const args of [
			['pack', '--dry-run', '--json', '--offline'],
			['ls', '--offline'],
		])
			await compare({ script, args, prints: /strangers/ });
	});
});
