// How long is the shortest way of at most two flights between two airports? With a leak that the script finds by itself:
// `node diagnose.mjs`, and without it: `node diagnose.mjs --fixed`.
//
// `diagnoseLeaks` plans the same trips round after round and compares what is live after a collection. Here it names
// `rememberTrip`, which keeps each answer under a key that never comes again, with its line. In the panel: the tab Findings.
import { BoundedCache, diagnoseLeaks } from 'memory-manager-runtime';
import { readCsv } from './lib/datasets.mjs';
import { distanceKm } from './lib/greatCircle.mjs';

const fixed = process.argv.includes('--fixed');
const HOMES = ['SEA', 'BOS', 'MIA'];

const airports = new Map(
	readCsv('airports.csv').map(({ iata, name, latitude, longitude }) => [
		iata,
		{ iata, name, latitude: Number(latitude), longitude: Number(longitude) },
	]),
);
const routes = new Map();
for (const { origin, destination } of readCsv('flights-airport.csv')) {
	if (airports.has(origin) && airports.has(destination)) {
		routes.set(origin, [...(routes.get(origin) ?? []), destination]);
	}
}

const direct = new Map([...routes].map(([origin, destinations]) => [origin, new Set(destinations)]));

let requests = 0;
const trips = new Map();
const boundedTrips = new BoundedCache({ name: 'trips', maxEntries: 2_000, maxBytes: 1024 * 1024, sizeOf: () => 400 });

/** One day of requests: from each home to every airport. */
function planTrips() {
	let planned = 0;
	for (const home of HOMES) {
		for (const destination of routes.keys()) {
			if (tripBetween(home, destination)) planned++;
		}
	}
	return planned;
}

function tripBetween(home, destination) {
	const known = fixed ? boundedTrips.get(`${home}-${destination}`) : undefined;
	if (known) return known;
	const trip = shortestTrip(home, destination);
	return trip && rememberTrip(trip, home, destination);
}

/** The number of the request in the key makes each answer one of a kind. */
function rememberTrip({ legs, km }, home, destination) {
	const trip = { home, destination, stops: [], km };
	for (const iata of legs) trip.stops.push({ ...airports.get(iata) });
	if (fixed) boundedTrips.set(`${home}-${destination}`, trip);
	else trips.set(`${home}-${destination}-${requests++}`, trip);
	return trip;
}

/** The shortest of the ways with at most one stop. */
function shortestTrip(home, destination) {
	let shortest;
	for (const stop of routes.get(home) ?? []) {
		if (stop !== destination && !direct.get(stop)?.has(destination)) continue;
		const legs = stop === destination ? [home, destination] : [home, stop, destination];
		const km = lengthOf(legs);
		if (!shortest || km < shortest.km) shortest = { legs, km };
	}
	return shortest;
}

function lengthOf(legs) {
	let km = 0;
	for (let i = 1; i < legs.length; i++) km += kmBetween(legs[i - 1], legs[i]);
	return km;
}

/** As many as there are routes between the airports that are passed, and never more: filled before the diagnosis. */
const lengths = new Map();
function kmBetween(a, b) {
	const key = `${a}-${b}`;
	let km = lengths.get(key);
	if (km === undefined) {
		km = distanceKm(airports.get(a), airports.get(b));
		lengths.set(key, km);
	}
	return km;
}

console.log(`${planTrips()} trips from ${HOMES.length} airports, over ${lengths.size} legs`);
const { findings, rounds, collections, notLookedAt } = await diagnoseLeaks({ during: planTrips, rounds: 4 });
const leaks = findings.filter(({ severity }) => severity !== 'info');
console.log(`${leaks.length === 0 ? 'No leak' : 'A leak'} in ${rounds.length - 1} rounds, ${collections} collections`);
for (const { kind, title, evidence, advice, tool, site } of leaks) {
	console.log(`\n${kind}: ${title}`);
	if (site) console.log(`  at ${site.file.split(/[\\/]/).at(-1)}:${site.line}`);
	for (const fact of evidence) console.log(`  ${fact}`);
	console.log(`  → ${tool ?? 'advice'}: ${advice}`);
}
for (const sentence of notLookedAt) console.log(`\nNot looked at: ${sentence}`);
