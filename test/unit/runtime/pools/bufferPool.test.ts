import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { BufferPool, type BufferPoolOptions } from '../../../../src/runtime/pools/bufferPool.ts';
import { recordingHub } from '../hub.ts';

const make = (more: object = {}) =>
	new BufferPool({ name: 'blocks', bufferBytes: 1024, max: 2, ...more } as BufferPoolOptions);

/** What `postMessage` with a transfer list does to the sender's buffer. */
function transfer(buffer: Buffer): void {
	const { port1, port2 } = new MessageChannel();
	port1.postMessage(null, [buffer.buffer as ArrayBuffer]);
	port1.close();
	port2.close();
}

describe('BufferPool', () => {
	it('cannot be built without a size and a bound', () => {
		const wrong: [object | null, RegExp][] = [
			[null, /"options" must be an object/],
			[{ name: 'b', max: 1 }, /"bufferBytes" must be a whole number of bytes from 1 to \d+, not undefined/],
			[{ name: 'b', bufferBytes: 0, max: 1 }, /"bufferBytes"/],
			[{ name: 'b', bufferBytes: 1.5, max: 1 }, /"bufferBytes"/],
			[{ name: 'b', bufferBytes: Number.MAX_VALUE, max: 1 }, /"bufferBytes"/],
			[{ name: 'b', bufferBytes: 10 }, /^BufferPool "b": give either "max" or "maxBytes"; neither was given\.$/],
			[{ name: 'b', bufferBytes: 10, max: 1, maxBytes: 10 }, /either "max" or "maxBytes"; both were given\.$/],
			[{ name: 'b', bufferBytes: 10, maxBytes: 9 }, /"maxBytes" must be at least "bufferBytes"/],
			[{ name: 'b', bufferBytes: 10, maxBytes: Number.NaN }, /"maxBytes" must be a positive whole number/],
			[{ name: 'b', bufferBytes: 10, max: -1 }, /^BufferPool "b": "max" must be a positive whole number/],
			[{ name: '', bufferBytes: 10, max: 1 }, /^BufferPool: "name"/],
			[{ bufferBytes: 10, max: 1 }, /^BufferPool: "name"/],
			[
				{ name: 'b', bufferBytes: 10, maxx: 1 },
				/no option "maxx"\. The options are name, bufferBytes, max, maxBytes, /,
			],
		];
		for (const [options, message] of wrong) {
			assert.throws(() => new BufferPool(options as BufferPoolOptions), { code: 'invalidOption', message });
		}
	});

	it('refuses an unknown answer to pressure', () => {
		const options = { name: 'blocks', bufferBytes: 8, max: 1, underPressure: '' as 'keep' };
		assert.throws(() => new BufferPool(options), { message: /"shrink" or "keep"/ });
	});

	it('hands the same memory out again, and counts it', async () => {
		const pool = make({ max: undefined, maxBytes: 2100 });
		const first = await pool.acquire();
		const address = first.buffer;
		pool.release(first);
		await pool.use(buffer => assert.equal(buffer.buffer, address));
		const { allocations, reuses, available, bytes, max, bufferBytes } = pool.stats();
		assert.deepEqual(
			{ allocations, reuses, available, bytes, max, bufferBytes },
			{ allocations: 1, reuses: 1, available: 1, bytes: 1024, max: 2, bufferBytes: 1024 },
		);
	});

	it('gives each buffer memory of its own', () => {
		const pool = make({ bufferBytes: 10 });
		const buffer = pool.tryAcquire();
		assert.equal(buffer?.buffer.byteLength, 10);
	});

	it('never shows the bytes of the last holder when zeros are asked for', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 6 }), async fills => {
				const pool = make({ max: 1 });
				for (const fill of fills) await pool.use(buffer => buffer.fill(fill));
				const buffer = await pool.acquire({ zeroed: true });
				assert.ok(buffer.every(byte => byte === 0));
				pool.release(buffer.fill(1));
				assert.ok(pool.tryAcquire({ zeroed: true })?.every(byte => byte === 0));
			}),
			{ numRuns: 30 },
		);
	});

	it('refuses views, foreign buffers and a second release', async () => {
		const pool = make();
		const buffer = await pool.acquire();
		for (const view of [buffer.subarray(0, 5), buffer.subarray(), new DataView(buffer.buffer)]) {
			assert.throws(() => pool.release(view as Buffer), { code: 'notPoolObject', message: /is a view of a buffer/ });
		}
		assert.throws(() => pool.release(Buffer.alloc(1024)), { code: 'notPoolObject', message: /did not come from/ });
		pool.release(buffer);
		assert.throws(() => pool.release(buffer), { code: 'alreadyReleased' });
	});

	it('replaces a buffer that was transferred, on loan or idle', async () => {
		const pool = make({ max: 1 });
		const sent = await pool.acquire();
		transfer(sent);
		pool.release(sent);
		const { allocations, available, destroyed } = pool.stats();
		assert.deepEqual({ allocations, available, destroyed }, { allocations: 1, available: 0, destroyed: 1 });
		const kept = await pool.acquire();
		assert.equal(kept.length, 1024);
		pool.release(kept);
		transfer(kept);
		assert.equal((await pool.acquire()).length, 1024);
		assert.equal(pool.stats().allocations, 3);
	});

	it('waits like any pool', async () => {
		const pool = make({ max: 1 });
		const held = await pool.acquire();
		await assert.rejects(pool.acquire({ timeoutMs: 1 }), { code: 'acquireTimeout' });
		const next = pool.acquire({ zeroed: true });
		pool.release(held.fill(7));
		assert.ok((await next).every(byte => byte === 0));
	});

	it('tells the exact bytes that pressure freed', async () => {
		const pool = make({ max: 4, bufferBytes: 4096 });
		const buffers = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
		for (const buffer of buffers) pool.release(buffer);
		assert.deepEqual(pool.relieve('elevated'), { freedBytes: 8192, detail: '2 idle objects destroyed' });
		assert.deepEqual(pool.relieve('critical'), { freedBytes: 8192, detail: '2 idle objects destroyed' });
		assert.equal(pool.stats().bytes, 0);
	});

	it('says so when the system refuses the memory', async () => {
		// More than any machine has, less than the largest buffer there can be.
		const pool = make({ bufferBytes: 2 ** 47, max: 1 });
		await assert.rejects(pool.acquire(), { code: 'insufficientMemory', message: /the system refused the/ });
		assert.deepEqual([pool.stats().inUse, pool.stats().waiting], [0, 0]);
	});

	it('reports as a pool, from where it was made', () => {
		const hub = recordingHub();
		using pool = make({ name: 'reported' });
		pool.tryAcquire();
		const [entry] = hub.drain().entries.filter(entry => entry.type === 'pool' && entry.name === 'reported');
		assert.ok(entry?.type === 'pool');
		assert.deepEqual([entry.name, entry.inUse, entry.max], ['reported', 1, 2]);
		assert.match(entry.site?.file ?? '', /bufferPool\.test\.ts$/);
		hub.leave();
	});
});
