import assert from 'node:assert/strict';
import { AllocationLedger } from '../../../../src/analysis/allocationLedger.ts';
import { type HeapSample, LiveSamples } from '../../../../src/engine/collectors/liveSamples.ts';

const KB = 1024;
const sample = (ordinal: number, node = 1, bytes = 128 * KB): HeapSample => ({ node, ordinal, bytes });

/** What V8 says of the same samples, without its rounding. */
function sums(samples: readonly HeapSample[]): Map<number, number> {
	const bytes = new Map<number, number>();
	for (const { node, bytes: size } of samples) bytes.set(node, (bytes.get(node) ?? 0) + size);
	return bytes;
}
const read = (live: LiveSamples, t: number, samples: readonly HeapSample[], heapUsedBytes?: number) =>
	live.read(t, samples, sums(samples), heapUsedBytes);

describe('LiveSamples', () => {
	it('tells what was born and what is gone, and when that was seen first', () => {
		const tested = new LiveSamples();
		const first = read(tested, 10, [sample(1), sample(2, 2)]);
		assert.deepEqual(first.live, [
			[1, 128 * KB, 1],
			[2, 128 * KB, 1],
		]);
		assert.deepEqual([first.born, first.freed], [undefined, []]);
		const second = read(tested, 20, [sample(2, 2), sample(5), sample(7)]);
		assert.deepEqual(second.born, [[1, 256 * KB, 2]]);
		assert.deepEqual(second.freed, [[1, 128 * KB, 1, 10]]);
		const third = read(tested, 30, [sample(7)]);
		assert.deepEqual(third.born, []);
		assert.deepEqual(third.freed, [
			[2, 128 * KB, 1, 10],
			[1, 128 * KB, 1, 20],
		]);
		assert.equal(tested.highestOrdinal, 7);
	});

	it('leaves a sample where it was seen first, and counts it once, when V8 tells it under another node', () => {
		const tested = new LiveSamples();
		read(tested, 1, [sample(1), sample(2)]);
		const { live, born, freed } = read(tested, 2, [sample(1, 8), sample(2, 8), sample(3, 8)]);
		assert.deepEqual(live, [
			[1, 256 * KB, 2],
			[8, 128 * KB, 1],
		]);
		assert.deepEqual([born, freed], [[[8, 128 * KB, 1]], []]);
	});

	it("follows V8's scaling, which is coarse for a single object and right for several", () => {
		const tested = new LiveSamples();
		// An object of the interval's size stands for 1.58 of them: V8 says 2 of one, 3 of two, 5 of three.
		for (const [count, scaled] of [
			[1, 2],
			[2, 3],
			[3, 5],
			[12, 19],
		] as const) {
			const samples = Array.from({ length: count }, (_, i) => sample(i + 1, 1, 256 * KB));
			const { live } = tested.read(count, samples, new Map([[1, scaled * 128 * KB]]), undefined);
			const [[, bytes = 0, samplesOf] = []] = live;
			assert.equal(samplesOf, count);
			// Each sample's bytes are whole ones.
			assert.ok(Math.abs(bytes - scaled * 128 * KB) <= count, `${bytes} for ${scaled}`);
		}
	});

	it('keeps what is live the sum of what was born minus what was freed, over any run', () => {
		const tested = new LiveSamples();
		const ledger = new AllocationLedger();
		let alive: HeapSample[] = [];
		let seed = 1;
		const random = () => {
			seed = (seed * 48_271) % 2_147_483_647;
			return seed / 2_147_483_647;
		};
		let ordinal = 0;
		let live: readonly [number, number, number][] = [];
		for (let t = 1; t <= 60; t++) {
			alive = alive.filter(() => random() < 0.7);
			for (let i = random() * 40; i > 0; i--)
				alive.push(sample(++ordinal, 1 + Math.floor(random() * 5), 8 + random() * 300_000));
			const heapUsed = 1e6 + alive.reduce((sum, { bytes }) => sum + bytes, 0);
			const change = read(tested, t, alive, heapUsed);
			live = change.live;
			ledger.addHeap({ type: 'allocations', t, cause: 'schedule', intervalBytes: 1, costMs: 0, ...change });
			if (t % 20 === 0) {
				tested.carryOver(heapUsed);
				// A new sampler knows nothing of what is there.
				alive = [];
				ordinal = 0;
			}
		}
		const bytes = new Map<number, number>();
		for (const { born, freed } of ledger.heap) {
			for (const [node, size] of born) bytes.set(node, (bytes.get(node) ?? 0) + size);
			for (const [node, size] of freed) bytes.set(node, (bytes.get(node) ?? 0) - size);
		}
		for (const [node, size] of live) assert.equal(bytes.get(node), size, `node ${node}`);
		assert.deepEqual(
			[...bytes]
				.filter(([, size]) => size !== 0)
				.map(([node]) => node)
				.sort(),
			live.map(([node]) => node).sort(),
		);
		assert.ok([...bytes.values()].every(size => size >= 0));
	});

	it('counts down what an earlier sampler saw as the heap as a whole tells, and never up', () => {
		const tested = new LiveSamples();
		const old = [sample(1), sample(2, 2, 384 * KB)];
		read(tested, 1, old, 1_512 * KB);
		// 1000 KB are of no sample.
		tested.carryOver(1_512 * KB);
		const half = read(tested, 2, [sample(1, 3)], (1_000 + 256 + 128) * KB);
		assert.deepEqual(half.born, [[3, 128 * KB, 1]]);
		assert.deepEqual(
			(half.freed ?? []).map(([node, bytes, , bornAt]) => [node, bytes, bornAt]),
			[
				[1, 64 * KB, 1],
				[2, 192 * KB, 1],
			],
		);
		const grown = read(tested, 3, [sample(1, 3)], 5_000 * KB);
		assert.deepEqual(grown.freed, []);
		const gone = read(tested, 4, [], 900 * KB);
		assert.deepEqual(gone.live, []);
		assert.deepEqual((gone.freed ?? []).map(([node, bytes]) => [node, bytes]).sort(), [
			[1, 64 * KB],
			[2, 192 * KB],
			[3, 128 * KB],
		]);
	});
});
