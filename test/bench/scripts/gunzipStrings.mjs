// Compressed text unpacked and taken apart into words: one large buffer, then very many strings.
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { dataset } from './data.mjs';

const packed = ['zipcodes.csv', 'movies.json', 'species.csv', 'birdstrikes.csv'].map(name =>
	gzipSync(readFileSync(dataset(name))),
);
let checksum = 0;
for (let round = 0; round < 20; round++) {
	const counts = new Map();
	for (const bytes of packed) {
		for (const word of gunzipSync(bytes)
			.toString('utf8')
			.split(/[^\p{L}\p{N}]+/u)) {
			const key = word.toLowerCase();
			counts.set(key, (counts.get(key) ?? 0) + 1);
		}
	}
	checksum += counts.size;
}
console.log(checksum);
