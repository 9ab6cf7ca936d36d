import assert from 'node:assert/strict';
import { isWrapperProcess } from '../../../../src/runtime/guest/wrapperProcess.ts';

const is = (mainPaths: string[], execArgv: string[] = [], env = {}, children = false) =>
	isWrapperProcess({ mainPaths, execArgv, env, children });

describe('isWrapperProcess', () => {
	for (const path of [
		'/usr/lib/node_modules/npm/bin/npm-cli.js',
		'/usr/bin/npm',
		'/usr/bin/npx',
		'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js',
		'/w/node_modules/.bin/pnpm',
		'/w/node_modules/pnpm/bin/pnpm.cjs',
		'/opt/yarn/bin/yarn.js',
		'/w/.yarn/releases/yarn-4.1.0.cjs',
		'/usr/lib/node_modules/corepack/dist/pnpm.js',
		'/w/node_modules/tsx/dist/cli.mjs',
		'/w/node_modules/.bin/tsx',
		'/w/node_modules/c8/bin/c8.js',
		'/w/node_modules/cross-env/src/bin/cross-env.js',
	]) {
		it(`knows ${path}`, () => assert.equal(is([path]), true));
	}

	for (const path of [
		'/w/script.mjs',
		'/w/npm/index.js',
		'/w/yarn/weave.js',
		'/w/tsx/cli.ts',
		'/w/my-npm.js',
		'/w/src/c8/main.js',
	]) {
		it(`lets ${path} be profiled`, () => assert.equal(is([path]), false));
	}

	it('knows the parents that Node makes itself', () => {
		assert.equal(is(['/w/a.js'], ['--watch']), true);
		assert.equal(is(['/w/a.js'], ['--watch'], { WATCH_REPORT_DEPENDENCIES: '1' }), false);
		assert.equal(is([], ['--test']), true);
		assert.equal(is([], ['--test'], {}, true), false);
		assert.equal(is([], ['--watch'], {}, true), true);
		assert.equal(is(['/w/a.test.js'], ['--test'], { NODE_TEST_CONTEXT: 'child' }), false);
		assert.equal(is([]), false);
	});
});
