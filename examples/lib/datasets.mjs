// The data files of the npm package vega-datasets, which the project installs.
import { readFileSync } from 'node:fs';

/** @param {string} name For example `flights-200k.json`. */
export function dataset(name) {
	// The package exports only its entry point; the files lie beside it.
	return new URL(`../data/${name}`, import.meta.resolve('vega-datasets'));
}

/** Rows of a CSV file with a header line as objects of strings. Fields may be quoted. */
export function readCsv(name) {
	const lines = readFileSync(dataset(name), 'utf8').split(/\r?\n/);
	const names = fields(lines[0] ?? '');
	const rows = [];
	for (const line of lines.slice(1)) {
		if (line === '') continue;
		const values = fields(line);
		rows.push(Object.fromEntries(names.map((column, i) => [column, values[i] ?? ''])));
	}
	return rows;
}

function fields(line) {
	if (!line.includes('"')) return line.split(',');
	return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
		([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
	);
}
