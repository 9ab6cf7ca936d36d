import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayImportRuntime } from '../../../../src/runtime/guest/mayImportRuntime.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('mayImportRuntime', () => {
	let folder: TemporaryFolder;
	beforeEach(() => {
		folder = temporaryFolder('imports');
	});
	afterEach(() => folder.remove());

	const may = (files: Record<string, string>, execArgv: string[] = []) => {
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(join(folder.path, name, '..'), { recursive: true });
			writeFileSync(join(folder.path, name), text);
		}
		return mayImportRuntime(join(folder.path, 'main.mjs'), execArgv);
	};
	const uses = "import { region } from 'memory-manager-runtime';";

	it('finds it in the script and in what the script names', () => {
		assert.equal(may({ 'main.mjs': uses }), true);
		assert.equal(may({ 'main.mjs': "import './a/b.mjs'", 'a/b.mjs': "require('../c')", 'c.js': uses }), true);
		assert.equal(may({ 'main.mjs': "import './t.js'", 't.ts': uses }), true);
		assert.equal(may({ 'main.mjs': "new Worker(new URL('./worker.mjs', import.meta.url))", 'worker.mjs': uses }), true);
		assert.equal(may({ 'main.mjs': "require('./lib')", 'lib/index.js': uses }), true);
	});

	it('reads a command without an extension', () => {
		may({ command: uses, other: "require('./command')" });
		assert.equal(mayImportRuntime(join(folder.path, 'command'), []), true);
		assert.equal(mayImportRuntime(join(folder.path, 'other'), []), false);
	});

	it('is sure only where everything was read', () => {
		assert.equal(
			may({ 'main.mjs': "import 'node:fs'; import x from 'pkg'; import './gone.mjs'; read('./data.csv')" }),
			false,
		);
		assert.equal(may({ 'main.mjs': "import './self.mjs'", 'self.mjs': "import './main.mjs'" }), false);
		assert.equal(mayImportRuntime(join(folder.path, 'missing.mjs'), []), false);
		for (const text of [
			'import(name)',
			'import(`./$'.concat('{name}.mjs`)'),
			"import '#internal'",
			'require(name)',
			'new Worker(file)',
			"import('file:///a')",
		]) {
			assert.equal(may({ 'main.mjs': text }), true, text);
		}
		assert.equal(may({ 'main.mjs': 'x' }, ['--import', 'tsx']), true);
		assert.equal(mayImportRuntime(undefined, []), true);
	});
});
