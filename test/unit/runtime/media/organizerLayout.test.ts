import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Layout, withSuffix } from '../../../../src/runtime/media/organizer/layout.ts';
import type { MediaFacts } from '../../../../src/runtime/media/organizer/mediaFacts.ts';
import { foldedName, safeName } from '../../../../src/runtime/media/organizer/safeNames.ts';

const facts: MediaFacts = {
	type: 'image',
	format: 'jpeg',
	width: 4_000,
	height: 3_000,
	taken: '2024-05-01T13:22:11',
	dateFrom: 'exif',
	camera: 'X/Pro: 2',
};

describe('layout of organised files', () => {
	it('fills in what is known of a file', () => {
		const at = (layout: string, path = '/cards/one/IMG_1.JPG') => new Layout(layout).pathFor(path, facts);
		assert.equal(at('{type}/{year}/{month}/{name}{ext}'), 'image/2024/05/IMG_1.jpg');
		assert.equal(
			at('{format}/{date}_{time} {width}x{height}/{camera}{ext}'),
			'jpeg/2024-05-01_132211 4000x3000/X_Pro_ 2.jpg',
		);
		assert.equal(at('{folder}-{day}/{name}'), 'one-01/IMG_1');
		assert.equal(at('{name}{ext}', '/x/README'), 'README');
		const { camera: _camera, ...rest } = facts;
		assert.equal(new Layout('{camera}/{name}{ext}').pathFor('/a.b', rest), 'unknown/a.b');
	});

	it('refuses what leads out, or is no name', () => {
		for (const layout of [
			...[
				'',
				'/{name}',
				'../{name}',
				'{type}/../{name}',
				'./{name}',
				'a//{name}',
				'{type}/',
				'C:/{name}',
				'con/{name}',
			],
			...['{name', '{nme}', 'fixed', 'a\\b/{name}', 'a /{name}', 'a./{name}', `${'a/'.repeat(40)}{name}`],
		]) {
			assert.throws(() => new Layout(layout), { code: 'invalidOption' }, layout);
		}
		assert.throws(() => new Layout('{nme}'), /there is no field \{nme\}\. The fields are type, format, year/);
	});

	it('gives safe names whatever the file is called', () => {
		const layout = new Layout('{folder}/{camera}/{name}{ext}');
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, camera) => {
				const parts = layout.pathFor(`/x/${name}`, { ...facts, camera }).split('/');
				assert.equal(parts.length, 3);
				for (const part of parts) {
					assert.ok(part !== '' && part !== '.' && part !== '..');
					assert.ok(Buffer.byteLength(part) <= 255);
					assert.doesNotMatch(part, /[\\/:*?"<>|\0]|[. ]$/u);
				}
			}),
			{ numRuns: 40 },
		);
		assert.equal(safeName('nul'), '_nul');
		assert.equal(safeName('Com1', '.txt'), '_Com1.txt');
		assert.equal(safeName('..', '.jpg'), '_.jpg');
		assert.equal(Buffer.byteLength(safeName('ü'.repeat(300), '.jpeg')), 243);
	});

	it('takes names for one that some file system takes for one', () => {
		assert.equal(
			foldedName('a/Ärger.JPG'),
			foldedName('A/a\u0308rger.jpg'.normalize('NFD').replace('a\u0308', 'A\u0308')),
		);
		assert.equal(foldedName('straße'), foldedName('STRASSE'));
		assert.equal(withSuffix('a.b/c.jpg', 1), 'a.b/c.jpg');
		assert.equal(withSuffix('a.b/c.jpg', 3), 'a.b/c-3.jpg');
		assert.equal(withSuffix('a.b/c', 2), 'a.b/c-2');
	});
});
