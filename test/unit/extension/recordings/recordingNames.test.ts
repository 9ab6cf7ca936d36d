import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOwnName, recordingName, renamed } from '../../../../src/extension/recordings/recordingNames.ts';

const when = new Date(2026, 6, 28, 4, 25, 3);

describe('recordingNames', () => {
	it('names title and local time', () => {
		assert.equal(recordingName('flights.mjs', when), 'flights.mjs-20260728-042503.memrec');
	});

	it('makes a file name of any title', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), title => {
				const name = recordingName(title, when);
				assert.ok(isOwnName(name));
				// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there.
				assert.doesNotMatch(name, /[/\\:*?"<>|\u0000-\u001f]/);
				assert.ok(name.length < 120);
			}),
		);
	});

	it('knows a renamed recording from one of ours', () => {
		assert.ok(isOwnName('a-20260728-042503-2.memrec'));
		assert.ok(!isOwnName('before the fix.memrec'));
	});

	it('takes names that files can have', () => {
		assert.equal(renamed(' before the fix '), 'before the fix.memrec');
		assert.equal(renamed('x.memrec'), 'x.memrec');
		for (const bad of ['', '   ', '../x', 'a/b', 'a\\b', '..', '.memrec', 'x'.repeat(300)]) {
			assert.equal(renamed(bad), undefined, bad);
		}
	});
});
