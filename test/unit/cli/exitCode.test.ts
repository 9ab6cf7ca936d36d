import assert from 'node:assert/strict';
import { exitCodeOf } from '../../../src/cli/exitCode.ts';

describe('exitCodeOf', () => {
	it('is the code of the script', () => assert.equal(exitCodeOf({ kind: 'exit', code: 7 }), 7));
	it('is 128 and the signal', () => assert.equal(exitCodeOf({ kind: 'signal', signal: 'SIGKILL' }), 137));
	it('is that of an abort when memory ran out', () => assert.equal(exitCodeOf({ kind: 'outOfMemory' }), 134));
	it('is that of Ctrl-C when it was stopped', () => assert.equal(exitCodeOf({ kind: 'stopped' }), 130));
});
