// Which states lie under the flights of 2008? Asked on a heap that is too small for all the answers:
// `node --max-old-space-size=96 --max-semi-space-size=2 pressure.mjs` dies; `node --max-old-space-size=96 --max-semi-space-size=2 pressure.mjs --fixed` comes to its end.
//
// In the panel: the heap climbs to its limit; with --fixed the level rises to elevated or higher, the cache lets a part of its
// entries go for the reason "pressure", and the heap falls. Its own bound would not save it: at 96 MB it is as large as the heap.
import { BoundedCache, configure, region } from 'memory-manager-runtime';
import { readCsv } from './lib/datasets.mjs';
import { pointBetween } from './lib/greatCircle.mjs';

const STEPS_PER_ROUTE = 40;
const MB = 1024 * 1024;
const fixed = process.argv.includes('--fixed');

const known = fixed ? new BoundedCache({ name: 'places', maxBytes: 96 * MB, sizeOf: () => 1200 }) : new Map();
// A heap this small fills up between two looks of the usual 250 ms.
if (fixed) configure({ monitorIntervalMs: 10 });
let peakBytes = 0;

async function main() {
	const airports = region('airports', () => new Map(readCsv('airports.csv').map(row => [row.iata, located(row)])));
	const cells = region('zip codes', statesByCell);
	const routes = readCsv('flights-airport.csv');
	const flightsOver = new Map();
	let points = 0;
	for (let at = 0; at < routes.length; at += 200) {
		region('overfly', () => {
			for (const { origin, destination, count } of routes.slice(at, at + 200)) {
				const from = airports.get(origin);
				const to = airports.get(destination);
				if (!from || !to) continue;
				const states = new Set();
				for (let step = 0; step < STEPS_PER_ROUTE; step++) {
					const { state } = placeAt(pointBetween(from, to, step / STEPS_PER_ROUTE), cells);
					if (state) states.add(state);
				}
				for (const state of states) flightsOver.set(state, (flightsOver.get(state) ?? 0) + Number(count));
				points += STEPS_PER_ROUTE;
			}
		});
		peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
	}
	const top = [...flightsOver].sort(([, a], [, b]) => b - a).slice(0, 6);
	console.log(`${points} points on ${routes.length} routes`);
	for (const [state, flights] of top) console.log(`  ${state}: ${flights} flights over it`);
	console.error(`Heap in use at its peak: ${Math.round(peakBytes / MB)} MB`);
	if (!fixed) return;
	const { entries, evictions } = known.stats();
	console.error(`The cache holds ${entries} places and let ${evictions.pressure ?? 0} go because memory was short`);
}

const located = row => ({ ...row, latitude: Number(row.latitude), longitude: Number(row.longitude) });

/** The answer for a point, remembered by its exact place: hardly one comes again. */
function placeAt(point, cells) {
	const key = `${point.latitude},${point.longitude}`;
	const present = known.get(key);
	if (present) return present;
	const around = surroundings(point, cells);
	const place = { ...point, around, state: around.find(state => state !== undefined) };
	known.set(key, place);
	return place;
}

/** The states of the hundred cells around a point. */
function surroundings({ latitude, longitude }, cells) {
	const around = [];
	for (let north = -5; north < 5; north++) {
		for (let east = -5; east < 5; east++) {
			around.push(cells.get(cellOf({ latitude: latitude + north / 10, longitude: longitude + east / 10 })));
		}
	}
	return around;
}

/** States by tenths of a degree. */
function statesByCell() {
	const cells = new Map();
	for (const zip of readCsv('zipcodes.csv').map(located)) cells.set(cellOf(zip), zip.state);
	return cells;
}

const cellOf = ({ latitude, longitude }) => Math.floor(latitude * 10) * 10_000 + Math.floor(longitude * 10);

await main();
