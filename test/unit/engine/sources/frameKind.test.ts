import assert from 'node:assert/strict';
import { frameKind } from '../../../../src/engine/sources/frameKind.ts';

describe('frameKind', () => {
	const cases: readonly (readonly [file: string, kind: string])[] = [
		['/work/app/data.js', 'user'],
		['C:\\app\\data.js', 'user'],
		['/work/node_modules/d3/index.js', 'dependency'],
		['C:\\app\\node_modules\\d3\\index.js', 'dependency'],
		['/work/node_modules/memory-manager-runtime/index.cjs', 'profiler'],
		['/ext/runtime/preload.cjs', 'profiler'],
		['/ext/runtime-of-mine/preload.cjs', 'user'],
		['memory-manager:engine', 'profiler'],
		['node:internal/fs', 'node'],
		['node:fs', 'node'],
		['evalmachine.<anonymous>', 'node'],
		['wasm://wasm/1234', 'native'],
		['', 'native'],
	];
	for (const [file, kind] of cases)
		it(`of ${file === '' ? 'nothing' : file} is ${kind}`, () => assert.equal(frameKind(file, '/ext/runtime'), kind));
	it('knows no injected runtime when attached', () => assert.equal(frameKind('/ext/runtime/x.cjs', undefined), 'user'));
});
