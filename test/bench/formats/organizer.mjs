// `node test/bench/formats/organizer.mjs FILES [plan|copy|move]`: organises a collection of that many files, which it makes below the system's folder for
// temporary files, and tells time and peak memory. At most 50 000 files have contents of their own; the others are holes of different lengths.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaOrganizer } from '../../../dist/runtime/media.mjs';

const files = Number(process.argv[2] ?? 50_000);
const mode = process.argv[3] ?? 'plan';
const WITH_CONTENTS = 50_000;
const PER_FOLDER = 1_000;

const making = process.argv[4];
const folder = making ?? mkdtempSync(join(tmpdir(), 'memory-manager-organizer-'));
const head = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x20', 'latin1');

async function make(number) {
	const name = join(folder, 'sources', String(Math.floor(number / PER_FOLDER)), `IMG_${number % PER_FOLDER}.png`);
	if (number < WITH_CONTENTS) {
		// One of ten is there twice.
		const bytes = Buffer.concat([head, Buffer.alloc(900)]);
		bytes.writeUInt32LE(number % 10 === 0 ? number + 1 : number, 100);
		return writeFile(name, bytes);
	}
	const handle = await open(name, 'w');
	await handle.truncate(1_000 + number);
	await handle.close();
}

if (making) {
	for (let from = 0; from < files; from += PER_FOLDER) {
		await mkdir(join(folder, 'sources', String(from / PER_FOLDER)), { recursive: true });
		const count = Math.min(PER_FOLDER, files - from);
		await Promise.all(Array.from({ length: count }, (_, i) => make(from + i)));
	}
	process.exit();
}
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
// In another process: what it takes to make them is none of the organiser's.
execFileSync(process.execPath, [import.meta.filename, String(files), mode, folder]);
const idleRssBytes = process.memoryUsage.rss();
const started = performance.now();
const types = ['image', 'other'];
const organizer = new MediaOrganizer({ target: join(folder, 'target'), mode: mode === 'plan' ? 'copy' : mode, types });
const result = await organizer.organize(join(folder, 'sources'), { dryRun: mode === 'plan' });
const { outcomes, memory, cacheHitRate } = result.totals;
await result.close();
const ms = Math.round(performance.now() - started);
const check = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
const peakRssBytes = Math.max(memory.peakBytes, process.resourceUsage().maxRSS * 1024);
console.log(JSON.stringify({ ms, items: files, check, outcomes, cacheHitRate, peakRssBytes, idleRssBytes }));
