import assert from 'node:assert/strict';
import { type AttributionRequest, attributionOf } from '../../../src/analysis/attribution.ts';
import { attributionSentence } from '../../../src/analysis/attributionWords.ts';
import { SessionModel } from '../../../src/analysis/sessionModel.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { sampleHeader } from '../../support/sampleSession.ts';

const MB = 1024 * 1024;
const entries: Entry[] = [
	{ type: 'region', t: 0, id: 1, name: 'load\u0007', kind: 'region' },
	{ type: 'span', t: 0, region: 1, span: 1, end: 4_000 },
	{
		type: 'allocations',
		t: 1_200,
		cause: 'schedule',
		intervalBytes: 131_072,
		costMs: 0,
		live: [[1, 100 * MB, 100]],
	},
	{
		type: 'allocations',
		t: 3_400,
		cause: 'schedule',
		intervalBytes: 131_072,
		costMs: 0,
		live: [[1, 100 * MB, 100]],
		born: [[1, 50 * MB, 400]],
		freed: [[1, 50 * MB, 50, 1_200]],
		unseenBytes: 30 * MB,
	},
	{
		type: 'offHeap',
		t: 4_000,
		intervalBytes: 262_144,
		contexts: [[1, [1]]],
		allocated: [[1, 0, 1, 300 * MB, 3]],
		freed: [],
		liveBytes: 300 * MB,
		arrayBuffersBytes: 310 * MB,
	},
];

describe('attributionSentence', () => {
	const model = new SessionModel(sampleHeader);
	for (const entry of entries) model.apply(entry);
	const say = (request: AttributionRequest, of = model, nativeBytes?: number) =>
		attributionSentence(of, request, attributionOf(of, request), nativeBytes);

	it('names the moment, the readings, the error, what is not attributed and what is native', () => {
		const [, , , profile] = entries;
		assert.equal(profile?.type, 'allocations');
		if (profile?.type !== 'allocations') return;
		const said = say({ memory: 'both', measure: 'live', moment: { t: 4_000, profile } }, model, 12 * MB);
		assert.match(said, /^Live at 4\.00 s: 400 MB\. Heap 100 MB.*, as read at 3\.40 s, from one sample per 128 KB\./);
		assert.match(said, /Outside the heap 300 MB, from one sample per 256 KB\./);
		assert.match(said, /The process counts 310 MB of array buffers, 10\.0 MB of them not attributed\./);
		assert.match(said, /12\.0 MB of RSS is native memory/);
	});

	it('says when more was estimated than the process counts, and what that means', () => {
		const counting = (arrayBuffersBytes: number, intervalBytes: number, kind = 0) => {
			const other = new SessionModel(sampleHeader);
			other.apply({
				...{
					type: 'offHeap',
					t: 4_000,
					intervalBytes,
					contexts: [],
					freed: [],
					liveBytes: 300 * MB,
					arrayBuffersBytes,
				},
				allocated: [
					[1, kind, 0, 100 * MB, 20],
					[2, 0, 0, 200 * MB, 40],
				],
			});
			return say({ memory: 'offHeap', measure: 'live' }, other);
		};
		assert.match(counting(299 * MB, 1), /counts 299 MB of array buffers\./);
		assert.match(
			counting(290 * MB, 5 * MB),
			/290 MB of array buffers: the estimate is 10\.0 MB too high, which is within/,
		);
		assert.match(counting(200 * MB, 1), /the estimate is 100 MB too high, so take the shares/);
		// WebAssembly memory is not among array buffers.
		assert.match(counting(200 * MB, 1, 4), /200 MB of array buffers\./);
		assert.match(counting(230 * MB, 1, 4), /230 MB of array buffers, 30\.0 MB of them not attributed\./);
	});

	it('names the readings that a window of the heap really lies between', () => {
		const said = say({ memory: 'heap', measure: 'allocated', window: { min: 2_000, max: 3_000 } });
		assert.match(
			said,
			/^Allocated between 2\.00 s and 3\.00 s: 50\.0 MB\. Heap 50\.0 MB ± \S+ MB, as read at 1\.20 s and 3\.40 s/,
		);
		assert.match(said, /30\.0 MB more came and went between two readings/);
		assert.doesNotMatch(said, /Outside/);
	});

	it('says which figures of a region are exact and which are not', () => {
		const said = say({ memory: 'both', measure: 'alive', region: 1 });
		assert.match(said, /^Allocated in the whole run and alive at its end in calls of “load.*”: \d/);
		assert.match(said, /by time: an approximation\. .*exact, also across await/);
		assert.ok(!said.includes('\u0007'));
	});

	it('says how many calls of a region have no share', () => {
		const busy = new SessionModel(sampleHeader);
		for (const entry of entries) busy.apply(entry);
		assert.doesNotMatch(say({ memory: 'heap', measure: 'allocated', region: 1 }, busy), /short calls/);
		busy.apply({
			type: 'regionStats',
			t: 4_000,
			region: 1,
			calls: 41,
			measuredCalls: 1,
			open: 0,
			errors: 0,
			totalMs: 1,
			maxMs: 1,
		});
		assert.match(
			say({ memory: 'heap', measure: 'allocated', region: 1 }, busy),
			/40 short calls were not told one by one/,
		);
	});

	it('says of a program that it is no Node', () => {
		const program = new SessionModel(sampleHeader);
		const facts = { nodeVersion: '', v8Version: '', platform: 'linux', arch: 'x64', cwd: '/', runtime: false };
		program.apply({ type: 'process', t: 0, pid: 7, ...facts });
		assert.equal(
			say({ memory: 'both', measure: 'live' }, program),
			'This is a program, no Node: of its memory only the RSS is known.',
		);
	});

	it('says why there is nothing', () => {
		const empty = new SessionModel(sampleHeader);
		assert.match(
			say({ memory: 'both', measure: 'live' }, empty),
			/^Live: nothing known\. The heap was not read yet.*offHeap is off/,
		);
		const window = { min: 10_000, max: 11_000 };
		assert.match(
			say({ memory: 'both', measure: 'freed', window }),
			/The heap was not read in this time\. Memory outside/,
		);
	});
});
