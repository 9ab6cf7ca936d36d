// When is a flight late, and how far does it go? Columns of 200 000 flights, in scopes that let them go at their end, with what was
// freed by owner; then the same work under each strategy for collections.
//
// In the panel: the regions "late by hour" and "late by distance" are scopes, and each ends with a cleanup that names its columns, also
// the one that fails; "rank" begins and ends with a collection. Under "conservative" the collections of the young generation stand
// close together and the heap stays low, under "aggressive" they are few and the heap is high (Node 22 or newer).
import { readFileSync } from 'node:fs';
import { memoryManagement, memoryManager, optimizeForMemory, region, registerForCleanup } from 'memory-manager-runtime';
import { dataset } from './lib/datasets.mjs';

const ROUNDS = 4;
const STRATEGIES = ['conservative', 'balanced', 'aggressive'];
const LATE_MINUTES = 15;

/** One field of all flights, in 8 bytes each, until its scope ends. */
class Column {
	constructor(flights, field) {
		this.values = Float64Array.from(flights, flight => flight[field]);
		registerForCleanup(this, { name: `column ${field}`, bytesOf: ({ values }) => values.byteLength });
		if (this.values.some(Number.isNaN)) throw new Error(`no flight has the field "${field}"`);
	}

	close() {
		this.values = new Float64Array(0);
	}
}

async function main() {
	const flights = region('read', () => JSON.parse(readFileSync(dataset('flights-200k.json'), 'utf8')));
	ask('late by hour', () => lateShares(new Column(flights, 'time'), new Column(flights, 'delay'), Math.floor));
	ask('late by distance', () => {
		const distance = new Column(flights, 'distance');
		return lateShares(distance, new Column(flights, 'delay'), miles => Math.floor(miles / 500) * 500);
	});
	ask('late by airline', () => lateShares(new Column(flights, 'delay'), new Column(flights, 'airline'), Math.floor));
	const longest = await rank(flights);
	console.log(`the longest of the latest 1000: ${longest.distance} miles, ${longest.delay} minutes late`);
	compareStrategies(flights);
}

/** Runs a question in a scope of its own, and says what its end freed. */
function ask(name, question) {
	const onCleanup = ({ owners }) => {
		for (const { name: owner, freedBytes } of owners) console.log(`  freed: ${owner}, ${freedBytes} bytes`);
	};
	try {
		const { result } = memoryManagement(question, { name, onCleanup });
		console.log(`${name}: ${result}`);
	} catch (error) {
		console.log(`${name}: ${error.message}`);
	}
}

/** The group in which most flights are late. */
function lateShares(group, delay, groupOf) {
	const counts = new Map();
	for (const [i, value] of group.values.entries()) {
		const key = groupOf(value);
		const count = counts.get(key) ?? { all: 0, late: 0 };
		count.all++;
		if (delay.values[i] > LATE_MINUTES) count.late++;
		counts.set(key, count);
	}
	const shares = Array.from(counts, ([key, { all, late }]) => ({ key, all, share: late / all }));
	const [worst] = shares.filter(({ all }) => all >= 1_000).sort((a, b) => b.share - a.share);
	return `worst at ${worst.key}, ${(worst.share * 100).toFixed(1)} % of ${worst.all} flights`;
}

/** Sorts a copy of everything: worth a collection before and after. */
const rank = optimizeForMemory(async function rank(flights) {
	const ranked = flights.map(flight => ({ ...flight })).sort((a, b) => b.delay - a.delay);
	return ranked.slice(0, 1_000).reduce((longest, flight) => (flight.distance > longest.distance ? flight : longest));
});

function compareStrategies(flights) {
	const { gc } = memoryManager;
	const collections = {};
	gc.measurePauses();
	for (const strategy of STRATEGIES) {
		gc.use(strategy);
		const before = gc.stats().pauses.minor;
		const groups = region(strategy, () => regroup(flights));
		collections[strategy] = gc.stats().pauses.minor - before;
		console.log(`${strategy}: ${groups} routes by length and hour`);
	}
	gc.reset();
	console.error(`collections of the young generation: ${JSON.stringify(collections)}`);
}

/** Makes a short-lived object for each flight and keeps some of them for a while, as a parser or a join does. */
function regroup(flights) {
	const groups = new Map();
	for (let round = 0; round < ROUNDS; round++) {
		groups.clear();
		for (const { distance, time, delay } of flights) {
			const key = `${distance}/${Math.floor(time)}`;
			const group = groups.get(key) ?? [];
			group.push({ key, delay, late: delay > LATE_MINUTES });
			groups.set(key, group);
		}
	}
	return groups.size;
}

await main();
