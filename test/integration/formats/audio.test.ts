import assert from 'node:assert/strict';
import { agreement } from '../../support/agreement/audio.ts';

describe('sound files of three packages', function () {
	// A new machine downloads them.
	this.timeout(120_000);

	it('are read as Python, sox and ffmpeg read them', async function () {
		const rows = await agreement();
		if (!rows) return this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome !== 'agrees'),
			[],
		);
		assert.ok(rows.length > 40, `${rows.length} files`);
	});
});
