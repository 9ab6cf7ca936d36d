// Adds up a CSV file of 400 MB, line by line, in constant memory. `--whole` reads it at once instead, to compare: text, lines and
// fields of the whole file stand in memory then. The peak of the process's memory is printed at the end.
//
// In the panel: the heap is a low saw-tooth while "aggregate" reads; with `--whole` it climbs to many times the size of the file.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileReader, region } from 'memory-manager-runtime';
import { dataset } from './lib/datasets.mjs';

const MB = 1024 * 1024;
const FILE_BYTES = Number(process.env.FILE_MB ?? 400) * MB;
const whole = process.argv.includes('--whole');

const folder = mkdtempSync(join(tmpdir(), 'big-file-'));
try {
	const path = join(folder, 'flights.csv');
	const bytes = region('make the file', () => makeCsv(path));
	const airports = await region('aggregate', () => (whole ? aggregateWhole(path) : aggregateLines(path)));
	for (const [airport, { flights, delay }] of [...airports].sort(([, a], [, b]) => b.flights - a.flights).slice(0, 5)) {
		console.log(`${airport}: ${flights} flights, ${(delay / flights).toFixed(2)} min late on average`);
	}
	console.log(`${airports.size} airports in ${Math.round(bytes / MB)} MB`);
} finally {
	rmSync(folder, { recursive: true, force: true });
}
console.error(`Peak of the resident set: ${Math.round(peakBytes() / MB)} MB`);

/** On Linux `maxRSS` begins with the figure of the process that started this one; the system's own file does not. */
function peakBytes() {
	if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
	return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]) * 1024;
}

/** 20 000 real flights, over and over; gives the bytes. */
function makeCsv(path) {
	const flights = JSON.parse(readFileSync(dataset('flights-20k.json'), 'utf8'));
	const rows = Buffer.from(flights.map(flight => `${Object.values(flight).join(',')}\n`).join(''));
	const file = openSync(path, 'w');
	let written = writeSync(file, 'date,delay,distance,origin,destination\n');
	while (written < FILE_BYTES) written += writeSync(file, rows);
	closeSync(file);
	return written;
}

async function aggregateLines(path) {
	const airports = new Map();
	let header = true;
	for await (const line of new FileReader(path).lines()) {
		if (!header) add(airports, line.split(','));
		header = false;
	}
	return airports;
}

async function aggregateWhole(path) {
	const lines = readFileSync(path, 'latin1').trimEnd().split('\n');
	const rows = lines.slice(1).map(line => line.split(','));
	const airports = new Map();
	for (const row of rows) add(airports, row);
	return airports;
}

function add(airports, [, delay, , origin]) {
	let sums = airports.get(origin);
	if (!sums) {
		sums = { flights: 0, delay: 0 };
		// Copied: a piece of a line would keep the text around it.
		airports.set(structuredClone(origin), sums);
	}
	sums.flights++;
	sums.delay += Number(delay);
}
