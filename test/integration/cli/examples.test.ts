import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../../../scripts/paths.ts';
import { type Report, reportOf } from '../../../src/analysis/report.ts';
import { launchSession } from '../../../src/engine/launchSession.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { cleanEnvironment, runtimeDir } from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

interface Expected {
	readonly script: string;
	readonly args?: readonly string[];
	readonly prints: RegExp;
	readonly regions: readonly string[];
	check(report: Report): void;
}

const MB = 1024 * 1024;
const LIMIT_MS = 180_000;
const peakRss = ({ memory }: Report): number => memory.peakRss?.bytes ?? 0;

/** What the comments of the examples promise a reader to see. */
const examples: readonly Expected[] = [
	{
		script: 'flights.mjs',
		prints: /^flights-3m\.parquet: 3000000 rows/,
		regions: ['load', 'parse', 'smooth', 'columns', 'aggregate', 'bootstrap', 'network', 'shortest paths'],
		check(report) {
			const [distances] = report.caches;
			assert.ok(distances && distances.bytes <= (distances.maxBytes ?? 0) && (distances.hitRate ?? 0) > 0.9);
			assert.ok(report.allocations?.sites.slice(0, 4).some(({ file }) => file.endsWith('flights.mjs')));
		},
	},
	{
		script: 'images.mjs',
		prints: /cityLights\.jpg at 8192x4096: 512 tiles/,
		regions: ['decode', 'tiles', 'blueMarble.jpg at 4096'],
		check(report) {
			const [tiles] = report.pools;
			assert.ok(tiles && tiles.created <= tiles.max && tiles.reused > 1_000 && tiles.leaked === 0);
			assert.ok(peakRss(report) > 100 * MB);
		},
	},
	{
		script: 'leaky.mjs',
		prints: /The memo holds \d{6} places/,
		regions: ['overfly'],
		check(report) {
			const heap = report.memory.peakHeapUsed;
			assert.ok(heap && heap.bytes > 150 * MB, 'the heap climbs');
			assert.ok(heap.t > report.durationMs * 0.8, 'to the end');
			const sites = report.allocations?.sites.slice(0, 3).map(({ functionName }) => functionName);
			assert.ok(sites?.includes('statesBetween'), String(sites));
		},
	},
	{
		script: 'buffers.mjs',
		prints: /1513 samples kept, 693 different/,
		regions: ['blocks of 64 KB', 'blocks of 1024 KB'],
		check(report) {
			assert.ok((report.memory.peakArrayBuffers?.bytes ?? 0) > 200 * MB, 'blocks are kept');
			assert.ok((report.memory.peakHeapUsed?.bytes ?? 0) < 50 * MB, 'and the heap stays flat');
		},
	},
	{
		script: 'climate.ts',
		prints: /^Seattle: 1461 days on record, 400000 simulated years/,
		regions: ['readDays', 'simulate', 'generator Seattle', 'generator New York'],
		check(report) {
			assert.equal(report.regions.find(({ name }) => name === 'simulate')?.calls, 400);
			assert.equal(report.regions.find(({ name }) => name === 'readDays')?.kind, 'trackMemory');
			assert.ok((report.gc?.count ?? 0) > 100);
		},
	},
	{
		script: 'scopes.mjs',
		prints:
			/ {2}freed: column time, 1600000 bytes\nlate by hour: worst at 23, 42\.7 % of 1854 flights\n[\s\S]*aggressive: 13807 routes/,
		regions: ['late by hour', 'late by distance', 'late by airline', 'rank', 'conservative', 'aggressive'],
		check(report) {
			const kindOf = (name: string) => report.regions.find(region => region.name === name)?.kind;
			assert.deepEqual([kindOf('late by hour'), kindOf('rank')], ['memoryManagement', 'optimizeForMemory']);
		},
	},
];

describe('the examples', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('examples');
	});
	after(() => folder.remove());

	for (const { script, args = [], prints, regions, check } of examples) {
		it(`${script} does what it says, and its recording opens`, async function () {
			// Ten seconds of work each; machines that run tests are slower.
			this.timeout(LIMIT_MS);
			const path = join(projectRoot, 'examples', script);
			const recordingPath = join(folder.path, `${script}.memrec`);
			const session = await launchSession({
				target: { kind: 'script', path, args },
				cwd: projectRoot,
				env: cleanEnvironment(),
				nodePath: process.execPath,
				runtimeDir,
				recordingPath,
				signal: AbortSignal.timeout(LIMIT_MS - 10_000),
			});
			const output = Promise.all([session.stdout, session.stderr].map(stream => text(stream as Readable)));
			const reason = await session.ended;
			const [stdout = '', stderr = ''] = await output;
			assert.deepEqual(reason, { kind: 'exit', code: 0 }, stderr);
			assert.match(stdout, prints);
			const { model, damagedLines, cutLastLine } = await readRecording(recordingPath);
			assert.deepEqual({ damagedLines, cutLastLine }, { damagedLines: 0, cutLastLine: false });
			const report = reportOf(model);
			const names = report.regions.map(({ name }) => name);
			assert.deepEqual(
				regions.filter(name => !names.includes(name)),
				[],
			);
			check(report);
		});
	}
});
