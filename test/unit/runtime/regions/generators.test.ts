import assert from 'node:assert/strict';
import { memoryManager } from '../../../../src/runtime/manager.ts';
import { region } from '../../../../src/runtime/regions/region.ts';
import { trackMemory } from '../../../../src/runtime/regions/trackMemory.ts';
import type { SharedHub } from '../../../../src/runtime/reporter.ts';
import { recordingHub } from '../hub.ts';

describe('tracked generators', () => {
	let hub: SharedHub;
	beforeEach(() => {
		hub = recordingHub();
	});
	afterEach(() => hub.leave());

	const counts = (name: string): number[] => {
		const found = memoryManager.regions().find(one => one.name === name);
		return [found?.open ?? 0, found?.calls ?? 0, found?.errors ?? 0];
	};

	it('last from the first step to the end', () => {
		const original = function* (n: number): Generator<number, string> {
			for (let i = 0; i < n; i++) yield region('in generator', () => i);
			return 'done';
		};
		const generator = trackMemory('sync')(original)(2);
		assert.ok(generator instanceof original);
		assert.deepEqual(Object.keys(generator), []);
		assert.deepEqual(counts('sync'), [0, 0, 0]);
		assert.deepEqual(generator.next(), { done: false, value: 0 });
		assert.deepEqual(counts('sync'), [1, 0, 0]);
		assert.deepEqual([...generator], [1]);
		assert.deepEqual(counts('sync'), [0, 1, 0]);
		assert.equal(generator.next().done, true);
		assert.deepEqual(counts('sync'), [0, 1, 0]);
		const { entries } = hub.drain();
		const idOf = (name: string) => entries.find(entry => entry.type === 'region' && entry.name === name);
		const spans = entries.filter(entry => entry.type === 'span');
		const [whole] = spans.filter(span => span.region === (idOf('sync') as { id: number }).id);
		const [inner] = spans.filter(span => span.region === (idOf('in generator') as { id: number }).id);
		assert.equal(inner?.parent, whole?.span);
	});

	it('end where the loop is left, and where they throw', () => {
		const track = trackMemory('left');
		for (const value of track(function* () {
			yield 1;
			yield 2;
		})()) {
			assert.equal(value, 1);
			break;
		}
		assert.deepEqual(counts('left'), [0, 1, 0]);
		const failing = trackMemory('fails')(function* () {
			yield 1;
			throw new Error('expected');
		});
		assert.throws(() => [...failing()], /expected/);
		assert.deepEqual(counts('fails'), [0, 1, 1]);
	});

	it('may be asynchronous', async () => {
		const rows = trackMemory('async')(async function* (n: number) {
			for (let i = 0; i < n; i++) yield i;
			if (n === 3) throw new Error('expected');
		});
		const read = async (n: number) => {
			const seen: number[] = [];
			for await (const row of rows(n)) {
				assert.equal(counts('async')[0], 1);
				seen.push(row);
			}
			return seen;
		};
		assert.deepEqual(await read(2), [0, 1]);
		assert.deepEqual(counts('async'), [0, 1, 0]);
		await assert.rejects(read(3), /expected/);
		assert.deepEqual(counts('async'), [0, 2, 1]);
	});
});
