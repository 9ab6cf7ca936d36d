// JSON text to objects, grouped and sorted: many short-lived objects.
import { readFileSync } from 'node:fs';
import { dataset } from './data.mjs';

const text = readFileSync(dataset('flights-200k.json'), 'utf8');
let checksum = 0;
for (let round = 0; round < 40; round++) {
	const flights = JSON.parse(text);
	const groups = Map.groupBy(flights, ({ distance }) => Math.floor(distance / 50));
	const rows = [...groups].map(([band, group]) => {
		const delays = group.map(({ delay }) => delay).sort((a, b) => a - b);
		return { band, flights: group.length, median: delays[delays.length >> 1] };
	});
	rows.sort((a, b) => b.flights - a.flights);
	checksum += rows[0].median + rows.length;
}
console.log(checksum);
