import assert from 'node:assert/strict';
import { scriptEnvironment } from '../../../src/extension/scriptEnvironment.ts';

describe('scriptEnvironment', () => {
	it("leaves out the editor's own variables", () => {
		const base = {
			PATH: '/bin',
			ELECTRON_RUN_AS_NODE: '1',
			VSCODE_IPC_HOOK: 'x',
			MEMORY_MANAGER_PROFILE_ON_START: 'y',
		};
		assert.deepEqual(scriptEnvironment(base, {}), { PATH: '/bin' });
	});

	it('adds, replaces and takes away', () => {
		assert.deepEqual(scriptEnvironment({ A: '1', B: '2' }, { A: null, B: '3', C: '4' }), { B: '3', C: '4' });
	});

	it('leaves what it was given as it was', () => {
		const base = { A: '1' };
		scriptEnvironment(base, { A: null });
		assert.deepEqual(base, { A: '1' });
	});
});
