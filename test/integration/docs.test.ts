import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { onNode, plainRun, runtimeDir } from '../support/engineRuns.ts';
import { hasFfmpeg } from '../support/ffmpeg.ts';
import { type TemporaryFolder, temporaryFolder } from '../support/temporaryFolder.ts';

const docs = join(projectRoot, 'docs');
const TABLE = 'fiveDocuments.md';
/** What examples import besides the runtime; their pages say so. */
const PACKAGES = ['h5wasm', 'sharp'];
/** Code of a page, and the block of text behind it: what it prints. */
const BLOCK = /^```js\n([\s\S]*?)^```\n(?:\nIt prints\n\n```text\n([\s\S]*?)^```\n)?/gm;

const pages = readdirSync(docs).filter(file => file.endsWith('.md'));
const blocksOf = (page: string) =>
	[...readFileSync(join(docs, page), 'utf8').matchAll(BLOCK)].map(([, code = '', prints], index) => ({
		name: `${page}, example ${index + 1}`,
		code,
		prints,
	}));

describe('the documentation', () => {
	// The oldest: what it can, all can.
	onNode(20, 'runs', (_, node) => {
		let folder: TemporaryFolder;
		before(() => {
			folder = temporaryFolder('docs');
			const modules = join(folder.path, 'node_modules');
			mkdirSync(modules);
			// As installed packages.
			symlinkSync(runtimeDir, join(modules, 'memory-manager-runtime'), 'junction');
			for (const name of PACKAGES)
				symlinkSync(join(projectRoot, 'node_modules', name), join(modules, name), 'junction');
		});
		after(() => folder.remove());

		for (const { name, code, prints } of pages.flatMap(blocksOf)) {
			it(name, async function () {
				if (code.includes('encodeVideo(') && !hasFfmpeg()) this.skip();
				const script = join(folder.path, 'example.mjs');
				writeFileSync(script, code);
				const { code: exitCode, stdout, stderr } = await plainRun(node(), [script], { cwd: folder.path });
				assert.equal(exitCode, 0, String(stderr));
				if (prints !== undefined) assert.equal(String(stdout), prints);
			});
		}
	});

	it('has a reference that is complete, and links that lead somewhere', async () => {
		const typedoc = join(projectRoot, 'node_modules', 'typedoc', 'bin', 'typedoc');
		const { code, stdout, stderr } = await plainRun(process.execPath, [typedoc, '--emit', 'none'], {
			cwd: projectRoot,
		});
		assert.equal(code, 0, `${stdout}${stderr}`);
	});

	it('names only what there is in the table of the five documents', () => {
		const bundles = ['index', 'formats', 'images', 'media'].map(name => join(runtimeDir, `${name}.cjs`));
		const exported = Object.assign({}, ...bundles.map(createRequire(import.meta.url))) as Record<string, unknown>;
		const rows = readFileSync(join(docs, TABLE), 'utf8')
			.split('\n')
			.filter(line => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| Theirs'));
		assert.ok(rows.length > 60, `${rows.length} rows`);
		for (const row of rows) {
			const ours = row.split('|')[2] ?? '';
			for (const [, name = '', member] of ours.matchAll(/`([A-Za-z]\w*)(?:\.(\w+))?/g)) {
				if (OTHER_WORDS.has(name)) continue;
				assert.ok(name in exported, `${name} in: ${row}`);
				if (member !== undefined) assert.ok(hasMember(exported[name], member), `${name}.${member} in: ${row}`);
			}
		}
	});

	it('has a page for each concern, each with an example', () => {
		for (const page of pages.filter(file => ![TABLE, 'README.md', 'commandLine.md'].includes(file))) {
			assert.ok(blocksOf(page).length > 0, page);
		}
	});
});

/** Of an instance of a class, or of an object. */
function hasMember(owner: unknown, name: string): boolean {
	const holder = typeof owner === 'function' ? (owner.prototype as unknown) : owner;
	return typeof holder === 'object' && holder !== null && name in holder;
}

/** Commands, options, properties, levels and variables: no exports of the runtime. */
const OTHER_WORDS = new Set([
	...['MEMORY_MANAGER_MAX_MEMORY', 'examples', 'largeCollection', 'memory', 'read', 'timeoutMs', 'undefined', 'using'],
	...['cacheHitRate', 'decodedBytes', 'dtype', 'frameSize', 'number', 'rms', 'sampleRate', 'timestamp', 'totals'],
	...['aggressive', 'balanced', 'chunkBytes', 'conservative', 'constrained', 'critical', 'default', 'elevated'],
]);
