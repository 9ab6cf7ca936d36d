import assert from 'node:assert/strict';
import { characterSets } from '../../../../src/runtime/formats/dicom/characterSets.ts';
import { dictionaryEntry } from '../../../../src/runtime/formats/dicom/dictionary.ts';
import { decodeValue } from '../../../../src/runtime/formats/dicom/values.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('texts of DICOM', () => {
	// PS3.5, annexes H to K.
	const names: readonly (readonly [sets: string[], written: string, text: string])[] = [
		[[], 'Plain^Name', 'Plain^Name'],
		[['ISO_IR 100'], 'Buc^J\xe9r\xf4me', 'Buc^Jérôme'],
		[['ISO_IR 144'], '\xbb\xee\xda', 'Люк'],
		[['ISO_IR 192'], 'Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1', 'Wang^XiaoDong=王^小東'],
		[['GB18030'], 'Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab', 'Wang^XiaoDong=王^小东'],
		[['GB18030'], '\x8c\x5c', '孿'],
		[
			['', 'ISO 2022 IR 87'],
			'Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B',
			'Yamada^Tarou=山田^太郎=やまだ^たろう',
		],
		[['ISO 2022 IR 13', 'ISO 2022 IR 87'], '\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J', 'ﾔﾏﾀﾞ^ﾀﾛｳ=山田'],
		[['', 'ISO 2022 IR 149'], 'Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7', 'Hong^Gildong=洪^吉洞'],
		[['', 'ISO 2022 IR 159'], '\x1b$(D0!\x1b(B', '丂'],
		[['ISO 2022 IR 100', 'ISO 2022 IR 144'], '\xe4\x1b-L\xbb\\\xe4', 'äЛ\\ä'],
	];
	for (const [sets, written, text] of names) {
		it(`are read in ${sets.join(' and ') || 'ASCII'}: ${text}`, () => {
			assert.equal(characterSets(sets).decode(bytes(written), true), text);
		});
	}

	it('are read in sets with a slip in their name, and as Latin 1 in unknown ones', () => {
		assert.equal(characterSets(['ISO-IR 144']).decode(bytes('\xbb'), false), 'Л');
		assert.equal(characterSets(['utf-8']).decode(bytes('\xc3\xa9'), false), 'é');
		assert.equal(characterSets(['nonsense']).decode(bytes('\xe9\x1b'), false), 'é\x1b');
	});

	it('of numbers are numbers, and texts where they are none, however long', () => {
		const value = (text: string) => decodeValue('DS', bytes(text), true, characterSets([]));
		assert.deepEqual(value('1.\\-.5e3\\+7 \\1.2.3\\e5'), [1, -500, 7, '1.2.3', 'e5']);
		// Once in quadratic time: minutes.
		const long = `${'1'.repeat(4 * 1024 * 1024)}x`;
		assert.equal(value(long), long);
	});

	it('have a name for what the standard repeats', () => {
		assert.equal(dictionaryEntry(0x60020010)?.keyword, 'OverlayRows');
		assert.equal(dictionaryEntry(0x00283002)?.vr, 'US/SS');
		assert.equal(dictionaryEntry(0xfffcfffc)?.keyword, 'DataSetTrailingPadding');
		assert.equal(dictionaryEntry(0x00091001), undefined);
		assert.equal(dictionaryEntry(0x00100011), undefined);
	});
});
