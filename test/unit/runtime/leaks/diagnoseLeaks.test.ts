import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { diagnoseLeaks } from '../../../../src/runtime/leaks/diagnoseLeaks.ts';
import type { LeakDiagnosis } from '../../../../src/runtime/leaks/diagnosisTypes.ts';
import { ObjectPool } from '../../../../src/runtime/pools/objectPool.ts';
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
		];
		for (const options of wrong) await assert.rejects(diagnoseLeaks(options as object), { code: 'invalidOption' });
	});
});
