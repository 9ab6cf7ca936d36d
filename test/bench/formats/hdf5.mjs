// `node hdf5.mjs FILE`: `/cube` of a file of test/support/bigFiles/hdf5.ts, slab by slab. `check`: its sum.
import { Hdf5Reader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

function sum(values) {
	let all = 0;
	for (let i = 0; i < values.length; i++) all += values[i];
	return all;
}

// The thread with the library waits a second for another file.
const settlesMs = 2_000;

await measured(async () => {
	let items = 0;
	let check = 0;
	const reader = await Hdf5Reader.open(process.argv[2]);
	for await (const { data } of reader.slabs('/cube')) {
		items += data.length;
		check += sum(data);
	}
	await reader.close();
	return { items, check, settlesMs };
});
