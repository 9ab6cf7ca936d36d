import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineEnds } from '../../../../src/extension/terminal/terminalText.ts';

describe('LineEnds', () => {
	it('puts a return before each line feed that has none', () => {
		const ends = new LineEnds();
		assert.equal(ends.convert('a\nb\r\nc\rd\n'), 'a\r\nb\r\nc\rd\r\n');
	});

	it('gives the same however the text is cut', () => {
		const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n') });
		fc.assert(
			fc.property(fc.array(text), parts => {
				const ends = new LineEnds();
				const pieces = parts.map(part => ends.convert(part)).join('');
				assert.equal(pieces, new LineEnds().convert(parts.join('')));
			}),
		);
	});
});
