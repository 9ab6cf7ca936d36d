import assert from 'node:assert/strict';
import { endReason, outOfMemoryCause } from '../../../src/engine/endReason.ts';

const nothing = { stopped: false, atHeapLimit: false };
const last = (text: string) =>
	`row 1\n<--- Last few GCs --->\n\nFATAL ERROR: ${text}\n----- Native stack trace -----\n`;
const HEAP = 'Allocation failed - JavaScript heap out of memory';

describe('endReason', () => {
	it('knows what V8 says when its heap is full', () => {
		const causes = [
			['Reached heap limit', 'heapLimit'],
			['Ineffective mark-compacts near heap limit', 'ineffectiveMarkCompacts'],
			['invalid array length', 'allocation'],
			['CALL_AND_RETRY_LAST', 'allocation'],
		];
		for (const [words, cause] of causes) assert.equal(outOfMemoryCause(last(`${words} ${HEAP}`)), cause);
		assert.equal(outOfMemoryCause(last('v8::ToLocalChecked Empty MaybeLocal')), undefined);
		assert.equal(outOfMemoryCause('RangeError: Array buffer allocation failed'), undefined);
		assert.equal(outOfMemoryCause(`I read: FATAL ERROR: Reached heap limit ${HEAP}`), undefined, 'a quotation');
	});

	it('tells out of memory by words, by the pause at the limit, or by a full heap that nobody heard', () => {
		const abort = { code: null, signal: 'SIGABRT' as const };
		const stderrTail = last(`Reached heap limit ${HEAP}`);
		assert.deepEqual(endReason(abort, { ...nothing, stderrTail, heapLimitBytes: 5 }), {
			kind: 'outOfMemory',
			limitBytes: 5,
			cause: 'heapLimit',
		});
		assert.deepEqual(endReason(abort, { ...nothing, atHeapLimit: true }), { kind: 'outOfMemory' });
		assert.deepEqual(endReason(abort, { ...nothing, heapShare: 0.97 }), { kind: 'outOfMemory' });
		assert.deepEqual(endReason({ code: null, signal: 'SIGTRAP' }, { ...nothing, stderrTail }), {
			kind: 'outOfMemory',
			cause: 'heapLimit',
		});
		assert.deepEqual(endReason({ code: 134, signal: null }, { ...nothing, stderrTail }), {
			kind: 'outOfMemory',
			cause: 'heapLimit',
		});
	});

	it('tells a crash at the heap limit from one elsewhere', () => {
		const crash = { code: null, signal: 'SIGSEGV' as const };
		assert.deepEqual(endReason(crash, { ...nothing, heapShare: 0.96, heapLimitBytes: 5, stderrTail: '' }), {
			kind: 'outOfMemory',
			limitBytes: 5,
		});
		assert.deepEqual(endReason(crash, { ...nothing, heapShare: 0.5 }), { kind: 'signal', signal: 'SIGSEGV' });
	});

	it('does not blame memory for other ends', () => {
		const abort = { code: null, signal: 'SIGABRT' as const };
		assert.deepEqual(endReason(abort, { ...nothing, stderrTail: 'assertion failed', heapShare: 0.99 }), {
			kind: 'signal',
			signal: 'SIGABRT',
		});
		assert.deepEqual(endReason(abort, { ...nothing, heapShare: 0.5 }), { kind: 'signal', signal: 'SIGABRT' });
		const stderrTail = last(`Reached heap limit ${HEAP}`);
		// A script that reports of another one.
		assert.deepEqual(endReason({ code: 1, signal: null }, { ...nothing, stderrTail }), { kind: 'exit', code: 1 });
		assert.deepEqual(endReason({ code: 137, signal: null }, nothing), { kind: 'exit', code: 137 });
		assert.deepEqual(endReason({ code: null, signal: 'SIGKILL' }, nothing), { kind: 'signal', signal: 'SIGKILL' });
	});

	it('tells kills of the kernel, behind a shell too', () => {
		const memoryKill = { by: 'container' as const, limitBytes: 7 };
		const killed = { kind: 'memoryKill', by: 'container', limitBytes: 7 };
		assert.deepEqual(endReason({ code: null, signal: 'SIGKILL' }, { ...nothing, memoryKill }), killed);
		assert.deepEqual(endReason({ code: 137, signal: null }, { ...nothing, memoryKill }), killed);
		assert.deepEqual(endReason({ code: 0, signal: null }, { ...nothing, memoryKill }), { kind: 'exit', code: 0 });
		const stopped = { ...nothing, stopped: true, memoryKill };
		assert.deepEqual(endReason({ code: null, signal: 'SIGKILL' }, stopped), { kind: 'stopped' });
	});
});
