/**
 * Reading files: chunks against a loop into one buffer, lines against `node:readline`, and the memory that a file of 1 GB takes. All
 * files lie in the temporary folder and in the system's cache, so that no disk is measured.
 */
import { execFile } from 'node:child_process';
import { closeSync, createReadStream, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { projectRoot } from '../../../scripts/paths.ts';
import { FileReader } from '../../../src/runtime/files/fileReader.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const MIB = 1024 * 1024;
const ROUNDS = 7;
const CHUNK_BYTES = MIB;
const CHUNKS_FILE_BYTES = 256 * MIB;
const LINES_FILE_BYTES = 32 * MIB;
const GIGABYTE = 1024 * MIB;
const memoryScript = join(projectRoot, 'test/bench/scripts/readFile.ts');

export async function bench(): Promise<BenchRow[]> {
	const folder = temporaryFolder('files-bench');
	try {
		const rows = [await benchChunks(join(folder.path, 'chunks.bin'))];
		const short = join(folder.path, 'flights.csv');
		repeat(short, flightsCsv(), LINES_FILE_BYTES);
		const long = join(folder.path, 'species.csv');
		repeat(long, readFileSync(dataFile('species.csv')), LINES_FILE_BYTES);
		// Of 31 bytes, `for await` over settled promises alone takes a third of what `node:readline` takes, and `lineBatches()`, which is
		// finding and decoding lines, a quarter: the two together leave at most 1.75×.
		rows.push(await benchLines('lines() of 31 bytes (flights)', short, readLines));
		rows.push(await benchLines('lines() of 83 bytes (species)', long, readLines));
		rows.push(await benchLines('lineBatches() of 31 bytes (flights)', short, readLineBatches));
		rows.push(await benchLines('lineBatches() of 83 bytes (species)', long, readLineBatches));
		rows.push(await benchMemory(join(folder.path, 'gigabyte.bin')));
		return rows;
	} finally {
		await folder.remove();
	}
}

async function benchChunks(path: string): Promise<BenchRow> {
	repeat(path, Buffer.alloc(MIB, 'memory '), CHUNKS_FILE_BYTES);
	const ratios = await interleaved(
		() => rawLoop(path),
		() => readChunks(path),
		CHUNKS_FILE_BYTES,
	);
	return row('FileReader.chunks against a raw read loop, 1 MiB chunks', ratios, 0.95);
}

async function benchLines(what: string, path: string, ours: (path: string) => Promise<number>): Promise<BenchRow> {
	const expected = await readLineInterface(path);
	const ratios = await interleaved(
		() => readLineInterface(path),
		() => ours(path),
		expected,
	);
	return row(`FileReader against node:readline, ${what}`, ratios, 2);
}

/** Peak over that of a child that does nothing, the median of three each. */
async function benchMemory(path: string): Promise<BenchRow> {
	const file = openSync(path, 'w');
	ftruncateSync(file, GIGABYTE);
	closeSync(file);
	const over: number[] = [];
	for (let round = 0; round < 3; round++) {
		const idle = await peakOf(['--idle', path]);
		over.push(((await peakOf(['--read', path])) - idle) / MIB);
	}
	return {
		name: 'FileReader.chunks, peak memory of a 1 GB file over an idle process',
		measured: `${spreadText(over, 1)} MB`,
		target: '≤ 32 MB',
		met: median(over) <= 32,
	};
}

async function peakOf(args: string[]): Promise<number> {
	const { stdout } = await promisify(execFile)(process.execPath, [memoryScript, ...args]);
	return Number(stdout);
}

/**
 * How many times the rival's processor time is ours, its threads included, round by round: what else the machine does is not in it.
 * Both must count the same.
 */
async function interleaved(
	rival: () => Promise<number>,
	ours: () => Promise<number>,
	expected: number,
): Promise<number[]> {
	const ratios: number[] = [];
	for (let round = -1; round < ROUNDS; round++) {
		// Who goes first alternates: what one leaves to collect is the other's cost.
		const order = round % 2 === 0 ? [rival, ours] : [ours, rival];
		const ms = new Map<() => Promise<number>, number>();
		for (const read of order) {
			const began = process.cpuUsage();
			const counted = await read();
			const { user, system } = process.cpuUsage(began);
			ms.set(read, (user + system) / 1e3);
			if (counted !== expected) throw new Error(`${counted} counted instead of ${expected}`);
		}
		if (round >= 0) ratios.push((ms.get(rival) ?? Number.NaN) / (ms.get(ours) ?? Number.NaN));
	}
	return ratios;
}

function row(name: string, ratios: number[], least: number): BenchRow {
	return { name, measured: `${spreadText(ratios)}×`, target: `≥ ${least}×`, met: median(ratios) >= least };
}

async function rawLoop(path: string): Promise<number> {
	const file = await open(path);
	const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
	let bytes = 0;
	for (;;) {
		const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
		if (bytesRead === 0) break;
		bytes += bytesRead;
	}
	await file.close();
	return bytes;
}

async function readChunks(path: string): Promise<number> {
	let bytes = 0;
	for await (const chunk of new FileReader(path, { chunkBytes: CHUNK_BYTES }).chunks()) bytes += chunk.length;
	return bytes;
}

async function readLineInterface(path: string): Promise<number> {
	let characters = 0;
	for await (const line of createInterface({ input: createReadStream(path) })) characters += line.length;
	return characters;
}

async function readLines(path: string): Promise<number> {
	let characters = 0;
	for await (const line of new FileReader(path).lines()) characters += line.length;
	return characters;
}

async function readLineBatches(path: string): Promise<number> {
	let characters = 0;
	for await (const lines of new FileReader(path).lineBatches()) for (const line of lines) characters += line.length;
	return characters;
}

function flightsCsv(): Buffer {
	const flights = JSON.parse(readFileSync(dataFile('flights-20k.json'), 'utf8')) as object[];
	return Buffer.from(flights.map(flight => `${Object.values(flight).join(',')}\n`).join(''));
}

function dataFile(name: string): string {
	return join(projectRoot, 'node_modules/vega-datasets/data', name);
}

function repeat(path: string, content: Buffer, bytes: number): void {
	const file = openSync(path, 'w');
	for (let written = 0; written < bytes; ) written += writeSync(file, content);
	closeSync(file);
}

if (import.meta.main) console.table(await bench());
