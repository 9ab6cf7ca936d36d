import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { WeakValueCache } from '../../../../src/runtime/caches/weakValueCache.ts';
import { diagnoseLeaks } from '../../../../src/runtime/leaks/diagnoseLeaks.ts';
import type { LeakDiagnosis, LeakFinding } from '../../../../src/runtime/leaks/diagnosisTypes.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
import { region } from '../../../../src/runtime/regions/region.ts';
import { registerForCleanup } from '../../../../src/runtime/scopes/cleanupRegistry.ts';
import { recordingHub } from '../hub.ts';

const quick = { rounds: 3, constructors: 'never' } as const;
const find = ({ findings }: LeakDiagnosis, kind: string, name: string) =>
	findings.find(finding => finding.kind === kind && finding.title.includes(`"${name}"`));

describe('diagnoseLeaks', () => {
	it('runs the operation once to warm up and once per round', async () => {
		const rounds: number[] = [];
		const { rounds: measured } = await diagnoseLeaks({ ...quick, during: async round => rounds.push(round) });
		assert.deepEqual(rounds, [0, 1, 2, 3]);
		assert.equal(measured.length, 4);
		assert.ok(measured.every(({ heapUsedBytes, rssBytes }) => heapUsedBytes > 0 && rssBytes > 0));
	});

	it('finds registered objects that are never cleaned, and names one that only lives long', async () => {
		const held: { dispose(): void }[] = [];
		const make = (name: string) => {
			const object = { dispose: () => {} };
			registerForCleanup(object, { name });
			held.push(object);
		};
		make('lasting');
		const found = await diagnoseLeaks({ ...quick, during: () => make('piling') });
		assert.equal(find(found, 'neverDied', 'piling')?.severity, 'warning');
		assert.match(find(found, 'neverDied', 'piling')?.evidence[0] ?? '', /: 1, 2, 3, 4\.$/);
		assert.equal(find(found, 'neverDied', 'lasting')?.severity, 'info');
		assert.match(find(found, 'neverDied', 'lasting')?.site?.file ?? '', /diagnoseLeaks\.test\.ts$/);
		assert.equal(held.length, 5);
	});

	it('does not count registered objects that are let go', async () => {
		const found = await diagnoseLeaks({
			...quick,
			during: () => void registerForCleanup({ dispose: () => {} }, { name: 'fleeting' }),
		});
		assert.equal(find(found, 'neverDied', 'fleeting'), undefined);
	});

	it('finds a pool whose objects are kept, and none in one that is used well', async () => {
		const held: object[] = [];
		using kept = new ObjectPool({ name: 'kept', max: 10, create: () => ({}) });
		using used = new ObjectPool({ name: 'used', max: 10, create: () => ({}) });
		const found = await diagnoseLeaks({
			...quick,
			during: async () => {
				held.push(await kept.acquire());
				await used.use(() => {});
			},
		});
		const finding = find(found, 'poolLeak', 'kept');
		assert.equal(finding?.tool, 'ObjectPool.use');
		assert.match(finding?.evidence[0] ?? '', /^4 of at most 10 objects are out/);
		assert.equal(find(found, 'poolLeak', 'used'), undefined);
		assert.ok(found.recommendations.includes(finding?.advice ?? ''));
		assert.equal(held.length, 4);
	});

	it('reports its findings and then its end', async () => {
		const hub = recordingHub();
		const held: Buffer[] = [];
		const during = () => void held.push(Buffer.alloc(1_000_000, 1));
		const { findings, notLookedAt } = await diagnoseLeaks({ ...quick, during });
		const told = hub.drain().entries.filter(({ type }) => type === 'finding' || type === 'diagnosis');
		hub.leave();
		assert.ok(told.every(isEntry), JSON.stringify(told));
		assert.equal(told.length, findings.length + 1);
		const last = told.at(-1);
		assert.ok(last?.type === 'diagnosis' && last.findings === findings.length);
		assert.deepEqual(last.notLookedAt, notLookedAt);
		assert.match(notLookedAt.join(), /Growth by constructor: not asked for/);
		assert.equal(held.length, 4);
	});

	it('hands on what the operation throws, and lets go of the sampler', async () => {
		const broken = new Error('broken');
		await assert.rejects(
			diagnoseLeaks({
				...quick,
				during: () => {
					throw broken;
				},
			}),
			broken,
		);
		await assert.doesNotReject(diagnoseLeaks({ ...quick, during: () => {} }));
	});

	it('ends when it is aborted', async () => {
		const controller = new AbortController();
		const enough = new Error('enough');
		const watching = diagnoseLeaks({ ...quick, intervalMs: 60_000, signal: controller.signal });
		setImmediate(() => setImmediate(() => controller.abort(enough)));
		await assert.rejects(watching, enough);
		await assert.rejects(diagnoseLeaks({ ...quick, signal: controller.signal }), enough);
	});

	it('ends when it is aborted while the operation goes on', async () => {
		const controller = new AbortController();
		const enough = new Error('enough');
		const during = () => {
			setImmediate(() => controller.abort(enough));
			return new Promise(() => {});
		};
		await assert.rejects(diagnoseLeaks({ ...quick, during, signal: controller.signal }), enough);
		assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
		// Its own end, not one that the signal brought.
		const quiet = new AbortController();
		await diagnoseLeaks({ ...quick, during: () => {}, signal: quiet.signal });
		assert.equal(getEventListeners(quiet.signal, 'abort').length, 0);
	});

	it('finds a weak cache whose values somebody else keeps', async () => {
		const held: object[] = [];
		const kept = new WeakValueCache<number, object>({ name: 'kept elsewhere' });
		const free = new WeakValueCache<number, object>({ name: 'let go' });
		const found = await diagnoseLeaks({
			...quick,
			during: round => {
				for (let i = 0; i < 100; i++) {
					held.push({ round });
					kept.set(held.length, held.at(-1) ?? {});
					free.set(held.length, { round });
				}
			},
		});
		const growth = find(found, 'weakCacheGrowth', 'kept elsewhere');
		assert.match(growth?.evidence[0] ?? '', /: 100, 200, 300, 400\.$/);
		assert.match(growth?.site?.file ?? '', /diagnoseLeaks\.test\.ts$/);
		assert.equal(find(found, 'weakCacheGrowth', 'let go'), undefined);
	});

	it('names who holds much of the heap, without alarm when it does not grow', async () => {
		let table: object[] = [];
		function refillTable() {
			table = Array.from({ length: 200_000 }, (_, row) => ({ row, cells: [row] }));
		}
		const found = await diagnoseLeaks({ ...quick, during: refillTable });
		const consumer = found.findings.find(
			({ kind, title }) => kind === 'topConsumer' && /allocated .* of what is live/.test(title),
		);
		assert.ok(consumer, JSON.stringify(found.findings));
		assert.equal(consumer.severity, 'info');
		assert.match(consumer.site?.file ?? '', /diagnoseLeaks\.test\.ts$/);
		assert.ok((consumer.bytes ?? 0) > 200_000 * 40, `${consumer.bytes}`);
		assert.deepEqual(
			found.findings.filter(({ kind }) => kind === 'siteGrowth'),
			[],
		);
		assert.deepEqual(found.recommendations, []);
		assert.equal(table.length, 200_000);
	});

	it('counts by constructor only where the heap is small, unless it is asked to', async () => {
		const large = new Array(10 * 1024 * 1024).fill(0.5);
		const options = { rounds: 2, during: () => {} } as const;
		const [sentence = '', ...rest] = (await diagnoseLeaks(options)).notLookedAt;
		assert.match(sentence, /Growth by constructor: the heap is larger than 48 MB/);
		assert.deepEqual(rest, []);
		assert.deepEqual((await diagnoseLeaks({ ...options, constructors: 'always' })).notLookedAt, []);
		assert.ok(large.length > 0);
	});

	describe('of buffers, in a profiled program', () => {
		const held: Buffer[] = [];
		const leave = () => void Buffer.alloc(4 * 1024 * 1024, 1);
		const keep = () => void held.push(Buffer.alloc(1024 * 1024, 1));
		afterEach(() => held.splice(0));

		const growth = async (during: () => void): Promise<LeakFinding> => {
			const hub = recordingHub();
			try {
				const { findings } = await diagnoseLeaks({ ...quick, during });
				const found = findings.find(({ title }) => title.startsWith('Array buffers are kept'));
				assert.ok(found, JSON.stringify(findings));
				return found;
			} finally {
				hub.leave();
			}
		};

		it('names the region that kept them, not one that only leaves garbage', async () => {
			const found = await growth(() => {
				region('leaves garbage', leave);
				region('keeps', keep);
			});
			assert.match(found.evidence.at(-1) ?? '', /region "keeps" ended with/);
			assert.match(found.site?.file ?? '', /diagnoseLeaks\.test\.ts$/);
		});

		it('names none when none accounts for the growth', async () => {
			const found = await growth(() => {
				region('leaves garbage', leave);
				keep();
			});
			assert.equal(found.site, undefined);
			assert.doesNotMatch(found.evidence.join(), /region/);
		});
	});

	it('refuses wrong options', async () => {
		const wrong = [
			{ rounds: 1 },
			{ rounds: 2.5 },
			{ rounds: Number.NaN },
			{ intervalMs: 0 },
			{ intervalMs: Number.NaN },
			{ constructors: 'some' },
			{ intervalBytes: 10 },
			{ during: 1 },
			{ signal: {} },
			{ intervalMs: '5' },
			null,
		];
		for (const options of wrong) await assert.rejects(diagnoseLeaks(options as never), { code: 'invalidOption' });
	});
});
