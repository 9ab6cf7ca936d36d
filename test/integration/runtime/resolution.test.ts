import assert from 'node:assert/strict';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import {
	deadPid,
	fixtures,
	linkedEnvironment,
	type Outcome,
	requireBundles,
	run,
	runtimeFolder,
} from './runtimeHost.ts';

const tsx = join(projectRoot, 'node_modules/tsx/dist');

describe('resolution of memory-manager-runtime', () => {
	let hostPid: number;
	let folder: TemporaryFolder;
	/** The bundles away from this project, whose own packages they would find, as in an installed extension. */
	let runtime: TemporaryFolder;

	before(async () => {
		requireBundles();
		hostPid = await deadPid();
		runtime = temporaryFolder('bundles');
		cpSync(runtimeFolder, runtime.path, { recursive: true, filter: path => !/\.map$|[\\/]types$/.test(path) });
	});
	after(() => runtime.remove());
	beforeEach(() => {
		folder = temporaryFolder('resolution');
		// Away from the project, whose tsconfig.json would give tsx another answer.
		cpSync(fixtures, folder.path, { recursive: true });
	});
	afterEach(() => folder.remove());

	const start = (node: string, args: string[]): Promise<Outcome> =>
		run(node, args, linkedEnvironment(folder.path, hostPid), folder.path);

	for (const major of allNodes) {
		describe(`on Node ${major}`, () => {
			let node: string;
			before(async () => {
				node = await nodeBinary(major);
			});

			const cases: [title: string, args: string[], stdout: string][] = [
				['ES module', ['esm.mjs'], 'esm 1 true'],
				['CommonJS', ['cjs.cjs'], 'cjs 1 true'],
				['worker thread', ['worker.mjs'], 'worker 1'],
				[
					'tsx as a loader, ES module',
					['--import', pathToFileURL(join(tsx, 'loader.mjs')).href, 'typed.mts'],
					'typed 1',
				],
				[
					'tsx as a loader, CommonJS',
					['--import', pathToFileURL(join(tsx, 'loader.mjs')).href, 'typed.cts'],
					'typed 1',
				],
				['tsx by its own command', [join(tsx, 'cli.mjs'), 'typed.mts'], 'typed 1'],
			];
			if (major > 20) {
				const flags = major === 22 ? ['--disable-warning=ExperimentalWarning'] : [];
				cases.push(['TypeScript by Node, ES module', [...flags, 'typed.mts'], 'typed 1']);
				cases.push(['TypeScript by Node, CommonJS', [...flags, 'typed.cts'], 'typed 1']);
			}
			for (const [title, args, stdout] of cases) {
				it(title, async () => {
					const result = await start(node, args);
					assert.deepEqual([result.code, result.stdout.trim(), result.stderr], [0, stdout, '']);
				});
			}

			it('answers the sub-paths too, which find libraries beside the script and name those that are missing', async () => {
				const library = join(folder.path, 'node_modules/sharp');
				mkdirSync(library, { recursive: true });
				writeFileSync(join(library, 'package.json'), '{ "name": "sharp", "main": "index.cjs" }');
				// As little of it as an image takes whose header alone is read.
				const sharp = `const cache = () => ({ memory: { max: 0 }, files: { max: 0 }, items: { max: 0 } });
					const metadata = async () => ({ width: 7, height: 5, channels: 3, depth: 'uchar', space: 'srgb' });
					module.exports = Object.assign(() => ({ metadata }), { cache });`;
				writeFileSync(join(library, 'index.cjs'), sharp);
				const env = linkedEnvironment(folder.path, hostPid);
				const elsewhere = { ...env, NODE_OPTIONS: env.NODE_OPTIONS?.replaceAll(runtimeFolder, runtime.path) };
				const { code, stdout, stderr } = await run(node, ['formats.mjs'], elsewhere, folder.path);
				assert.deepEqual([code, stderr], [0, '']);
				assert.deepEqual(JSON.parse(stdout), {
					same: { formats: true, images: true, media: true },
					binary: [3, 'binary'],
					found: [7, 5, 105],
					missing: [
						'missingPackage',
						'The package "h5wasm" is needed for reading HDF5 and is not installed. Install it: npm install h5wasm',
					],
					none: 'ERR_MODULE_NOT_FOUND',
				});
			});

			it('lets an installed copy win', async () => {
				const installed = join(folder.path, 'node_modules/memory-manager-runtime');
				mkdirSync(installed, { recursive: true });
				writeFileSync(join(installed, 'package.json'), '{ "name": "memory-manager-runtime", "main": "index.cjs" }');
				writeFileSync(join(installed, 'index.cjs'), "exports.region = 'installed';");
				const code = `import { region } from 'memory-manager-runtime'; import { createRequire } from 'node:module';
					console.log(region, createRequire(import.meta.url)('memory-manager-runtime').region);`;
				writeFileSync(join(folder.path, 'script.mjs'), code);
				const result = await start(node, ['script.mjs']);
				assert.deepEqual([result.stdout.trim(), result.stderr], ['installed installed', '']);
			});

			it('shows a failed import of something else as ever', async () => {
				writeFileSync(join(folder.path, 'esm.mjs'), "import 'not-there';");
				writeFileSync(join(folder.path, 'cjs.cjs'), "require('./not-there');");
				for (const script of ['esm.mjs', 'cjs.cjs', 'missing.mjs']) {
					const plain = await run(node, [script], {}, folder.path);
					const linked = await start(node, [script]);
					assert.deepEqual([linked.code, linked.stderr], [plain.code, plain.stderr], script);
				}
			});

			it('does without what frozen intrinsics refuse', async () => {
				writeFileSync(join(folder.path, 'other.mjs'), 'export const other = 1;');
				const code = `Object.freeze(Error);
					const { other } = await import('./other.mjs');
					const { region } = await import('memory-manager-runtime');
					console.log(region('frozen', () => other));`;
				writeFileSync(join(folder.path, 'frozen.mjs'), code);
				for (const flags of [[], ['--frozen-intrinsics', '--no-warnings']]) {
					const result = await start(node, [...flags, 'frozen.mjs']);
					assert.deepEqual([result.code, result.stdout.trim(), result.stderr], [0, '1', ''], flags[0]);
				}
			});

			it('keeps the frame of the script in the stack of a failed require', async () => {
				writeFileSync(join(folder.path, 'both.cjs'), "require('memory-manager-runtime'); require('not-there');");
				const { stderr } = await start(node, ['both.cjs']);
				assert.match(stderr, /at .*both\.cjs:1:\d+/);
			});
		});
	}
});
