import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MAX_SHOWN_LENGTH, visibleText } from '../../../src/protocol/text.ts';

describe('visibleText', () => {
	it('leaves ordinary text and markup as they are', () => {
		assert.equal(visibleText('load <b>rows</b> – Größe 图'), 'load <b>rows</b> – Größe 图');
	});

	it('shows control characters', () => {
		assert.equal(visibleText('a\nb\tc\u0000d\u007fe\u0085'), 'a␊b␉c␀d␡e⟨U+0085⟩');
	});

	it('shows what turns or hides text', () => {
		assert.equal(visibleText('user\u202etxt.exe'), 'user⟨U+202E⟩txt.exe');
		assert.equal(visibleText('a\u200bb\ufeff'), 'a⟨U+200B⟩b⟨U+FEFF⟩');
	});

	it('cuts by characters, not inside one', () => {
		assert.equal(visibleText('😀'.repeat(5), 5), '😀'.repeat(5));
		assert.equal(visibleText('😀'.repeat(6), 5), `${'😀'.repeat(4)}…`);
	});

	it('cuts a name of 1 MB without walking through it', () => {
		const name = 'x'.repeat(1024 * 1024);
		const start = performance.now();
		for (let i = 0; i < 300; i++) visibleText(name);
		assert.ok(performance.now() - start < 1_000);
		assert.equal(visibleText(name).length, MAX_SHOWN_LENGTH);
	});

	it('gives well-formed text without controls for any text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, max) => {
				const shown = visibleText(`${text}\ud800`, max);
				assert.ok(shown.isWellFormed());
				assert.doesNotMatch(shown, /\p{Cc}/u);
			}),
		);
	});
});
