// `node fits.mjs FILE`: all pixels of all images and two columns of all tables. `check`: their sum.
import { FitsReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

function sum(values) {
	let all = 0;
	for (let i = 0; i < values.length; i++) all += values[i];
	return all;
}

await measured(async () => {
	let items = 0;
	let check = 0;
	const reader = await FitsReader.open(process.argv[2]);
	for await (const hdu of reader) {
		if (hdu.kind === 'table') {
			for await (const batch of reader.columns(hdu)) {
				items += batch.rows;
				check += sum(batch.numbers('TIME')) + sum(batch.numbers('FLUX'));
			}
		} else {
			for await (const { data } of reader.bands(hdu)) {
				items += data.length;
				check += sum(data);
			}
		}
	}
	await reader.close();
	return { items, check };
});
