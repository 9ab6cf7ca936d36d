import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { projectRoot } from '../../../scripts/paths.ts';
import { LINK_VARIABLE } from '../../../src/protocol/runtimeLink.ts';

const SOURCE = join(projectRoot, 'src/runtime/preloadEntry.ts');

/** As `esbuild.mjs` builds it. */
async function built(): Promise<string> {
	const { outputFiles } = await build({ entryPoints: [SOURCE], write: false, format: 'cjs', target: 'es5' });
	return outputFiles[0]?.text ?? '';
}

/** Runs it in a Node of this version; gives what it required and what it left. */
async function entered(version: string, env: Record<string, string>) {
	const required: string[] = [];
	const cache: Record<string, unknown> = { entry: {}, other: {} };
	const load = Object.assign((name: string) => required.push(name), { cache });
	const run = new Function('require', 'process', '__filename', await built());
	run(load, { versions: { node: version }, env }, 'entry');
	return { required, env, cached: Object.keys(cache) };
}

describe('the entry of the preload', () => {
	it('can be read by any Node', async () => {
		const code = await built();
		// What ES5 does not have would be rewritten, or refused.
		const options = { minify: false, format: 'cjs' } as const;
		const [old, modern] = await Promise.all([
			transform(code, { ...options, target: 'es5' }),
			transform(code, { ...options, target: 'esnext' }),
		]);
		assert.equal(old.code, modern.code);
		assert.doesNotMatch(code, /=>|`|\b(?:const|let|class)\b/);
		await assert.rejects(transform('const a = 1', { target: 'es5', logLevel: 'silent' }));
		assert.match(readFileSync(join(projectRoot, 'esbuild.mjs'), 'utf8'), /target: 'es5',\s+bundle: false/);
	});
	it('goes on in a Node that can read the rest, and leaves no trace of itself', async () => {
		for (const version of ['20.0.0', '24.3.1', '102.0.0']) {
			const { required, cached } = await entered(version, { [LINK_VARIABLE]: '{}' });
			assert.deepEqual([required, cached], [['./preloadGuest.cjs'], ['other']]);
		}
	});
	it('leaves an older one alone, with the environment of its own', async () => {
		const options = { [LINK_VARIABLE]: JSON.stringify({ nodeOptions: '--max-old-space-size=64' }) };
		const own = await entered('18.20.4', { ...options, NODE_OPTIONS: 'ours', A: '1' });
		assert.deepEqual([own.required, own.env], [[], { NODE_OPTIONS: '--max-old-space-size=64', A: '1' }]);
		const none = await entered('0.12.18', { [LINK_VARIABLE]: '{}', NODE_OPTIONS: 'ours' });
		assert.deepEqual([none.required, none.env], [[], {}]);
		assert.deepEqual((await entered('8.0.0', { A: '1' })).env, { A: '1' });
	});
});
