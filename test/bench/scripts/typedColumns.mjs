// Columns of numbers: sorted, ranked, summed by window. Few allocations, large typed arrays.
import { readFileSync } from 'node:fs';
import { dataset } from './data.mjs';

const flights = JSON.parse(readFileSync(dataset('flights-200k.json'), 'utf8'));
let checksum = 0;
for (let round = 0; round < 90; round++) {
	const delay = Float64Array.from(flights, flight => flight.delay + round / 100);
	const distance = Float64Array.from(flights, flight => flight.distance);
	const speed = delay.map((value, i) => distance[i] / (value + 120));
	const sorted = speed.slice().sort();
	const sums = new Float64Array(speed.length);
	for (let i = 0, sum = 0; i < speed.length; i++) {
		sum += speed[i] - (i >= 1000 ? speed[i - 1000] : 0);
		sums[i] = sum;
	}
	checksum += sorted[sorted.length >> 1] + sums[sums.length - 1];
}
console.log(checksum.toFixed(3));
