import { strict as assert } from 'node:assert';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCard } from '../../../../src/runtime/formats/fits/fitsCards.ts';
import type { FitsHeader } from '../../../../src/runtime/formats/fits/fitsHeader.ts';
import { FitsReader } from '../../../../src/runtime/formats/fits/fitsReader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

const MANDATORY = [
	'SIMPLE  =                    T',
	'BITPIX  =                    8',
	'NAXIS   =                    0',
];

describe('FITS headers', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('fits');
	});
	after(() => folder.remove());

	async function headerOf(lines: readonly string[], options = {}): Promise<FitsHeader> {
		const path = join(folder.path, 'header.fits');
		const text = [...MANDATORY, ...lines, 'END'].map(line => line.padEnd(80)).join('');
		await writeFile(path, text.padEnd(Math.ceil(text.length / 2880) * 2880), 'latin1');
		await using reader = await FitsReader.open(path, options);
		return (await reader.hdu(0)).header;
	}

	it('gives values in their types', () => {
		const values: [string, unknown][] = [
			["NAME    = 'O''Hara  '           / who", "O'Hara"],
			["EMPTY   = ''", ''],
			['FLAG    =                    F', false],
			['COUNT   =                 -042 / whole', -42],
			['LARGE   =  9007199254740993123', 9007199254740993123n],
			['FLUX    =          -1.25D-03', -0.00125],
			['POINT   = .5E2', 50],
			['PLANE   = (1.5, -2)', { re: 1.5, im: -2 }],
			['NOTHING =                      / no value', null],
		];
		for (const [line, value] of values) {
			const card = parseCard(line.padEnd(80));
			assert.deepEqual([card.keyword, card.value, card.problem], [line.split(/[ =]/, 1)[0], value, undefined]);
		}
		assert.equal(parseCard("NAME    = 'a / b' / c / d".padEnd(80)).comment, 'c / d');
	});

	it('joins texts that are continued, and their comments', async () => {
		const header = await headerOf([
			"STORY   = 'Once upon &' / one",
			"CONTINUE  'a time&'",
			"CONTINUE  '.' / two",
			"LONELY  = 'black &'",
			"OPEN    = 'ends &'",
			"CONTINUE  'late&'",
		]);
		assert.equal(header.get('story'), 'Once upon a time.');
		assert.equal(header.cards.find(card => card.keyword === 'STORY')?.comment, 'one two');
		assert.equal(header.get('LONELY'), 'black &');
		assert.equal(header.get('OPEN'), 'ends late');
		assert.deepEqual(header.warnings, []);
	});

	it('knows HIERARCH, comments and blank cards', async () => {
		const header = await headerOf([
			'HIERARCH ESO TEL AIRM START = 1.12 / at start',
			'COMMENT   two lines',
			'HISTORY was made',
			'COMMENT of it',
			'        / a heading',
		]);
		assert.equal(header.number('ESO TEL AIRM START'), 1.12);
		assert.deepEqual(header.lines('COMMENT'), ['  two lines', 'of it']);
		assert.deepEqual(header.lines('HISTORY'), ['was made']);
		assert.deepEqual(header.lines(''), ['/ a heading']);
	});

	it('reads what is malformed, and says so', async () => {
		const header = await headerOf([
			"QUOTE   = 'no end",
			'WORD    = what is it',
			'a b     = 1',
			'SHORT=5',
			'bad\x01key = 2',
		]);
		assert.equal(header.get('QUOTE'), 'no end');
		assert.equal(header.get('WORD'), 'what is it');
		assert.equal(header.get('SHORT'), 5);
		assert.equal(header.warnings.length, 5);
		assert.match(
			header.warnings[0] ?? '',
			/^Card at byte 240 \("QUOTE {3}= 'no end"\): its text has no closing quote\.$/,
		);
	});

	it('ends at maxHeaderBytes, whatever follows', async () => {
		const lines = Array.from({ length: 200 }, (_, i) => `K${i}`.padEnd(8).concat('= 1'));
		assert.equal((await headerOf(lines)).cards.length, 203);
		await assert.rejects(headerOf(lines, { maxHeaderBytes: 2880 }), { code: 'tooLarge', offset: 0 });
	});

	it('must make sense where sizes depend on it', async () => {
		const cases: [string, RegExp][] = [
			['NAXIS   = 2000', /NAXIS is 2000, more than 999/],
			['NAXIS   = -1', /NAXIS is -1, and must be a whole number/],
			['NAXIS   = 1', /NAXIS1 is missing/],
			['BITPIX  = 12', /BITPIX is 12/],
		];
		for (const [line, problem] of cases) {
			const path = join(folder.path, 'sizes.fits');
			const lines = MANDATORY.map(card => (card.slice(0, 8) === line.slice(0, 8) ? line : card));
			await writeFile(
				path,
				[...lines, 'END']
					.map(card => card.padEnd(80))
					.join('')
					.padEnd(2880),
			);
			await using reader = await FitsReader.open(path);
			await assert.rejects(reader.hdu(0), (error: Error & { code: string }) => {
				assert.equal(error.code, 'damaged');
				assert.match(error.message, problem);
				return true;
			});
		}
	});
});
