// CSV text to rows of strings and numbers, joined and counted: strings and small objects.
import { readFileSync } from 'node:fs';
import { dataset } from './data.mjs';

const texts = ['zipcodes.csv', 'species.csv', 'birdstrikes.csv', 'airports.csv'].map(name =>
	readFileSync(dataset(name), 'utf8'),
);
let checksum = 0;
for (let round = 0; round < 40; round++) {
	for (const text of texts) {
		const [header, ...lines] = text.trim().split(/\r?\n/);
		const names = header.split(',');
		const rows = lines.map(line => {
			const fields = line.split(',');
			return Object.fromEntries(
				names.map((name, i) => [name, Number.isNaN(Number(fields[i])) ? fields[i] : Number(fields[i])]),
			);
		});
		const counts = new Map();
		for (const row of rows) {
			const key = String(row[names[4]] ?? '').toLowerCase();
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
		checksum += rows.length + counts.size;
	}
}
console.log(checksum);
