import assert from 'node:assert/strict';
import { agreement } from '../../support/agreement/dicom.ts';

describe('DICOM files of pydicom', function () {
	// A new machine downloads them.
	this.timeout(120_000);

	it('are read as pydicom reads them, or refused because they are cut off', async function () {
		const rows = await agreement();
		if (!rows) return this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome === 'differs'),
			[],
		);
		assert.ok(rows.length > 90, `${rows.length} files`);
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome === 'refused').map(({ file }) => file),
			['test_files/MR_truncated.dcm', 'test_files/dicomdirtests/DICOMDIR-nooffset', 'test_files/rtplan_truncated.dcm'],
		);
	});
});
