import assert from 'node:assert/strict';
import { join } from 'node:path';
import { projectRoot } from '../../../../scripts/paths.ts';
import { NetcdfReader } from '../../../../src/runtime/formats/netcdf/netcdfReader.ts';

const fixture = (name: string) => join(projectRoot, 'test', 'fixtures', 'formats', 'netcdf4', name);

describe('NetCDF-4', function () {
	this.timeout('30s');

	it('names dimensions, hides what only names them, fills up what was written less far', async () => {
		await using reader = await NetcdfReader.open(fixture('dimensions.nc'));
		assert.equal(reader.layout, 'NetCDF-4');
		const dimensions = reader.dimensions().map(({ name, length, unlimited }) => [name, length, unlimited]);
		assert.deepEqual(dimensions, [
			['time', 4, true],
			['level', 3, true],
			['lat', 5, false],
			['lon', 7, false],
			['bare', 3, false],
		]);
		const names = reader.variables().map(({ name }) => name);
		assert.deepEqual(names.sort(), ['checked', 'lat', 'lon', 'packed', 'shorter', 'time', 'unwritten']);
		assert.deepEqual(reader.variable('lon').dimensions, ['lat', 'lon']);
		assert.equal(reader.variable('packed').fillValue, -999);
		const fill = -2_147_483_647;
		const whole = [0, 1, 2, 3, 4, 5, fill, fill, fill, fill, fill, fill];
		assert.deepEqual([...(await reader.read('shorter')).data], whole);
		const slabs: number[] = [];
		for await (const { data } of reader.slabs('shorter', { slabBytes: 12 })) slabs.push(...(data as Int32Array));
		assert.deepEqual(slabs, whole);
		const { data } = await reader.read('packed', { start: [1, 0, 2], count: [1, 1, 3], unpack: true });
		assert.deepEqual(
			[...data],
			[37, 38, 39].map(stored => stored * 0.5 + 10),
		);
		let sum = 0;
		for await (const slab of reader.slabs('packed', { slabBytes: 64 }))
			for (const value of slab.data) sum += Number(value);
		assert.equal(sum, (139 * 140) / 2);
	});

	it('finds variables, dimensions and attributes in groups', async () => {
		await using reader = await NetcdfReader.open(fixture('groups.nc'));
		assert.deepEqual(reader.variable('forecast/model/run/both').dimensions, ['forecast/time', 'forecast/model/run/x']);
		assert.deepEqual(reader.variable('forecast/wind').dimensions, ['forecast/time', 'x']);
		assert.equal(reader.attributes('forecast').get('note'), 'inner');
	});

	it('gives texts, characters and the classic model', async () => {
		await using reader = await NetcdfReader.open(fixture('types.nc'));
		const { data } = await reader.read('text');
		assert.deepEqual(data, ['a', '', 'zwölf', 'x'.repeat(300), '日本', 'end']);
		assert.deepEqual([...(await reader.read('characters', { count: [1, 4] })).data], [...Buffer.from('abcd')]);
		assert.deepEqual([...(await reader.read('i8_big')).data], [0n, -3n, -6n, -9n, -12n, -15n]);
		await assert.rejects(reader.read('compound'), { code: 'unsupported', message: /compound/ });
		await using classic = await NetcdfReader.open(fixture('classicModel.nc'));
		assert.equal(classic.layout, 'NetCDF-4 classic model');
		assert.equal(classic.attributes().get('history'), 'made');
	});
});
