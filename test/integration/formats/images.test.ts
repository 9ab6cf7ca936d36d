import assert from 'node:assert/strict';
import { agreement } from '../../support/agreement/images.ts';

describe('statistics of real images', function () {
	this.timeout(60_000);

	it('agree with those of numpy', async () => {
		// Those of third parties, 53 MB and a minute's work, by `node test/bench/agreement.ts images`.
		const rows = (await agreement(false)) ?? [];
		assert.equal(rows.length, 2);
		for (const { file, outcome, detail } of rows) assert.equal(outcome, 'agrees', `${file}: ${detail}`);
	});
});
