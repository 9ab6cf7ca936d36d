// `node lines.mjs FILE`: the lines of a file, one by one. `check`: their characters.
import { FileReader } from '../../../dist/runtime/index.mjs';
import { measured } from './measured.mjs';

await measured(async () => {
	let items = 0;
	let check = 0;
	for await (const line of new FileReader(process.argv[2]).lines()) {
		items++;
		check += line.length;
	}
	return { items, check };
});
