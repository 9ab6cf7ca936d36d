import assert from 'node:assert/strict';
import { isEntry } from '../../../../src/protocol/entryGuards.ts';
import { MemoryAnalyzer } from '../../../../src/runtime/leaks/memoryAnalyzer.ts';
import { recordingHub } from '../hub.ts';

const MB = 1024 * 1024;
const kept: unknown[] = [];

/** Holds so much when it ends. */
const takes = (bytes: number) => () => void kept.push(Buffer.alloc(bytes, 1));

describe('MemoryAnalyzer', () => {
	afterEach(() => kept.splice(0));

	it('measures an operation against its input', async () => {
		const analyzer = new MemoryAnalyzer();
		const { result, profile } = await analyzer.analyze('copy', { inputBytes: 4 * MB }, () => {
			takes(16 * MB)();
			return 'done';
		});
		assert.equal(result, 'done');
		assert.ok(profile.peakBytes >= 16 * MB && profile.peakBytes < 24 * MB, `${profile.peakBytes}`);
		assert.equal(profile.ratio, profile.peakBytes / (4 * MB));
		const { ms, ...stats } = { ms: 0, ...analyzer.operationStats('copy') };
		assert.equal(ms, 0);
		assert.deepEqual(stats, {
			name: 'copy',
			count: 1,
			failed: 0,
			peakBytes: profile.peakBytes,
			averagePeakBytes: profile.peakBytes,
			averageRatio: profile.ratio,
			maxRatio: profile.ratio,
			totalMs: profile.ms,
		});
	});

	it('names the operations that need too much for their input, the worst first', async () => {
		const analyzer = new MemoryAnalyzer({ collect: false });
		await analyzer.analyze('small', { inputBytes: 32 * MB }, takes(4 * MB));
		await analyzer.analyze('bad', { inputBytes: MB }, takes(8 * MB));
		await analyzer.analyze('worse', { inputBytes: MB }, async () => takes(32 * MB)());
		assert.deepEqual(
			analyzer.problematicOperations().map(({ name }) => name),
			['worse', 'bad'],
		);
		assert.deepEqual(
			analyzer.problematicOperations(20).map(({ name }) => name),
			['worse'],
		);
		const report = analyzer.report();
		assert.equal(report.totalAnalyzed, 3);
		assert.equal(report.problematic.length, 2);
		assert.deepEqual(Object.keys(report.profiles), ['small', 'bad', 'worse']);
		assert.equal(report.overall?.peakBytes, Math.max(...report.operations.map(({ peakBytes }) => peakBytes)));
		assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
	});

	it('counts one that fails and hands its error on', async () => {
		const analyzer = new MemoryAnalyzer();
		const broken = new Error('broken');
		await assert.rejects(
			analyzer.analyze('parse', {}, () => {
				throw broken;
			}),
			broken,
		);
		await assert.rejects(
			analyzer.analyze('parse', {}, () => Promise.reject(broken)),
			broken,
		);
		const stats = analyzer.operationStats('parse');
		assert.equal(stats?.failed, 2);
		assert.equal(stats?.averageRatio, undefined);
	});

	it('says when analyses ran at the same time', async () => {
		const analyzer = new MemoryAnalyzer({ collect: false });
		const pause = () => new Promise(resolve => setTimeout(resolve, 5));
		const both = await Promise.all([analyzer.analyze('a', {}, pause), analyzer.analyze('b', {}, pause)]);
		assert.deepEqual(
			both.map(({ profile }) => profile.concurrent),
			[2, 2],
		);
		assert.equal((await analyzer.analyze('c', {}, pause)).profile.concurrent, 1);
	});

	it('keeps the newest profiles and operations only, and counts all', async () => {
		const analyzer = new MemoryAnalyzer({ maxProfiles: 2, maxOperations: 2, collect: false });
		for (const name of ['a', 'b', 'a', 'a', 'c']) await analyzer.analyze(name, {}, () => 1);
		const { profiles, totalAnalyzed } = analyzer.report();
		assert.deepEqual(
			Object.entries(profiles).map(([name, { length }]) => [name, length]),
			[
				['a', 2],
				['c', 1],
			],
		);
		assert.equal(analyzer.operationStats('a')?.count, 3);
		assert.equal(analyzer.operationStats('b'), undefined);
		assert.equal(totalAnalyzed, 5);
		analyzer.clear();
		assert.equal(analyzer.report().overall, undefined);
	});

	it('reports each run while somebody listens', async () => {
		const hub = recordingHub();
		await new MemoryAnalyzer().analyze('copy', { inputBytes: MB }, takes(2 * MB));
		const operations = hub.drain().entries.filter(({ type }) => type === 'operation');
		assert.equal(operations.length, 1);
		assert.ok(operations.every(isEntry));
		const [entry] = operations;
		assert.ok(entry?.type === 'operation' && entry.kind === 'analyzed' && (entry.ratio ?? 0) >= 2);
		hub.leave();
	});

	it('refuses wrong options and inputs', async () => {
		const code = { code: 'invalidOption' };
		for (const options of [{ maxProfiles: 0 }, { maxProfiles: 1.5 }, { maxOperations: Number.NaN }, { collect: 1 }]) {
			assert.throws(() => new MemoryAnalyzer(options as object), code);
		}
		const analyzer = new MemoryAnalyzer();
		await assert.rejects(
			analyzer.analyze('', {}, () => 1),
			code,
		);
		await assert.rejects(
			analyzer.analyze('a', { inputBytes: -1 }, () => 1),
			code,
		);
		await assert.rejects(
			analyzer.analyze('a', { inputBytes: Number.NaN }, () => 1),
			code,
		);
		await assert.rejects(analyzer.analyze('a', {}, 1 as never), code);
		await assert.rejects(
			analyzer.analyze('a', undefined as never, () => 1),
			code,
		);
		assert.throws(() => new MemoryAnalyzer(null as never), code);
		assert.throws(() => analyzer.problematicOperations(Number.NaN), code);
	});
});
