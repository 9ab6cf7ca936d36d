import assert from 'node:assert/strict';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as h5wasm from 'h5wasm/node';
import sharp from 'sharp';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import { installRuntime } from '../../../src/extension/runtimePackage/installRuntime.ts';
import { aiffFile, wavFile } from '../../support/audioFiles.ts';
import { classicFile } from '../../support/classicNetcdf.ts';
import { dicomSamples, framePixels } from '../../support/dicomSamples.ts';
import { plainRun, runtimeDir } from '../../support/engineRuns.ts';
import { mixedFile, tilesFile } from '../../support/fitsFiles.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';

interface Figures {
	readonly exported: readonly (number | false)[];
	readonly oneCore: boolean;
	readonly figures: Readonly<Record<string, readonly [format: string, ...figures: (string | number)[]]>>;
	readonly organized: Readonly<Record<string, number>>;
}

const fixtures = join(projectRoot, 'test', 'fixtures', 'formats');

describe('the sub-paths of memory-manager-runtime on every Node', function () {
	this.timeout(60_000);
	let folder: TemporaryFolder;
	const results = new Map<number, Figures>();

	before(async () => {
		folder = temporaryFolder('formats');
		const files = join(folder.path, 'files');
		await makeFiles(files);
		mkdirSync(join(folder.path, 'node_modules'));
		symlinkSync(runtimeDir, join(folder.path, 'node_modules', 'memory-manager-runtime'), 'junction');
		const script = join(folder.path, 'script.mjs');
		cpSync(join(projectRoot, 'test', 'fixtures', 'runtime', 'formatsFigures.mjs'), script);
		const run = async (major: (typeof allNodes)[number]) => {
			const { code, stdout, stderr } = await plainRun(await nodeBinary(major), [script, files], { cwd: folder.path });
			assert.deepEqual([code, String(stderr)], [0, ''], `Node ${major}`);
			results.set(major, JSON.parse(String(stdout)) as Figures);
		};
		await Promise.all(allNodes.map(run));
	});
	after(() => folder.remove());

	it('are copied into a project by the command of the extension', async () => {
		const project = join(folder.path, 'project');
		mkdirSync(project);
		writeFileSync(join(project, 'package.json'), '{ "name": "project" }');
		await installRuntime(join(project, 'package.json'), runtimeDir);
		writeFileSync(
			join(project, 'script.mjs'),
			`import { openReader } from 'memory-manager-runtime/formats';
			import { ImageLoader } from 'memory-manager-runtime/images';
			import { MediaOrganizer } from 'memory-manager-runtime/media';
			const reader = await openReader(process.argv[2]);
			const image = await new ImageLoader().inspect(process.argv[3]).catch(({ code }) => code);
			console.log(reader.format, image, typeof MediaOrganizer);
			const file = await openReader(process.argv[4]);
			await file[Symbol.asyncIterator]().next().catch(({ code }) => console.log(code));`,
		);
		const inputs = ['explicit.dcm', 'grey.png', 'sums.h5'].map(name => join(folder.path, 'files', name));
		const { stdout, stderr } = await plainRun(process.execPath, ['script.mjs', ...inputs], { cwd: project });
		assert.deepEqual([String(stdout), String(stderr)], ['dicom missingPackage function\nmissingPackage\n', '']);
		// The bundle of the thread that reads HDF5, and what TypeScript reads, are part of it.
		const copy = join(project, 'vendor', 'memory-manager-runtime');
		const { exports } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as {
			exports: Record<string, string | Record<string, string>>;
		};
		const files = Object.values(exports).flatMap(target =>
			typeof target === 'string' ? target : Object.values(target),
		);
		for (const file of ['hdf5Worker.cjs', ...files]) assert.ok(existsSync(join(copy, file)), file);
	});

	it('read every format, by import and by require', () => {
		const { exported, oneCore, figures, organized } = results.get(24) as Figures;
		assert.ok(
			exported.every(count => typeof count === 'number' && count > 0),
			`${exported}`,
		);
		assert.equal(oneCore, true);
		const formats = new Map<string, string[]>();
		for (const [file, [format]] of Object.entries(figures)) formats.set(format, [...(formats.get(format) ?? []), file]);
		assert.deepEqual(
			Object.fromEntries([...formats].map(([format, files]) => [format, files.length])),
			{ dicom: 3, fits: 2, hdf5: 1, netcdf: 3, audio: 7, video: 3, image: 2, binary: 1 },
			JSON.stringify(Object.fromEntries(formats)),
		);
		// What the inputs below add up to.
		const pixels = [0, 1, 2].flatMap(index => [...framePixels(index)]);
		assert.equal(
			figures['explicit.dcm']?.at(-1),
			pixels.reduce((sum, byte) => sum + byte),
		);
		assert.deepEqual(figures['sums.h5'], ['hdf5', '/packed', 44_925, '/plain', 44_925]);
		assert.equal(figures['tone.wav']?.[1], 1);
		assert.deepEqual(figures['classic.nc'], ['netcdf', 'CDF-1', 'temperature', 273.5 * 6 + 15]);
		assert.deepEqual(figures['grey.png']?.slice(0, 3), ['image', 6, 40]);
		assert.equal(organized.failed, 0);
		assert.equal(organized.placed, Object.keys(figures).length - 1);
	});

	for (const major of allNodes.filter(other => other !== 24)) {
		it(`give the same figures on Node ${major} as on Node 24`, () => {
			assert.deepEqual(results.get(major), results.get(24));
		});
	}
});

async function makeFiles(folder: string): Promise<void> {
	mkdirSync(folder);
	const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
	const samples = dicomSamples();
	for (const name of ['explicit', 'deflated', 'encapsulated']) write(`${name}.dcm`, samples[name] ?? Buffer.alloc(0));
	write('mixed.fits', mixedFile());
	write('tiles.fits', gunzipSync(readFileSync(tilesFile)));
	const sound = { channels: 2, sampleRate: 8000, samples: 100, value: (i: number) => Math.fround(i / 200) };
	write('tone.wav', wavFile({ ...sound, encoding: 's16' }));
	write('tone.aiff', aiffFile({ ...sound, encoding: 's16' }));
	for (const name of ['tones.flac', 'tones.mp3', 'tones.ogg', 'tones.opus', 'ima.wav'])
		copyFileSync(join(fixtures, 'audio', name), join(folder, name));
	for (const name of ['tiny.mp4', 'fragmented.mp4', 'tiny.mkv'])
		copyFileSync(join(fixtures, 'video', name), join(folder, name));
	for (const name of ['dimensions.nc', 'groups.nc']) copyFileSync(join(fixtures, 'netcdf4', name), join(folder, name));
	write(
		'classic.nc',
		classicFile({
			version: 1,
			dimensions: [
				{ name: 'y', length: 2 },
				{ name: 'x', length: 3 },
			],
			variables: [
				{
					name: 'temperature',
					type: 'short',
					dimensions: [0, 1],
					values: [0, 1, 2, 3, 4, 5],
					attributes: [{ name: 'add_offset', type: 'double', values: [273.5] }],
				},
			],
		}),
	);
	await h5wasm.ready;
	const hdf5 = new h5wasm.File(join(folder, 'sums.h5'), 'w');
	const data = Float32Array.from({ length: 600 }, (_, i) => i / 4);
	hdf5.create_dataset({ name: 'plain', data, shape: [20, 30] });
	hdf5.create_dataset({ name: 'packed', data, shape: [20, 30], chunks: [7, 8], compression: 'gzip' });
	hdf5.close();
	const image = (bytes: number[], channels: 1 | 3) =>
		sharp(Buffer.from(bytes), { raw: { width: 3, height: 2, channels } });
	write('grey.png', await image([15, 25, 35, 45, 55, 65], 1).png().toBuffer());
	write(
		'leaf.tif',
		await image(
			[...Array(6)].flatMap((_, i) => [60, 100 + i, 40]),
			3,
		)
			.tiff()
			.toBuffer(),
	);
	write('notes.txt', Buffer.from('Nothing of any format.\n'));
}
