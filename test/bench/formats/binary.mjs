// `node binary.mjs FILE`: two columns of the records of test/support/bigFiles/binary.ts.
import { BinaryReader } from '../../../dist/runtime/formats.mjs';
import { measured } from './measured.mjs';

const FIELDS = {
	number: 'uint32',
	kind: 'uint16',
	unused: { type: 'skip', bytes: 2 },
	value: 'float64',
	name: { type: 'skip', bytes: 8 },
};

function weighted(values, weights, count) {
	let all = 0;
	for (let i = 0; i < count; i++) all += values[i] * weights[i];
	return all;
}

await measured(async () => {
	let items = 0;
	let check = 0;
	const reader = await BinaryReader.open(process.argv[2]);
	for await (const { count, columns } of reader.columns(FIELDS)) {
		items += count;
		check += weighted(columns.value, columns.kind, count);
	}
	await reader.close();
	return { items, check };
});
