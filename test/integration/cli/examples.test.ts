import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../../../scripts/paths.ts';
import { type Report, reportOf } from '../../../src/analysis/report.ts';
import { launchSession } from '../../../src/engine/launchSession.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { cleanEnvironment, runtimeDir } from '../../support/engineRuns.ts';
import { hasFfmpeg } from '../../support/ffmpeg.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

interface Expected {
	readonly script: string;
	/** Whether what it needs is installed; prints what is not. */
	readonly available?: () => boolean;
	readonly args?: readonly string[];
	readonly prints: RegExp;
	readonly regions: readonly string[];
	check(report: Report): void;
}

const MB = 1024 * 1024;
const LIMIT_MS = 180_000;
const peakRss = ({ memory }: Report): number => memory.peakRss?.bytes ?? 0;
const filesOf = ({ runtime }: Report, format: string | undefined) =>
	runtime.files.filter(file => file.format === format && file.kind === 'reader');
const batchOf = ({ runtime }: Report, name: string) => runtime.batches.find(batch => batch.name === name);
const hitRateOf = ({ caches }: Report, name: string): number =>
	caches.find(cache => cache.name === name)?.hitRate ?? Number.NaN;

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
	{
		script: 'greenness.mjs',
		prints:
			/12:00 {2}forest 0\.372 0\.460 0\.168 {3}desert 0\.415 0\.339 0\.246[\s\S]*48 photographs measured, 0 failed/,
		regions: ['make a day', 'measure', 'table'],
		check(report) {
			assert.ok(filesOf(report, 'JPEG').length >= 48);
			assert.equal(batchOf(report, 'photographs')?.items, 48);
			assert.equal(hitRateOf(report, 'greenness: statistics'), 0.5, 'each is measured once and asked for once more');
		},
	},
	{
		script: 'dicomInventory.mjs',
		prints:
			/ CT Thorax 3 mm {3,}25 files[\s\S]*brokenOff\.dcm: 424288 bytes of its pixels are missing[\s\S]*252 files in 20 series, 2 with problems/,
		regions: ['write an archive', 'inventory'],
		check(report) {
			const files = filesOf(report, 'DICOM');
			assert.ok(files.length >= 150 && files.every(({ readBytes }) => readBytes < 64 * 1024), 'headers only');
			assert.deepEqual([batchOf(report, 'headers')?.items, batchOf(report, 'headers')?.concurrency], [252, 8]);
			assert.ok(hitRateOf(report, 'pseudonyms') > 0.9);
		},
	},
	{
		script: 'cube.mjs',
		prints:
			/-158 km\/s: mean 0\.067656, std 0\.55003, median 0\.024633, peak 6\.3236 at x 101, y 127[\s\S]*24 places with a line/,
		regions: ['write a cube', 'channels', 'spectra'],
		check(report) {
			const [cube] = filesOf(report, 'FITS');
			assert.ok(cube && (cube.readBytes ?? 0) > (cube.totalBytes ?? Number.NaN));
			assert.equal(batchOf(report, 'channels')?.items, 128);
			assert.ok(hitRateOf(report, 'spectra') > 0.7);
			assert.ok((report.memory.peakArrayBuffers?.bytes ?? Number.NaN) < 16 * MB, 'half of the cube is more');
		},
	},
	{
		script: 'climatology.mjs',
		prints: /August {5}21\.12 on average over 2052 cells, from 13\.57 to 26\.37[\s\S]*Both files agree/,
		regions: ['months of netcdf', 'warm spells of netcdf', 'months of hdf5', 'warm spells of hdf5'],
		check(report) {
			assert.deepEqual([filesOf(report, 'NetCDF').length, filesOf(report, 'HDF5').length], [1, 1]);
			const items = ['netcdf', 'hdf5'].map(format => batchOf(report, `months of ${format}`)?.items);
			assert.deepEqual(items, [48, 48]);
			assert.ok(hitRateOf(report, 'days') > 0.1);
		},
	},
	{
		script: 'loudness.mjs',
		prints:
			/The loudest minute begins at 50:00: -13\.8 dB\nSilent from 41:00 for 45 s\nIn the loudest 60 s: 440 Hz in 40 windows/,
		regions: ['write an hour', 'levels', 'tones'],
		check(report) {
			const items = filesOf(report, 'wav').map(file => file.items ?? 0);
			assert.deepEqual([items.length, Math.max(...items)], [2, 3_600]);
			assert.equal(batchOf(report, 'loudest seconds')?.items, 120);
			assert.ok(hitRateOf(report, 'half seconds') > 0.4);
		},
	},
	{
		script: 'film.mjs',
		available: hasFfmpeg,
		prints:
			/cuts\.mp4[\s\S]* 8\.00 s {2}frame {3}192:[\s\S]*intervals\.mkv[\s\S]*20 key frames, at most 12 frames apart/,
		regions: ['encode', 'key frames'],
		check(report) {
			assert.deepEqual(
				['mp4', 'matroska'].flatMap(format => filesOf(report, format).map(({ items }) => items)),
				[240, 240],
			);
			const encoders = report.runtime.files.filter(({ kind }) => kind === 'encoder');
			assert.deepEqual([encoders.length, batchOf(report, 'films')?.items], [2, 2]);
			assert.equal(hitRateOf(report, 'photographs'), 0.8);
			assert.equal(report.processes?.length, 3, 'the script and ffmpeg, twice');
		},
	},
];

describe('the examples', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('examples');
	});
	after(() => folder.remove());

	for (const { script, args = [], available, prints, regions, check } of examples) {
		it(`${script} does what it says, and its recording opens`, async function () {
			// Ten seconds of work each; machines that run tests are slower.
			this.timeout(LIMIT_MS);
			if (available?.() === false) return this.skip();
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
