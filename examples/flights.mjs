// What 200 000 flights say about delays, and what the network of airports looks like.
//
// In the panel: "parse" lifts the heap at once (200 000 objects) and "smooth" keeps it there; "columns" replaces the objects by
// typed arrays and the heap falls at the next collection; "bootstrap" allocates typed arrays, so array buffers move while the
// heap stays; the cache "distances" stays under its bound and says how often it was right.
import { readFileSync } from 'node:fs';
import { BoundedCache, region } from 'memory-manager-runtime';
import { dataset, readCsv } from './lib/datasets.mjs';
import { distanceKm } from './lib/greatCircle.mjs';
import { parquetFooter } from './lib/parquetFooter.mjs';

const RESAMPLES = 800;
/** Half the width of the smoothing window, and how far apart it is evaluated. */
const SMOOTHING_MILES = 150;
const SMOOTHING_STEP_MILES = 2;

const distances = new BoundedCache({ name: 'distances', maxBytes: 512 * 1024, sizeOf: () => 64 });

function main() {
	describeParquet(region('load Parquet', () => readFileSync(dataset('flights-3m.parquet'))));
	const columns = loadColumns();
	const byHour = region('aggregate', () => groupByHour(columns));
	const intervals = region('bootstrap', () => byHour.map(group => ({ ...group, ...medianInterval(group.delays) })));
	for (const { hour, delays, low, high } of intervals) {
		if (hour % 4 === 0) console.log(`${hour} h: ${delays.length} flights, median delay ${low} to ${high} min (95 %)`);
	}
	region('network', () => describeNetwork());
}

/** A function of its own, so that text and objects can go as soon as the columns are there. */
function loadColumns() {
	const json = region('load', () => readFileSync(dataset('flights-200k.json'), 'utf8'));
	const flights = region('parse', () => JSON.parse(json));
	region('smooth', () => describeDistances(flights));
	return region('columns', () => toColumns(flights));
}

function describeParquet(bytes) {
	const { rows, rowGroups, columns } = parquetFooter(bytes);
	console.log(`flights-3m.parquet: ${rows} rows in ${rowGroups} row groups`);
	for (const { name, rawBytes, storedBytes } of columns) {
		console.log(
			`  ${name}: ${storedBytes} bytes stored, ${rawBytes} raw (${(rawBytes / storedBytes).toFixed(1)} to 1)`,
		);
	}
}

/** Mean delay by distance, smoothed: each flight counts the more the nearer its distance is (Epanechnikov's kernel). */
function describeDistances(flights) {
	const smoothed = [];
	for (let miles = 100; miles <= 2500; miles += SMOOTHING_STEP_MILES) {
		let weights = 0;
		let sum = 0;
		for (const { distance, delay } of flights) {
			const offset = (distance - miles) / SMOOTHING_MILES;
			const weight = Math.max(0, 1 - offset * offset);
			weights += weight;
			sum += weight * delay;
		}
		smoothed.push({ miles, delay: sum / weights });
	}
	smoothed.sort((a, b) => a.delay - b.delay);
	const [least, most] = [smoothed[0], smoothed.at(-1)];
	console.log(
		`Least delay at ${least.miles} miles (${least.delay.toFixed(1)} min), most at ${most.miles} (${most.delay.toFixed(1)} min)`,
	);
}

function toColumns(flights) {
	const columns = { delay: new Int16Array(flights.length), hour: new Uint8Array(flights.length) };
	flights.forEach((flight, i) => {
		columns.delay[i] = flight.delay;
		columns.hour[i] = Math.floor(flight.time) % 24;
	});
	return columns;
}

function groupByHour({ delay, hour }) {
	const counts = new Uint32Array(24);
	for (const h of hour) counts[h]++;
	const groups = Array.from(counts, (count, h) => ({ hour: h, delays: new Int16Array(count) }));
	const filled = new Uint32Array(24);
	hour.forEach((h, i) => {
		groups[h].delays[filled[h]++] = delay[i];
	});
	return groups.filter(group => group.delays.length > 0);
}

/** 95 % interval of the median by the bootstrap: the median of many samples drawn with replacement. */
function medianInterval(values) {
	const random = generator(values.length);
	const medians = [];
	for (let round = 0; round < RESAMPLES; round++) {
		const sample = new Int16Array(values.length);
		for (let i = 0; i < sample.length; i++) sample[i] = values[Math.floor(random() * values.length)];
		medians.push(sample.sort()[sample.length >> 1]);
	}
	medians.sort((a, b) => a - b);
	return { low: medians[Math.floor(RESAMPLES * 0.025)], high: medians[Math.ceil(RESAMPLES * 0.975) - 1] };
}

/** The same numbers on every run (mulberry32). */
function generator(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

function describeNetwork() {
	const airports = new Map(
		readCsv('airports.csv').map(row => [
			row.iata,
			{ iata: row.iata, latitude: Number(row.latitude), longitude: Number(row.longitude) },
		]),
	);
	const routes = new Map();
	for (const { origin, destination } of readCsv('flights-airport.csv')) {
		if (!airports.has(origin) || !airports.has(destination)) continue;
		routes.set(origin, [...(routes.get(origin) ?? []), destination]);
	}
	let farthest = { km: 0 };
	for (const origin of routes.keys()) {
		const reached = region('shortest paths', () => shortestPaths(origin, routes, airports));
		for (const [destination, { km, legs }] of reached) {
			if (km > farthest.km) farthest = { origin, destination, km, legs };
		}
	}
	const { origin, destination, km, legs } = farthest;
	console.log(`The farthest two airports: ${origin} to ${destination}, ${km.toFixed(0)} km in ${legs} legs`);
}

/** Dijkstra's algorithm over the routes, with a plain list as queue: some hundred airports. */
function shortestPaths(origin, routes, airports) {
	const best = new Map([[origin, { km: 0, legs: 0 }]]);
	const open = new Set([origin]);
	while (open.size > 0) {
		let nearest;
		for (const iata of open) if (nearest === undefined || best.get(iata).km < best.get(nearest).km) nearest = iata;
		open.delete(nearest);
		const { km, legs } = best.get(nearest);
		for (const next of routes.get(nearest) ?? []) {
			const total = km + cachedDistance(airports.get(nearest), airports.get(next));
			if (total >= (best.get(next)?.km ?? Number.POSITIVE_INFINITY)) continue;
			best.set(next, { km: total, legs: legs + 1 });
			open.add(next);
		}
	}
	return best;
}

function cachedDistance(a, b) {
	const key = a.iata < b.iata ? `${a.iata}-${b.iata}` : `${b.iata}-${a.iata}`;
	let km = distances.get(key);
	if (km === undefined) {
		km = distanceKm(a, b);
		distances.set(key, km);
	}
	return km;
}

main();
