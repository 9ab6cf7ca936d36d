import assert from 'node:assert/strict';
import { agreement } from '../../support/agreement/fits.ts';

describe('FITS files of astropy', function () {
	// A new machine downloads them.
	this.timeout(120_000);

	it('are read as astropy reads them, or refused for what astropy warns of', async function () {
		// The files of the Hubble telescope are 37 MB to download: only where they are here already.
		const rows = await agreement(false);
		if (!rows) return this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome === 'differs'),
			[],
		);
		assert.ok(rows.filter(({ outcome }) => outcome === 'agrees').length >= 42, `${rows.length} files`);
		// Headers without their data, or pieces of headers; every .fits is read.
		assert.deepEqual(
			rows.filter(({ file, outcome }) => outcome === 'refused' && !file.endsWith('.hdr')),
			[],
		);
	});
});
