import assert from 'node:assert/strict';
import { MAX_REGIONS, OTHER_REGIONS, RegionBook } from '../../../../src/runtime/reporting/regionBook.ts';

describe('RegionBook', () => {
	it('counts what comes after too many names as one', () => {
		const book = new RegionBook();
		const first = book.get('region', 'row 0', 0);
		for (let i = 0; i < MAX_REGIONS * 2; i++) book.get('region', `row ${i}`, 0);
		assert.equal(book.get('region', 'row 0', 0), first);
		assert.equal(book.get('trackMemory', 'one more', 0).name, OTHER_REGIONS);
		assert.equal([...book.records].length, MAX_REGIONS + 1);
	});

	it('cuts a huge name', () => {
		const book = new RegionBook();
		const record = book.get('region', 'x'.repeat(1_000_000), 0);
		assert.equal(record.name.length, 256);
		assert.equal(book.get('region', 'x'.repeat(1_000_000), 0), record);
	});

	it('asks for the place once, and keeps functions of one name in two places apart', () => {
		const book = new RegionBook();
		let asked = 0;
		for (let i = 0; i < 3; i++) book.get('region', 'a', 0, () => void asked++);
		assert.equal(asked, 1);
		const site = { file: '/a.mjs', line: 1, column: 1 };
		const record = book.getAt('trackMemory', 'a', 0, site);
		assert.equal(book.getAt('trackMemory', 'a', 0, { ...site }), record);
		assert.notEqual(book.getAt('trackMemory', 'a', 0, { ...site, line: 2 }), record);
	});
});
