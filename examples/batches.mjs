// How far is it to an airport with flights? For each zip code of two states, the airports by distance. In batches of 1000 it needs
// more than a small heap has: `node --max-old-space-size=64 batches.mjs` dies. `node --max-old-space-size=64 batches.mjs --adaptive`
// does the same work in batches that keep within 12 MB, and prints each size it chose, and why.
//
// In the panel: with --adaptive the size of the batches "zip codes" over time, each step with its reason; heap used stays flat
// where the same script without it climbs by 200 MB for each batch.
import { BatchProcessor, region } from 'memory-manager-runtime';
import { dataset, readCsv } from './lib/datasets.mjs';
import { distanceKm } from './lib/greatCircle.mjs';

const STATES = ['CA', 'TX'];
const NEAREST = 3;
const SIZE = 1000;
const adaptive = process.argv.includes('--adaptive');

const airports = region('airports', () => readCsv('airports.csv').map(located));
const places = region('zip codes', () => readCsv('zipcodes.csv').map(located)).filter(({ state }) =>
	STATES.includes(state),
);
const flights = region('flights', () => {
	const departures = new Map();
	for (const { origin, count } of readCsv('flights-airport.csv')) {
		departures.set(origin, (departures.get(origin) ?? 0) + Number(count));
	}
	return departures;
});

const processor = new BatchProcessor({
	name: 'zip codes',
	process: batch => region('distances', () => nearestAirports(batch)),
	maxSize: SIZE,
	...(adaptive ? { minSize: 5, maxBytes: 12 * 1024 * 1024 } : { baseSize: SIZE, adaptive: false }),
});

/** The whole table of a batch is there at once: that is what takes the memory. */
function nearestAirports(batch) {
	const table = batch.map(place => airports.map(airport => ({ iata: airport.iata, km: distanceKm(place, airport) })));
	return table.map((row, i) => {
		const served = row.filter(({ iata }) => flights.has(iata)).sort((a, b) => a.km - b.km);
		return { state: batch[i].state, nearest: served.slice(0, NEAREST) };
	});
}

const byState = new Map(STATES.map(state => [state, { places: 0, km: 0, farthest: 0, departures: 0 }]));
let told = '';
for await (const { state, nearest } of processor.process(places)) {
	const sums = byState.get(state);
	const [first] = nearest;
	sums.places++;
	sums.km += first.km;
	sums.farthest = Math.max(sums.farthest, first.km);
	for (const { iata } of nearest) sums.departures += flights.get(iata);
	const { size, reason } = processor.stats();
	if (adaptive && reason !== told) console.log(`${String(size).padStart(4)} items: ${reason}`);
	told = reason;
}

for (const [state, { places, km, farthest, departures }] of byState) {
	console.log(
		`${state}: ${places} zip codes, ${(km / places).toFixed(1)} km to the next airport on average, ${farthest.toFixed(0)} at most; ${Math.round(departures / places / NEAREST)} flights a year from each of the next ${NEAREST}`,
	);
}
const { items, batches } = processor.stats();
console.log(`${items} zip codes of ${dataset('zipcodes.csv').pathname.split('/').at(-1)} in ${batches} batches`);

function located(row) {
	return { iata: row.iata, state: row.state, latitude: Number(row.latitude), longitude: Number(row.longitude) };
}
