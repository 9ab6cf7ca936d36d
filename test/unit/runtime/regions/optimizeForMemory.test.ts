import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { ownCollections } from '../../../../src/runtime/collection/ownCollections.ts';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { optimizeForMemory } from '../../../../src/runtime/regions/optimizeForMemory.ts';
import { recordingHub } from '../hub.ts';

describe('optimizeForMemory', () => {
	const collections = () => ownCollections().collections;

	it('collects before and after, and not meanwhile', () => {
		const before = collections();
		const during: number[] = [];
		const work = optimizeForMemory((n: number) => {
			during.push(collections());
			memoryManager.gc.collect({ force: true });
			during.push(collections());
			return n * 2;
		});
		assert.equal(work(4), 8);
		assert.deepEqual(during, [before + 1, before + 1]);
		assert.equal(collections(), before + 2);
	});

	it('waits for a promise, and collects when the function fails, too', async () => {
		const before = collections();
		const wrong = new Error('wrong');
		const late = optimizeForMemory(async () => {
			await null;
			assert.equal(collections(), before + 1);
			throw wrong;
		});
		await assert.rejects(late(), wrong);
		assert.equal(collections(), before + 2);
		const now = optimizeForMemory(() => {
			throw wrong;
		});
		assert.throws(now, wrong);
		assert.equal(collections(), before + 4);
	});

	it('keeps this, arguments, name and length', () => {
		const box = {
			factor: 3,
			times: optimizeForMemory(function times(this: { factor: number }, a: number, b: number) {
				return this.factor * a * b;
			}),
		};
		assert.equal(box.times(2, 5), 30);
		assert.deepEqual([box.times.name, box.times.length], ['times', 2]);
	});

	it('shares the collections of the outermost call', () => {
		const before = collections();
		const countdown: (n: number) => number = optimizeForMemory((n: number) => (n === 0 ? 0 : countdown(n - 1)));
		assert.equal(countdown(5), 0);
		assert.equal(collections(), before + 2);
	});

	it('decorates a method', () => {
		class Collection {
			readonly seen: string[] = [];
			process(file: string) {
				this.seen.push(file);
				return this.seen.length;
			}
		}
		// As a standard decorator is called; Node does not run the syntax itself.
		const context = { kind: 'method', name: 'process' } as ClassMethodDecoratorContext<
			Collection,
			(file: string) => number
		>;
		Collection.prototype.process = optimizeForMemory(Collection.prototype.process, context);
		const before = collections();
		assert.equal(new Collection().process('a'), 1);
		assert.equal(collections(), before + 2);
	});

	it('refuses what is no function that does its work when called', () => {
		const invalid = { name: 'MemoryManagerError', code: 'invalidInput' };
		for (const wrong of [undefined, 'load', {}, function* () {}, async function* () {}]) {
			assert.throws(() => optimizeForMemory(wrong as never), invalid);
		}
		assert.throws(() => optimizeForMemory((() => {}) as never, { kind: 'getter' } as never), invalid);
	});

	it('is seen by the profiler as a region and a cleanup with both collections', async () => {
		const hub = recordingHub();
		const rebuild = optimizeForMemory(async function rebuild() {
			return Buffer.alloc(5_000_000, 1).length;
		});
		assert.equal(await rebuild(), 5_000_000);
		const { entries } = hub.drain();
		hub.leave();
		assert.ok(entries.every(isEntry));
		const region = entries.find(entry => entry.type === 'region');
		assert.deepEqual([region?.kind, region?.name], ['optimizeForMemory', 'rebuild']);
		assert.equal(region?.site?.file, fileURLToPath(import.meta.url));
		const cleanup = entries.find(entry => entry.type === 'cleanup');
		assert.deepEqual([cleanup?.cause, cleanup?.label, cleanup?.steps.length], ['optimizeForMemory', 'rebuild', 2]);
		assert.ok((cleanup?.steps[1]?.freedBytes ?? 0) > 4_000_000);
		assert.match(cleanup?.steps[0]?.detail ?? '', /^full collection before, /);
	});
});
