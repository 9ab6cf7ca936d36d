import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { silentLogger } from '../../../../src/base/logger.ts';
import { SourceMaps } from '../../../../src/engine/sources/sourceMaps.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const SOURCE = `interface Row { id: number }

export function load(count: number): Row[] {
	return Array.from({ length: count }, (_, id) => ({ id }));
}
`;

describe('SourceMaps', () => {
	let folder: TemporaryFolder;
	let warnings: string[];
	let maps: SourceMaps;
	beforeEach(() => {
		folder = temporaryFolder('maps');
		mkdirSync(join(folder.path, 'src'));
		writeFileSync(join(folder.path, 'src', 'load.ts'), SOURCE);
		warnings = [];
		maps = new SourceMaps({ ...silentLogger, warn: message => warnings.push(message) });
	});
	afterEach(() => folder.remove());

	const original = () => join(folder.path, 'src', 'load.ts');
	async function bundle(sourcemap: 'inline' | 'linked' | 'external', minify = false): Promise<string> {
		const outfile = join(folder.path, 'out with blank', 'load.mjs');
		await build({ entryPoints: [original()], outfile, sourcemap, minify, format: 'esm', bundle: true });
		return outfile;
	}
	function placeOf(file: string, text: string): { line: number; column: number } {
		const lines = readFileSync(file, 'utf8').split('\n');
		const line = lines.findIndex(one => one.includes(text));
		return { line: line + 1, column: (lines[line] ?? '').indexOf(text) + 1 };
	}

	for (const kind of ['inline', 'linked'] as const)
		it(`reads a map that is ${kind}, told by the file itself`, async () => {
			const file = await bundle(kind);
			const { line, column } = placeOf(file, 'Array.from');
			const found = await maps.original(pathToFileURL(file).href, line, column);
			assert.deepEqual([found.file, found.line, found.column], [original(), 4, 9]);
		});
	it('reads the map that the script was announced with, by its id', async () => {
		const file = await bundle('external', true);
		maps.addScript('7', pathToFileURL(file).href, 'load.mjs.map');
		const { line, column } = placeOf(file, 'Array.from');
		const found = await maps.original(pathToFileURL(file).href, line, column, '7');
		assert.deepEqual([found.file, found.line], [original(), 4]);
		assert.deepEqual(warnings, []);
	});
	it('reads a plain data address', async () => {
		const file = join(folder.path, 'x.js');
		writeFileSync(file, 'code');
		const map = { version: 3, sources: ['src/load.ts'], names: [], mappings: 'AAEA' };
		maps.addScript('1', file, `data:application/json,${encodeURIComponent(JSON.stringify(map))}`);
		const found = await maps.original(file, 1, 1, '1');
		assert.deepEqual([found.file, found.line], [original(), 3]);
	});
	it('leaves a position without a map as it is', async () => {
		writeFileSync(join(folder.path, 'plain.js'), 'code');
		for (const file of [
			join(folder.path, 'plain.js'),
			join(folder.path, 'gone.js'),
			'node:fs',
			'',
			'evalmachine.<anonymous>',
		])
			assert.deepEqual(await maps.original(file, 3, 4), { file, line: 3, column: 4 });
		assert.deepEqual(warnings, []);
	});
	const broken: readonly (readonly [what: string, address: string])[] = [
		['is missing', 'nowhere.map'],
		['is no JSON', 'data:application/json,{'],
		['is no map', 'data:application/json,{"version":3}'],
		['has a broken address', '%E0%A4%A'],
		[
			'has a broken mapping',
			`data:application/json,${encodeURIComponent('{"version":3,"sources":["a.ts"],"names":[],"mappings":7}')}`,
		],
	];
	for (const [what, address] of broken)
		it(`says once that a map ${what}`, async () => {
			const file = join(folder.path, 'x.js');
			writeFileSync(file, 'code');
			maps.addScript('1', file, address);
			for (let i = 0; i < 3; i++) assert.deepEqual(await maps.original(file, 1, 1, '1'), { file, line: 1, column: 1 });
			assert.equal(warnings.length, 1, warnings.join('\n'));
		});
	it('never goes to the network', async () => {
		const file = join(folder.path, 'x.js');
		maps.addScript('1', file, 'https://example.invalid/x.map');
		assert.deepEqual(await maps.original(file, 1, 1, '1'), { file, line: 1, column: 1 });
	});
	it('takes an address of a file that does not exist as a name', async () => {
		const found = await maps.original('file:///%E0%A4%A', 1, 1);
		assert.equal(found.line, 1);
	});
});
