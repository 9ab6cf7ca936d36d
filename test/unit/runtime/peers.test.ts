import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../scripts/paths.ts';
import { loadPeer, peerUrl } from '../../../src/runtime/peers.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

const run = promisify(execFile);

describe('peers', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('peers');
		// The runtime lies in one folder, the script and its packages in another, as under a profiler.
		mkdirSync(join(folder.path, 'runtime'));
		for (const file of ['peers.ts', 'runtimeError.ts']) {
			cpSync(join(projectRoot, 'src', 'runtime', file), join(folder.path, 'runtime', file));
		}
		writeFileSync(join(folder.path, 'runtime', 'package.json'), '{ "type": "module" }');
		const packages: [name: string, manifest: object, files: Record<string, string>][] = [
			['plain', { main: 'main.js' }, { 'main.js': 'module.exports = { found: "plain" };' }],
			[
				'@scope/exporting',
				{
					type: 'module',
					exports: {
						'.': { browser: './no.js', import: './index.js' },
						'./node': { node: { import: './node.js' }, default: './no.js' },
					},
				},
				{ 'index.js': 'export const found = "index";', 'node.js': 'export const found = "node";' },
			],
			['torn', { main: 'main.js' }, { 'main.js': 'require("of-its-own");' }],
		];
		for (const [name, manifest, files] of packages) {
			const place = join(folder.path, 'project', 'node_modules', name);
			mkdirSync(place, { recursive: true });
			writeFileSync(join(place, 'package.json'), JSON.stringify({ name, ...manifest }));
			for (const [file, content] of Object.entries(files)) writeFileSync(join(place, file), content);
		}
	});
	after(() => folder.remove());

	/** What a script in the project prints that loads these packages. */
	async function inProject(...specifiers: string[]): Promise<string[]> {
		const script = join(folder.path, 'project', 'script.mjs');
		writeFileSync(
			script,
			`import { loadPeer, peerUrl } from '../runtime/peers.ts';
for (const specifier of ${JSON.stringify(specifiers)}) {
	try {
		const module = await loadPeer(specifier, 'a test');
		console.log(module.found ?? module.default.found, (await import(peerUrl(specifier, 'a test'))) === module);
	} catch (error) {
		console.log(error.code, error.message);
	}
}`,
		);
		// From elsewhere: the folder of the script counts, not only the working folder.
		const { stdout } = await run(process.execPath, [script], { cwd: projectRoot });
		return stdout.trim().split('\n');
	}

	it("finds packages from the script's folder when the runtime lies elsewhere", async () => {
		const found = await inProject('plain', '@scope/exporting', '@scope/exporting/node');
		assert.deepEqual(found, ['plain true', 'index true', 'node true']);
	});

	it('names the package to install, in one sentence', async () => {
		const expected = {
			code: 'missingPackage',
			message:
				'The package "@nobody/has-this" is needed for reading nothing and is not installed. Install it: npm install @nobody/has-this',
		};
		await assert.rejects(loadPeer('@nobody/has-this/node', 'reading nothing'), expected);
		assert.throws(() => peerUrl('@nobody/has-this/node', 'reading nothing'), expected);
		// Asked again it looks again: it may have been installed meanwhile.
		await assert.rejects(loadPeer('@nobody/has-this/node', 'reading nothing'), expected);
	});

	it('tells a package that is there and cannot be loaded from one that is missing', async () => {
		const [told = ''] = await inProject('torn');
		assert.match(told, /^missingPackage The package "torn" is needed for a test and cannot be loaded: .*of-its-own/);
	});

	it('loads a package once', async () => {
		assert.equal(loadPeer('lru-cache', 'a test'), loadPeer('lru-cache', 'a test'));
		await loadPeer('lru-cache', 'a test');
	});
});
