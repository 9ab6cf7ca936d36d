import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RUNTIME_PACKAGE } from '../../../src/protocol/runtimeLink.ts';
import {
	entriesOfType,
	type FinishedRun,
	fixture,
	onEveryNode,
	onNode,
	ProfiledRun,
	profiledRun,
} from '../../support/engineRuns.ts';

const KINDS = { mjs: 'an ES module', cjs: 'a CommonJS script', mts: 'a TypeScript module' };

/** 1-based line of the first place where the fixture says this. */
const lineOf = (script: string, text: string): number =>
	readFileSync(fixture(script), 'utf8')
		.split('\n')
		.findIndex(line => line.includes(text)) + 1;

onEveryNode(`a script that imports ${RUNTIME_PACKAGE} without having it`, (_major, node) => {
	for (const [extension, what] of Object.entries(KINDS))
		describe(`as ${what}`, () => {
			const script = `runtime.${extension}`;
			let run: FinishedRun;
			before(async () => {
				run = await profiledRun({ script, nodePath: node() });
			});

			it('runs as with it', () => {
				assert.equal(run.stderr.toString(), '');
				assert.equal(run.stdout.toString(), 'left: size\nas it should 200000\n');
				assert.deepEqual(run.reason, { kind: 'exit', code: 0 });
			});
			it('reports its regions with the places that define them', () => {
				const regions = new Map(entriesOfType(run.entries, 'region').map(entry => [entry.name, entry]));
				assert.deepEqual([...regions.keys()].sort(), ['asynchronous', 'failing', 'inner', 'outer', 'tracked']);
				for (const name of ['asynchronous', 'failing', 'outer'])
					assert.deepEqual(
						[regions.get(name)?.site?.file, regions.get(name)?.site?.line],
						[fixture(script), lineOf(script, `region('${name}'`)],
						name,
					);
			});
			it('reports each call with what it did to memory', () => {
				const { regions, spans } = run.opened.model;
				const byName = new Map([...regions.values()].map(data => [data.definition.name, data]));
				const spanOf = (name: string) =>
					[...spans.values()].find(({ region }) => region === byName.get(name)?.definition.id);
				assert.equal(spanOf('inner')?.parent, spanOf('outer')?.span);
				assert.equal(spanOf('failing')?.failed, true);
				const slept = spanOf('asynchronous');
				assert.ok(slept?.end !== undefined && slept.end - slept.t >= 15);
				// Of the heap a collection may take more meanwhile than the rows bring.
				assert.ok((spanOf('outer')?.delta?.arrayBuffersBytes ?? 0) > 4 << 20);
				for (const [name, { stats }] of byName)
					assert.deepEqual([stats?.calls, stats?.open, stats?.errors], [1, 0, name === 'failing' ? 1 : 0], name);
				for (const { t, end = t } of spans.values()) assert.ok(t > 0 && end >= t && end <= run.opened.model.now);
			});
			it('reports its caches and pools', () => {
				const [cache] = [...run.opened.model.caches.values()];
				const { name, bytes, maxBytes, entries, hits, misses, evictions, bytesFrom } = cache ?? {};
				assert.deepEqual(
					{ name, bytes, maxBytes, entries, hits, misses, evictions, bytesFrom },
					{
						name: 'tiles',
						bytes: 800,
						maxBytes: 1_000,
						entries: 2,
						hits: 1,
						misses: 1,
						evictions: { size: 1 },
						bytesFrom: 'declared',
					},
				);
				assert.deepEqual([cache?.site?.file, cache?.site?.line], [fixture(script), lineOf(script, 'new BoundedCache')]);
				const [pool] = [...run.opened.model.pools.values()];
				assert.deepEqual([pool?.name, pool?.max, pool?.inUse, pool?.idle, pool?.created], ['buffers', 2, 0, 1, 1]);
			});
			it('loses nothing when it exits right after a thousand regions', async () => {
				const { entries, opened } = await profiledRun({ script, args: ['many'], nodePath: node() });
				const calls = [...opened.model.regions.values()].map(({ stats }) => stats?.calls);
				assert.deepEqual(
					calls,
					Array.from({ length: 10 }, () => 100),
				);
				assert.equal(opened.model.cost?.droppedEvents, 0);
				assert.ok(entriesOfType(entries, 'span').length > 0);
			});
		});

	it('clears a cache on command while it is idle', async () => {
		await using run = await ProfiledRun.start({ script: 'runtime.mjs', args: ['idle'], nodePath: node() });
		const { id } = await run.entry('cache', ({ entries }) => entries === 1);
		const result = await run.session.command({ kind: 'clearCache', id });
		assert.equal(result.freedBytes, 300);
		await run.printed('left: cleared');
		const { evictions } = await run.entry(
			'cache',
			({ entries, hits, evictions: left }) => entries + hits === 0 && left.cleared === 1,
		);
		assert.deepEqual(evictions, { cleared: 1 });
		assert.match((await run.session.command({ kind: 'clearCache', id: 77 })).message, /gone/);
	});
});

onNode(24, 'a script with strange region names', (_major, node) => {
	it('has them as data, cut where they are endless', async () => {
		const { entries, opened } = await profiledRun({ script: 'runtime.mjs', args: ['names'], nodePath: node() });
		const names = entriesOfType(entries, 'region').map(({ name }) => name);
		assert.deepEqual(names.slice(0, 2), ['<img src=x onerror=alert(1)>', '\0\x1b[31m\u202e\n']);
		assert.equal(names.length, 6);
		assert.ok(names.includes('__proto__') && names.includes(''));
		assert.ok((names.at(-1)?.length ?? 0) <= 1_000 && names.at(-1)?.startsWith('xxxx'));
		assert.deepEqual([opened.damagedLines, opened.model.regions.size], [0, 6]);
		assert.ok(opened.bytes < 500_000, `${opened.bytes} bytes`);
	});
});
