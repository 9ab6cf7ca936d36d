import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/paths.ts';
import { sampleFolder } from '../../../scripts/samples.ts';
import { detectFormat, openReader } from '../../../src/runtime/formats/index.ts';
import { agreement } from '../../support/agreement/netcdf.ts';

describe('classic NetCDF files of NCAR and Ferret', function () {
	// A new machine downloads them.
	this.timeout(120_000);

	it('are read as netCDF4-python reads them', async function () {
		const hasFerret = existsSync(join(cacheFolder, 'samples', 'ferret-datasets'));
		const rows = await agreement(hasFerret ? ['libncarg-data', 'ferret-datasets'] : ['libncarg-data']);
		if (!rows) return this.skip();
		assert.deepEqual(
			rows.filter(({ outcome }) => outcome !== 'agrees'),
			[],
		);
		assert.ok(rows.length >= 93, `${rows.length} files`);
	});

	it('are told from HDF4 and HDF5, which lie beside them', async function () {
		const folder = await sampleFolder('libncarg-data');
		if (folder === undefined) return this.skip();
		const data = join(folder, 'usr/share/ncarg/data');
		const hdf4 = join(data, 'hdf/avhrr.hdf');
		assert.equal((await detectFormat(hdf4)).name, 'an HDF4 file');
		await assert.rejects(openReader(hdf4), { code: 'unsupported', message: /h4toh5/ });
		assert.equal((await detectFormat(join(data, 'hdf/MLS-Aura_L2GP-IWC_v02-21-c02_2007d210.he5'))).format, 'hdf5');
	});
});
