// `npm run bench:formats [-- dicom fits …] [--mb 700] [--rounds 3]`: what reading large files takes, by format, beside other libraries, as a Markdown table.
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from '../../scripts/command.ts';
import { projectRoot } from '../../scripts/paths.ts';
import { findProgram } from '../../src/runtime/programs.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { formatPeers } from './formatPeers.ts';
import { HEAD, lineOf, type Measured } from './formats/formatTable.ts';
import { type Failure, type Reading, reading } from './formats/reading.ts';
import { type FormatRow, MB, rows } from './formats/rows.ts';
import { median } from './statistics.ts';

const programs = join(import.meta.dirname, 'formats');
/** The small file, which is to need as much memory. */
const PART = 10;
/** What another library takes this long for is measured once. */
const LONG_MS = 15_000;

interface Plan {
	readonly mb: number;
	readonly rounds: number;
	/** Of the other libraries; `undefined` where they could not be installed. */
	readonly libraries: string | undefined;
}

async function main(): Promise<void> {
	const { values, positionals } = parseArgs({
		options: { mb: { type: 'string', default: '700' }, rounds: { type: 'string', default: '3' } },
		allowPositionals: true,
	});
	const [mb, rounds] = [positive('--mb', values.mb), positive('--rounds', values.rounds)];
	const wanted = rows.filter(({ format }) => positionals.length === 0 || positionals.includes(format));
	if (wanted.length === 0) throw new Error(`There is no format named ${positionals.join(' or ')}.`);
	if (!existsSync(join(projectRoot, 'dist', 'runtime', 'formats.cjs')))
		throw new Error('dist/runtime is not built: run "npm run compile" before');
	const notes: string[] = [];
	const libraries = await formatPeers().catch((error: unknown) => {
		notes.push(`Other libraries could not be installed: ${messageOf(error)}.`);
		return undefined;
	});
	const before = loadavg()[0] ?? 0;
	console.log(HEAD);
	let missed = 0;
	for (const row of wanted) {
		process.stderr.write(`${row.shown} …\n`);
		const { line, met } = lineOf(row, await measure(row, { mb, rounds, libraries }));
		console.log(line);
		if (!met) missed++;
	}
	const loads = `load ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after`;
	console.log(`\nNode ${process.versions.node}, ${process.platform}, ${loads}; MB are 10^6 bytes.`);
	for (const note of notes) console.log(note);
	if (missed > 0) console.log(`${missed} missed.`);
}

function positive(option: string, given: string): number {
	const value = Number(given);
	if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${option} takes a number from 1, not ${given}`);
	return value;
}

/** One file at a time, the small one first; each goes before the next is made. */
async function measure(row: FormatRow, plan: Plan): Promise<Measured | string> {
	const missing = missingProgram(row);
	if (missing !== undefined) return missing;
	const folder = temporaryFolder('bench-formats');
	try {
		const bytes = Math.min(plan.mb, row.atMostMb ?? plan.mb) * MB;
		const path = join(folder.path, row.fileName ?? 'file');
		await make(row, path, bytes / PART);
		const small = await ours(row, path);
		await rm(path);
		await make(row, path, bytes);
		const { size } = await stat(path);
		return { fileBytes: size, small, ...(await compare(row, path, plan)) };
	} catch (error) {
		return messageOf(error);
	} finally {
		await folder.remove();
	}
}

function missingProgram({ program }: FormatRow): string | undefined {
	if (program === undefined) return undefined;
	try {
		findProgram(program);
		return undefined;
	} catch (error) {
		return messageOf(error);
	}
}

/** In a process of its own: what making files takes is none of this one's, which starts what is measured. */
const make = ({ format, variant }: FormatRow, path: string, bytes: number): Promise<void> =>
	runCommand(process.execPath, [join(programs, 'makeFile.ts'), format, variant, path, String(bytes)]);

const ours = ({ format }: FormatRow, path: string): Promise<Reading | Failure> =>
	reading(join(programs, `${format}.mjs`), [path]);

/** Rounds interleave them: what else the machine does falls on all alike. Who failed or took long is not asked again. */
async function compare(
	row: FormatRow,
	path: string,
	{ rounds, libraries }: Plan,
): Promise<Pick<Measured, 'large' | 'ms' | 'peers'>> {
	const peers = libraries === undefined ? [] : (row.peers ?? []);
	const first = await ours(row, path);
	const times: number[] = [];
	const ratios = new Map<string, number[]>();
	const last = new Map<string, Reading | Failure>();
	// Without a ratio one time is as good as several.
	for (let round = 0; round < (peers.length === 0 ? 1 : rounds); round++) {
		const own = round === 0 ? first : await ours(row, path);
		if ('failed' in own) return { large: own, ms: 0, peers: [] };
		times.push(own.ms);
		for (const { name } of peers) {
			const before = last.get(name);
			if (before && ('failed' in before || before.ms > LONG_MS)) continue;
			const given = await reading(join(programs, 'peer.mjs'), [row.format, name, path, libraries ?? '']);
			last.set(name, given);
			if (!('failed' in given)) ratios.set(name, [...(ratios.get(name) ?? []), given.ms / own.ms]);
		}
	}
	return {
		large: first,
		ms: median(times),
		peers: peers.flatMap(peer => {
			const result = last.get(peer.name);
			const each = ratios.get(peer.name) ?? [];
			return result ? [{ peer, result, ratio: each.length > 0 ? median(each) : Number.NaN }] : [];
		}),
	};
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

await main();
