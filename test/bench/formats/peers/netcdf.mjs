import { readFile } from 'node:fs/promises';
import { jsfive } from './jsfive.mjs';

/** As the conventions say; the library gives values as they are stored. */
function sum(values, { scale_factor: scale = 1, add_offset: offset = 0, _FillValue: fill }) {
	let all = 0;
	for (let i = 0; i < values.length; i++) if (values[i] !== fill) all += values[i] * scale + offset;
	return all;
}

export const peers = {
	async netcdfjs({ load }) {
		const { NetCDFReader } = await load('netcdfjs');
		return async file => {
			const reader = new NetCDFReader(await readFile(file));
			let items = 0;
			let check = 0;
			for (const { name, attributes, record } of reader.variables) {
				const given = reader.getDataVariable(name);
				const facts = Object.fromEntries(attributes.map(each => [each.name, each.value]));
				// An array for each record where a record has more than one value.
				for (const values of record && Array.isArray(given[0]) ? given : [given]) {
					items += values.length;
					check += sum(values, facts);
				}
			}
			return { items, check };
		};
	},
	jsfive: given =>
		jsfive(given, root => {
			let items = 0;
			let check = 0;
			for (const key of root.keys) {
				const { value, attrs } = root.get(key);
				items += value.length;
				check += sum(value, attrs);
			}
			return { items, check };
		}),
};
