import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { callSiteOf } from '../../../../src/runtime/reporting/callSite.ts';

const here = fileURLToPath(import.meta.url);
function whereAmI() {
	return callSiteOf(whereAmI);
}

describe('callSiteOf', () => {
	it('names file, line and column of the call, through natives', () => {
		const site = whereAmI();
		assert.equal(site?.file, here);
		assert.ok(site.line > 5 && site.column > 1);
		const [mapped] = [1].map(whereAmI);
		assert.equal(mapped?.file, here);
	});

	it('leaves Error as it was', () => {
		const before = Object.getOwnPropertyDescriptors(Error);
		whereAmI();
		assert.deepEqual(Object.getOwnPropertyDescriptors(Error), before);
	});

	it('gives nothing rather than throw when stacks are switched off', () => {
		const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit');
		try {
			Object.defineProperty(Error, 'stackTraceLimit', { value: 0, writable: false, configurable: true });
			const before = Object.getOwnPropertyDescriptors(Error);
			assert.equal(whereAmI(), undefined);
			assert.deepEqual(Object.getOwnPropertyDescriptors(Error), before);
		} finally {
			if (limit) Object.defineProperty(Error, 'stackTraceLimit', limit);
		}
	});
});
