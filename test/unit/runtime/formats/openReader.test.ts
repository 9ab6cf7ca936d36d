import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import type { StreamEntry } from '../../../../src/protocol/runtimeEntries.ts';
import { openReader } from '../../../../src/runtime/formats/openReader.ts';
import { classicFile } from '../../../support/classicNetcdf.ts';
import { scratch } from '../files/files.ts';
import { recordingHub } from '../hub.ts';

const classic = classicFile({
	version: 1,
	dimensions: [{ name: 'x', length: 2 }],
	variables: [{ name: 'a', type: 'int', dimensions: [0], values: [5, 6] }],
});

describe('openReader', () => {
	const { file } = scratch();

	it('takes the reader that the content asks for, whatever the name is', async () => {
		await using reader = await openReader(file(classic, 'photo.jpg'));
		// The union is told apart by `format`, also by TypeScript.
		assert.equal(reader.format, 'netcdf');
		if (reader.format === 'netcdf') assert.deepEqual([...(await reader.read('a')).data], [5, 6]);
	});

	it('reads what is of no known format as bytes', async () => {
		await using reader = await openReader(file(Buffer.alloc(10, 3)));
		assert.equal(reader.format, 'binary');
	});

	it('tries no other reader where the format is given, and takes its options', async () => {
		await using reader = await openReader(file(classic), { format: 'netcdf', maxHeaderBytes: 4096 });
		assert.equal(reader.variables().length, 1);
		await using bytes = await openReader(file(classic), { format: 'binary' });
		assert.equal((await bytes.bytes(0, 3)).toString(), 'CDF');
		await assert.rejects(openReader(file('no'), { format: 'netcdf' }), { code: 'wrongFormat' });
		await assert.rejects(openReader(file('no'), { format: 'jpeg' as 'fits' }), {
			code: 'invalidOption',
			message: /dicom/,
		});
		await assert.rejects(openReader(file(classic), { maxHeaderByts: 1 } as never), { code: 'invalidOption' });
	});

	it('reads from a handle and leaves it open', async () => {
		const handle = await open(file(classic));
		{
			await using reader = await openReader(handle);
			assert.equal(reader.format, 'netcdf');
		}
		assert.equal((await handle.stat()).size, classic.length);
		await handle.close();
	});

	it('says what to do with what it does not read', async () => {
		const refused: [string, RegExp][] = [
			['\xff\xd8\xff\xe0', /a JPEG image\. Open it with ImageLoader/],
			['\x1f\x8b\x08\0', /packed by gzip\. Unpack it first \(gunzip\)/],
			['\x0e\x03\x13\x01', /an HDF4 file\. Convert it first: h4toh5/],
			['\xcd\xf3\x00\x01', /a NASA CDF file\. It has nothing to do with NetCDF/],
		];
		for (const [content, message] of refused) {
			await assert.rejects(openReader(file(Buffer.from(content, 'latin1'))), { code: 'unsupported', message });
		}
	});

	it("names its caller's place in reports", async () => {
		const hub = recordingHub();
		await using reader = await openReader(file(classic));
		const [entry] = hub.drain().entries.filter((each): each is StreamEntry => each.type === 'stream');
		assert.equal(entry?.format, 'NetCDF');
		assert.match(entry?.site?.file ?? '', /openReader\.test\.ts$/);
		assert.equal(reader.format, 'netcdf');
		hub.leave();
	});
});
