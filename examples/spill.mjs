// Where would people from two airports meet, so that neither flies far? The table of distances is larger than the heap:
// `node --max-old-space-size=64 spill.mjs` dies; `node --max-old-space-size=64 spill.mjs --fixed` comes to its end.
//
// In the panel: with --fixed the heap stays near its height while the cache's disk side grows to the size of the table; each row of
// it is computed once and comes back from a temporary file when it is wanted again. Without, the heap climbs to its limit.
import { region, SpillCache } from 'memory-manager-runtime';
import { readCsv } from './lib/datasets.mjs';
import { distanceKm } from './lib/greatCircle.mjs';

const ROUTES = 1_200;
const MB = 1024 * 1024;
const fixed = process.argv.includes('--fixed');

let computed = 0;
let peakBytes = 0;

async function main() {
	const places = region('places', () => readCsv('zipcodes.csv').map(located));
	const airports = region('airports', () => new Map(readCsv('airports.csv').map(row => [row.iata, located(row)])));
	const routes = readCsv('flights-airport.csv')
		.filter(({ origin, destination }) => airports.has(origin) && airports.has(destination))
		.sort((a, b) => Number(b.count) - Number(a.count))
		.slice(0, ROUTES);
	const rows = fixed ? spillingRows() : unboundedRows();
	const rowOf = iata => rows.getOrCompute(iata, () => distancesFrom(airports.get(iata), places));
	const meetings = new Map();
	for (let at = 0; at < routes.length; at += 100) {
		await region('meet', async () => {
			for (const { origin, destination } of routes.slice(at, at + 100)) {
				const { state } = places[meetingPlace(await rowOf(origin), await rowOf(destination))];
				meetings.set(state, (meetings.get(state) ?? 0) + 1);
				peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
			}
		});
	}
	const top = [...meetings].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, 6);
	console.log(
		`${routes.length} routes, ${places.length} places: a table of ${Math.round((computed * places.length * 8) / MB)} MB`,
	);
	for (const [state, count] of top) console.log(`  ${state}: ${count} meetings`);
	console.log(`${computed} rows computed`);
	console.error(`Heap in use at its peak: ${Math.round(peakBytes / MB)} MB`);
	if (fixed) {
		const { writes, reads, bytes, failed, dropped, corrupt } = rows.stats().disk;
		console.error(`Disk: ${writes} rows written, ${reads} read back, ${Math.round(bytes / MB)} MB there now`);
		console.error(`Lost: ${failed + dropped + corrupt}`);
		await rows.dispose();
	}
}

const located = ({ state, latitude, longitude }) => ({
	state,
	latitude: Number(latitude),
	longitude: Number(longitude),
});

function distancesFrom(airport, places) {
	computed++;
	return places.map(place => distanceKm(airport, place));
}

/** The place whose longer way is the shortest. */
function meetingPlace(fromA, fromB) {
	let best = 0;
	let bestKm = Number.POSITIVE_INFINITY;
	for (let i = 0; i < fromA.length; i++) {
		const km = Math.max(fromA[i], fromB[i]);
		if (km < bestKm) [bestKm, best] = [km, i];
	}
	return best;
}

/** Rows are arrays of numbers; on disk they are doubles, eight bytes each. */
function spillingRows() {
	return new SpillCache({
		name: 'distances',
		maxBytes: 8 * MB,
		maxDiskBytes: 256 * MB,
		sizeOf: row => row.length * 8,
		serialize: row => new Uint8Array(new Float64Array(row).buffer),
		deserialize: ({ buffer, byteOffset, length }) => numbers(new Float64Array(buffer, byteOffset, length / 8)),
	});
}

/** `Array.from` would let the array grow step by step, which took seconds on a heap this small. */
function numbers(doubles) {
	const row = new Array(doubles.length).fill(0.5);
	for (let i = 0; i < row.length; i++) row[i] = doubles[i];
	return row;
}

function unboundedRows() {
	const rows = new Map();
	return {
		async getOrCompute(key, compute) {
			if (!rows.has(key)) rows.set(key, compute());
			return rows.get(key);
		},
	};
}

await main();
