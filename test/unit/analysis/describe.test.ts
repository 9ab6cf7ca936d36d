import assert from 'node:assert/strict';
import { describeState } from '../../../src/analysis/describe.ts';
import type { EndReason } from '../../../src/protocol/entries.ts';

const ended = (reason: EndReason) => describeState({ type: 'state', t: 1, state: 'ended', reason }, true);

describe('describeState', () => {
	it('says why a session ended, and whether that is bad', () => {
		assert.deepEqual(ended({ kind: 'exit', code: 0 }), { text: 'exited with code 0', tone: 'good' });
		assert.deepEqual(ended({ kind: 'exit', code: 1 }), { text: 'exited with code 1', tone: 'bad' });
		assert.deepEqual(ended({ kind: 'signal', signal: 'SIGKILL' }), { text: 'killed by SIGKILL', tone: 'bad' });
		assert.equal(ended({ kind: 'outOfMemory', limitBytes: 4 * 2 ** 30 }).text, 'out of memory: heap limit 4.00 GB');
		assert.equal(ended({ kind: 'outOfMemory' }).text, 'out of memory');
		assert.equal(ended({ kind: 'stopped' }).tone, 'neutral');
		assert.deepEqual(ended({ kind: 'terminated' }), { text: 'ended by its process', tone: 'neutral' });
		assert.deepEqual(ended({ kind: 'gone' }), { text: 'ended; how is not known', tone: 'neutral' });
		assert.match(ended({ kind: 'launchFailed', code: 'x', message: 'no\u0007Node' }).text, /no␇Node/);
	});

	it('says that a recording breaks off', () => {
		assert.equal(describeState({ type: 'state', t: 1, state: 'running' }, false).tone, 'bad');
		assert.deepEqual(describeState({ type: 'state', t: 1, state: 'running' }, true), { text: 'running', tone: 'busy' });
		assert.equal(describeState(undefined, true).text, 'starting');
	});
});
