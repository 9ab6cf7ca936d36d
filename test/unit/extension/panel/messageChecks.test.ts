import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	checkAction,
	checkGcStrategy,
	checkId,
	checkPanelAction,
	checkPlace,
	checkRecording,
	checkSidebarAction,
	checkStore,
	checkTab,
} from '../../../../src/extension/panel/messageChecks.ts';

describe('messageChecks', () => {
	it('lets through what the pages send', () => {
		assert.equal(checkAction('stop'), 'stop');
		assert.equal(checkSidebarAction('openPanel'), 'openPanel');
		assert.equal(checkId({ id: 3 }), 3);
		assert.equal(checkAction('comprehensiveCleanup'), 'comprehensiveCleanup');
		assert.equal(checkGcStrategy({ strategy: 'default' }), 'default');
		assert.equal(checkTab('regions'), 'regions');
		assert.equal(checkTab('findings'), 'findings');
		assert.deepEqual(checkPanelAction('stop'), { action: 'stop' });
		assert.deepEqual(checkPanelAction({ action: 'stop', process: 3 }), { action: 'stop', process: 3 });
		assert.deepEqual(checkStore({ id: 3 }), { id: 3 });
		assert.deepEqual(checkStore({ id: 3, process: 2 }), { id: 3, process: 2 });
		assert.deepEqual(checkPlace({ file: '/a.js', line: 2, column: 1 }), { file: '/a.js', line: 2, column: 1 });
		assert.deepEqual(checkRecording({ action: 'open', path: '/a' }), { action: 'open', path: '/a' });
	});

	it('refuses what the panel cannot ask for', () => {
		assert.throws(() => checkAction('openPanel'), /not understood/);
		assert.throws(() => checkPanelAction({ action: 'openPanel', process: 1 }), /not understood/);
		assert.throws(() => checkPanelAction({ action: 'stop', process: '1' }), /not understood/);
		assert.throws(() => checkStore({ id: 1, process: -1 }), /not understood/);
		assert.throws(() => checkRecording({ action: 'constructor', path: '/a' }));
		assert.throws(() => checkGcStrategy({ strategy: 'toString' }), /not understood/);
		assert.throws(() => checkGcStrategy('balanced'));
		assert.throws(() => checkPlace({ file: '/a.js', line: -1, column: 1 }));
	});

	it('refuses anything else with an error of its own', () => {
		fc.assert(
			fc.property(fc.anything(), value => {
				for (const check of [
					checkAction,
					checkPanelAction,
					checkSidebarAction,
					checkGcStrategy,
					checkStore,
					checkPlace,
					checkRecording,
				]) {
					try {
						check(value);
					} catch (error) {
						assert.match(String(error), /is not understood/);
					}
				}
			}),
		);
	});
});
