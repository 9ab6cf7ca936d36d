import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../../scripts/paths.ts';

describe('the packaged extension', () => {
	it('has every bundle of the runtime with its types, and no source map', () => {
		const runtime = join(projectRoot, 'dist', 'runtime');
		assert.ok(existsSync(join(runtime, 'types')), 'dist/runtime is not built: run "npm run compile" before');
		// Everything is left out, then let in again. `vsce ls` says the same, and walks all of node_modules for it.
		const [all, ...patterns] = readFileSync(join(projectRoot, '.vscodeignore'), 'utf8')
			.split('\n')
			.filter(line => line !== '' && !line.startsWith('#'));
		assert.equal(all, '**');
		const isPacked = (file: string) =>
			patterns.some(pattern => pattern.startsWith('!') && matchesGlob(file, pattern.slice(1)));
		const built = readdirSync(runtime, { recursive: true, encoding: 'utf8' })
			.map(file => `dist/runtime/${file.replaceAll('\\', '/')}`)
			.filter(file => /\.\w+$/.test(file));
		assert.ok(
			built.includes('dist/runtime/hdf5Worker.cjs') &&
				built.includes('dist/runtime/lookup/memory-manager-runtime/formats.js'),
		);
		for (const file of built) assert.equal(isPacked(file), !file.endsWith('.map'), file);
	});

	it('has types that are whole, and need none of the optional packages', function () {
		this.timeout(30_000);
		const types = join(projectRoot, 'dist', 'runtime', 'types');
		const entries = ['', 'formats/', 'images/', 'media/'].map(folder => join(types, 'runtime', folder, 'index.d.ts'));
		const options: ts.CompilerOptions = {
			strict: true,
			noEmit: true,
			target: ts.ScriptTarget.ES2022,
			module: ts.ModuleKind.NodeNext,
			types: ['node'],
		};
		const host = ts.createCompilerHost(options);
		const { fileExists } = host;
		// As in a project that has nothing installed but the types of Node.
		host.fileExists = path => (!path.includes('node_modules') || /@types|undici-types/.test(path)) && fileExists(path);
		const program = ts.createProgram(entries, options, host);
		const ours = program.getSourceFiles().filter(({ fileName }) => fileName.includes('/dist/runtime/types/'));
		assert.ok(ours.length > 100, `${ours.length} files`);
		// Only ours: those of the language and of Node take seconds.
		const found = ours.flatMap(file => [
			...program.getSyntacticDiagnostics(file),
			...program.getSemanticDiagnostics(file),
		]);
		assert.deepEqual(
			found.map(
				({ file, messageText }) =>
					`${file?.fileName.slice(types.length)}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
			),
			[],
		);
	});
});
