// The delays of 200 000 flights as columns: how small can a table get without losing anything?
//
// In the panel: the tensor dictionary `flights` shrinks to a third at `optimize`, and array buffers with it. Every figure of the
// analysis is the same before and after. With --exact the times stay in 64 bits, as no smaller type holds all of them exactly.
import { readFileSync } from 'node:fs';
import {
	checkAvailable,
	chunks,
	estimateBytes,
	freeMemory,
	optimizeDtype,
	region,
	TensorDict,
} from 'memory-manager-runtime';
import { dataset } from './lib/datasets.mjs';

const ROUNDS = 60;
const PIECE_BYTES = 256 * 1024;
// Times are hours of the day with a fraction for the minutes: a quarter of a second is nearer than the table is.
const tolerance = process.argv.includes('--exact') ? 0 : 0.25 / 3600;

function main() {
	const columns = region('load', loadColumns);
	describe('As they came', columns);
	const before = region('analyse', () => analyse(columns));
	const buffersBefore = arrayBuffers();

	const { savedBytes, changed } = region('optimize', () => columns.optimizeMemory({ tolerance }));
	for (const { name, from, to, reason } of changed) console.log(`  ${name}: ${from} → ${to}. ${reason}`);
	const { freedBytes } = columns.clearTemporary();
	describe(`Saved ${savedBytes} bytes, and ${freedBytes} of temporary columns`, columns);
	const after = region('analyse again', () => analyse(columns));
	const buffersAfter = arrayBuffers();

	console.log(`Same result from the small columns: ${JSON.stringify(before) === JSON.stringify(after)}`);
	for (const { hour, flights, mean } of after.filter(({ hour }) => hour % 6 === 0)) {
		console.log(`  ${hour} h: ${flights} flights, mean delay ${mean.toFixed(2)} min`);
	}
	const share = (buffersAfter / buffersBefore) * 100;
	console.log(`Array buffers of the process, measured: ${share.toFixed(0)} % of before`);
	describeGuard();
}

/** What scripts do who take what an array of numbers gives: 64 bits for everything. */
function loadColumns() {
	const flights = JSON.parse(readFileSync(dataset('flights-200k.json'), 'utf8'));
	const columns = new TensorDict({ name: 'flights' });
	for (const name of ['delay', 'distance', 'time']) {
		columns.set(
			name,
			Float64Array.from(flights, flight => flight[name]),
		);
	}
	const late = Float64Array.from(flights, ({ delay }) => (delay > 15 ? 1 : 0));
	columns.set('late', late, { temporary: true });
	return columns;
}

function describe(title, columns) {
	const { bytes, count, tensors } = columns.memoryInfo();
	console.log(`${title}: ${count} columns, ${bytes} bytes`);
	for (const { name, dtype, shape, bytes: own } of tensors)
		console.log(`  ${name}: ${shape[0]} × ${dtype}, ${own} bytes`);
}

/** Mean delay by hour, again and again with one piece left out, to see how much hangs on it. */
function analyse(columns) {
	let means = [];
	for (let left = ROUNDS; left > 0; left--) means = meanByHour(columns, left - 1);
	return means;
}

function meanByHour(columns, leftOut) {
	const sums = new Float64Array(24);
	const counts = new Uint32Array(24);
	const [delay, time] = [columns.get('delay'), columns.get('time')];
	const rows = Math.floor(PIECE_BYTES / Float64Array.BYTES_PER_ELEMENT);
	let start = 0;
	for (const piece of chunks(delay, rows)) {
		for (let i = 0; i < piece.length; i++) {
			// The table counts in minutes, so the nearest minute is the one that was meant.
			const hour = Math.floor(Math.round(time[start + i] * 60) / 60) % 24;
			if (start / rows === leftOut - 1) continue;
			sums[hour] += piece[i];
			counts[hour]++;
		}
		start += piece.length;
	}
	return Array.from(sums, (sum, hour) => ({ hour, flights: counts[hour], mean: sum / counts[hour] }));
}

function arrayBuffers() {
	freeMemory();
	return process.memoryUsage().arrayBuffers;
}

/** What does not fit is refused in words, before it is tried. */
function describeGuard() {
	const bytes = estimateBytes([200_000, 200_000, 1000], 'float64');
	try {
		checkAvailable(bytes, { what: 'The distance of every flight from every other, 1000 times,', arrays: 1000 });
	} catch (error) {
		console.log(`Refused (${error.code}): ${bytes} bytes`);
	}
	const { from, to, savedBytes } = optimizeDtype([1, 2, 3]);
	console.log(`An ordinary ${from} of small numbers: ${to}, ${savedBytes} bytes saved`);
}

main();
