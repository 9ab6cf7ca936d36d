import assert from 'node:assert/strict';
import { Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import {
	allocationTrace,
	startAllocationTrace,
	stopAllocationTrace,
	topAllocations,
} from '../../../../src/runtime/leaks/allocationTrace.ts';

const self = fileURLToPath(import.meta.url);
const held: unknown[] = [];

function keepRows() {
	for (let i = 0; i < 100_000; i++) held.push({ i, twice: [i, i] });
}

function churn() {
	let last: unknown;
	for (let i = 0; i < 100_000; i++) last = [i, last === undefined];
	return last;
}

describe('the allocation trace', () => {
	afterEach(() => {
		held.splice(0);
		if (allocationTrace()) stopAllocationTrace();
	});

	it('names the function that holds, and not the one that let go', () => {
		startAllocationTrace({ intervalBytes: 16 * 1024 });
		keepRows();
		churn();
		// Ends a collection that V8 had begun: what came meanwhile is gone only after the next.
		topAllocations();
		const sites = topAllocations(Number.POSITIVE_INFINITY);
		const [most] = sites;
		assert.equal(most?.functionName, 'keepRows');
		assert.equal(most.file, self);
		assert.equal(most.line, 14);
		assert.equal(most.kind, 'user');
		// Two arrays and objects of 100 000: some 9 MB.
		assert.ok(most.bytes > 4e6 && most.bytes < 20e6, `${most.bytes}`);
		assert.ok(most.samples > 100 && most.share > 0.5 && most.share <= 1);
		assert.ok(!sites.some(({ functionName, bytes }) => functionName === 'churn' && bytes > 500_000));
		assert.equal(allocationTrace()?.collections, 2);
		assert.equal(stopAllocationTrace(1).length, 1);
		assert.equal(allocationTrace(), undefined);
	});

	it('gives the stack, no deeper than asked', () => {
		startAllocationTrace({ depth: 2 });
		keepRows();
		const [most] = stopAllocationTrace();
		assert.equal(most?.frames.length, 2);
		assert.equal(most?.frames[0]?.functionName, 'keepRows');
	});

	it('is started once', () => {
		const first = startAllocationTrace({ intervalBytes: 4096 });
		assert.deepEqual(startAllocationTrace({ intervalBytes: 8192 }), first);
		assert.deepEqual(first, { intervalBytes: 4096, shared: false, collections: 0 });
	});

	it('says that no trace runs', () => {
		assert.throws(() => topAllocations(), { code: 'traceUnavailable' });
		assert.throws(() => stopAllocationTrace(), { code: 'traceUnavailable' });
	});

	it('reads the sampler of another debugger and leaves it running', () => {
		const other = new Session();
		other.connect();
		const post = (method: string) => {
			let failure: Error | null = null;
			other.post(method, error => {
				failure = error;
			});
			return failure;
		};
		try {
			assert.equal(post('HeapProfiler.startSampling'), null);
			assert.equal(startAllocationTrace().shared, true);
			keepRows();
			assert.ok(stopAllocationTrace().some(({ functionName }) => functionName === 'keepRows'));
			assert.equal(post('HeapProfiler.getSamplingProfile'), null);
		} finally {
			other.disconnect();
		}
	});

	it('says when another debugger ended it, and can begin again', () => {
		startAllocationTrace();
		const other = new Session();
		other.connect();
		other.post('HeapProfiler.startSampling');
		other.disconnect();
		assert.throws(() => topAllocations(), { code: 'traceUnavailable', message: /another debugger/ });
		assert.equal(allocationTrace(), undefined);
		startAllocationTrace();
		keepRows();
		assert.equal(stopAllocationTrace()[0]?.functionName, 'keepRows');
	});

	it('refuses wrong options', () => {
		const code = { code: 'invalidOption' };
		for (const options of [{ intervalBytes: 0 }, { intervalBytes: Number.NaN }, { depth: 0 }, { depth: 129 }]) {
			assert.throws(() => startAllocationTrace(options), code);
		}
		assert.throws(() => startAllocationTrace(null as never), code);
		startAllocationTrace();
		for (const limit of [0, -1, 1.5, Number.NaN]) assert.throws(() => topAllocations(limit), code);
	});
});
