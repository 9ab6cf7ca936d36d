import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
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
});
