import assert from 'node:assert/strict';
import { isWithinPackage, notFound, packageTarget } from '../../../../src/runtime/guest/packageTarget.ts';

const manifest = {
	exports: { '.': { types: './t', import: './a.mjs', require: './a.cjs' }, './package.json': './package.json' },
};

describe('packageTarget', () => {
	it('follows the exports by condition', () => {
		assert.equal(packageTarget(manifest, 'memory-manager-runtime', 'import'), './a.mjs');
		assert.equal(packageTarget(manifest, 'memory-manager-runtime', 'require'), './a.cjs');
		assert.equal(packageTarget(manifest, 'memory-manager-runtime/package.json', 'import'), './package.json');
		assert.equal(packageTarget(manifest, 'memory-manager-runtime/other', 'import'), undefined);
		assert.equal(packageTarget(null, 'memory-manager-runtime', 'import'), undefined);
	});

	it('answers for this package alone', () => {
		assert.equal(isWithinPackage('memory-manager-runtime/x'), true);
		assert.equal(isWithinPackage('memory-manager-runtime-x'), false);
		assert.equal(notFound({ code: 'ERR_MODULE_NOT_FOUND' }), true);
		assert.equal(notFound(null), false);
	});
});
