import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseBytes } from '../../../src/protocol/parseBytes.ts';

describe('parseBytes', () => {
	it('reads what people write', () => {
		const cases: [string, number][] = [
			['1048576', 1_048_576],
			['0', 0],
			['512MB', 512 * 1024 ** 2],
			['1.5GB', 1.5 * 1024 ** 3],
			['1.5 gb', 1.5 * 1024 ** 3],
			['64KiB', 64 * 1024],
			['2g', 2 * 1024 ** 3],
			[' 7 B ', 7],
			['1TB', 1024 ** 4],
		];
		for (const [text, bytes] of cases) assert.equal(parseBytes(text), bytes, text);
	});

	it('refuses everything else', () => {
		for (const text of ['', '  ', 'MB', '-1', '-1MB', '1e9', 'NaN', 'Infinity', '1.5.5MB', '5 iB', '0x10', '12 MBytes'])
			assert.equal(parseBytes(text), undefined, text);
		assert.equal(parseBytes('99999999TB'), undefined);
	});

	it('gives a whole number or nothing for any text', () => {
		fc.assert(
			fc.property(fc.string(), text => {
				const bytes = parseBytes(text);
				return bytes === undefined || (Number.isSafeInteger(bytes) && bytes >= 0);
			}),
		);
	});
});
