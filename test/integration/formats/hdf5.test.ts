import assert from 'node:assert/strict';
import { agreement } from '../../support/agreement/hdf5.ts';
import { agreement as netcdfAgreement } from '../../support/agreement/netcdf4.ts';

const TRUE_REASONS = /the filter (lzo|blosc) |floating-point numbers of 16 bytes|times of the class H5T_TIME/;

describe('real HDF5 files', function () {
	this.timeout('180s');

	it('read as h5py reads them, or are refused with the true reason', async function () {
		const rows = await agreement();
		if (!rows) return this.skip();
		assert.ok(rows.length > 50, `only ${rows.length} files`);
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome === 'differs'),
			[],
		);
		for (const { file, outcome, detail } of rows) if (outcome === 'refused') assert.match(detail, TRUE_REASONS, file);
	});

	it('of NetCDF-4 read as netCDF4-python reads them', async function () {
		const rows = await netcdfAgreement();
		if (!rows) return this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome !== 'agrees'),
			[],
		);
		assert.ok(rows.length >= 4, `only ${rows.length} files`);
	});
});
