// Over which states do the flights of 2008 pass? With a leak: `node leaky.mjs`, and without it: `node leaky.mjs --fixed`.
//
// In the panel: heap used climbs in a straight line and no collection brings it down. In the allocations tab most live bytes
// stand at `statesBetween`, into which V8 compiles `placeAt` (what an inlined function allocates counts for the function around
// it). There a memo has keys that are exact to the last digit: hardly a place is ever found again, and none is ever let go.
// With --fixed a bounded cache is asked, by a key that does come again.
import { BoundedCache, region } from 'memory-manager-runtime';
import { dataset, readCsv } from './lib/datasets.mjs';
import { pointBetween } from './lib/greatCircle.mjs';

const STEPS_PER_ROUTE = 160;
const fixed = process.argv.includes('--fixed');

const memo = new Map();
const bounded = new BoundedCache({ name: 'places', maxBytes: 2 * 1024 * 1024, sizeOf: () => 200 });

async function main() {
	const airports = region('airports', () => new Map(readCsv('airports.csv').map(row => [row.iata, located(row)])));
	const grid = region('zip codes', () => gridOf(readCsv('zipcodes.csv').map(located)));
	const routes = region('routes', () => readCsv('flights-airport.csv'));
	const flightsOver = new Map();
	let points = 0;
	for (let at = 0; at < routes.length; at += 200) {
		await region('overfly', async () => {
			for (const { origin, destination, count } of routes.slice(at, at + 200)) {
				const from = airports.get(origin);
				const to = airports.get(destination);
				if (!from || !to) continue;
				for (const state of await statesBetween(from, to, grid)) {
					flightsOver.set(state, (flightsOver.get(state) ?? 0) + Number(count));
				}
				points += STEPS_PER_ROUTE;
			}
		});
		// A service would answer its requests here.
		await new Promise(resolve => setImmediate(resolve));
	}
	const top = [...flightsOver].sort(([, a], [, b]) => b - a).slice(0, 8);
	console.log(
		`${points} points on ${routes.length} routes of ${dataset('flights-airport.csv').pathname.split('/').at(-1)}`,
	);
	for (const [state, flights] of top) console.log(`  ${state}: ${flights} flights over it`);
	console.log(fixed ? `The cache holds ${bounded.size} places` : `The memo holds ${memo.size} places`);
}

const located = row => ({ ...row, latitude: Number(row.latitude), longitude: Number(row.longitude) });

async function statesBetween(from, to, grid) {
	const states = new Set();
	for (let step = 0; step < STEPS_PER_ROUTE; step++) {
		const place = await placeAt(pointBetween(from, to, step / STEPS_PER_ROUTE), grid);
		if (place.nearest) states.add(place.nearest.state);
	}
	return states;
}

/** Asynchronous like any service that is asked for places. */
async function placeAt(point, grid) {
	if (fixed) {
		// A twentieth of a degree is about five kilometres: near enough for a state, and shared by many routes.
		const rounded = {
			latitude: Math.round(point.latitude * 20) / 20,
			longitude: Math.round(point.longitude * 20) / 20,
		};
		const key = `${rounded.latitude},${rounded.longitude}`;
		const known = bounded.get(key);
		if (known) return known;
		const place = { point: rounded, nearest: nearestIn(grid, rounded) };
		bounded.set(key, place);
		return place;
	}
	const key = `${point.latitude},${point.longitude}`;
	const known = memo.get(key);
	if (known) return known;
	const place = { point, nearest: nearestIn(grid, point), askedAt: new Date() };
	memo.set(key, place);
	return place;
}

/** Zip codes by whole degree. */
function gridOf(zipCodes) {
	const grid = new Map();
	for (const zip of zipCodes) {
		const cell = cellOf(zip.latitude, zip.longitude);
		const inCell = grid.get(cell);
		if (inCell) inCell.push(zip);
		else grid.set(cell, [zip]);
	}
	return grid;
}

const cellOf = (latitude, longitude) => Math.floor(latitude) * 1000 + Math.floor(longitude);

/** The nearest zip code in the 25 cells around the point; none over the sea. */
function nearestIn(grid, { latitude, longitude }) {
	let nearest;
	let best = Number.POSITIVE_INFINITY;
	const scale = Math.cos((latitude * Math.PI) / 180);
	for (let north = -2; north <= 2; north++) {
		for (let east = -2; east <= 2; east++) {
			for (const zip of grid.get(cellOf(latitude + north, longitude + east)) ?? []) {
				const square = (zip.latitude - latitude) ** 2 + ((zip.longitude - longitude) * scale) ** 2;
				if (square < best) [best, nearest] = [square, zip];
			}
		}
	}
	return nearest;
}

await main();
