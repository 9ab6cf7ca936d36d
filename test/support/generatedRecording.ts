/**
 * A recording as long as wanted with the shapes of a real one, the same each time; for tests and benches of what must hold at any length.
 * `node test/support/generatedRecording.ts out.memrec --hours 24 --processes 10` writes one by hand.
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SessionModel } from '../../src/analysis/sessionModel.ts';
import { Checkpointer } from '../../src/engine/recording/checkpointer.ts';
import { RecordingWriter } from '../../src/engine/recording/recordingWriter.ts';
import type { Entry, Frame } from '../../src/protocol/entries.ts';
import type { RecordingHeader } from '../../src/protocol/recording.ts';
import { sampleHeader } from './sampleSession.ts';

const MB = 1024 * 1024;

export interface GeneratedOptions {
	hours: number;
	/** Samples a second of each process. */
	hz?: number;
	processes?: number;
	/** Functions of each process's call tree. */
	functions?: number;
}

/** mulberry32 */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

export const generatedHeader = (hours: number): RecordingHeader => ({ ...sampleHeader, title: `generated ${hours} h` });

/** A batch for each second, in order of time. */
export function* generatedSeconds(options: GeneratedOptions): Generator<Entry[], void> {
	const { hours, hz = 20, processes = 10, functions = 300 } = options;
	const all = Array.from({ length: processes }, (_, i) => new GeneratedProcess(i + 1, hz, functions));
	const seconds = Math.round(hours * 3_600);
	yield all.flatMap(process => process.begin());
	for (let second = 0; second < seconds; second++) {
		const batch = all.flatMap(process => process.second(second));
		yield batch.sort((a, b) => a.t - b.t);
	}
	yield all.map(({ of }) => ({
		type: 'state',
		t: seconds * 1_000,
		state: 'ended',
		reason: { kind: 'exit', code: 0 },
		...of,
	}));
}

class GeneratedProcess {
	/** As entries name it: the process that was started needs no number. */
	readonly of: { process?: number };
	readonly #number: number;
	readonly #hz: number;
	readonly #functions: number;
	readonly #next: () => number;
	#live = 40;
	#garbage = 0;
	#buffers = 8;
	#span = 0;
	#offHeapTold = 0;

	constructor(number: number, hz: number, functions: number) {
		this.#number = number;
		this.of = number === 1 ? {} : { process: number };
		this.#hz = hz;
		this.#functions = functions;
		this.#next = random(number);
	}

	begin(): Entry[] {
		const frames = Array.from({ length: this.#functions }, (_, i): Frame => {
			const kind = i % 7 === 0 ? 'dependency' : i % 11 === 0 ? 'node' : 'user';
			return {
				id: i + 1,
				functionName: `step${i + 1}`,
				file: `/data/lib/part${i % 20}.mjs`,
				line: i + 1,
				column: 3,
				kind,
			};
		});
		const nodes = frames.map(({ id }): [number, number, number] => [id, Math.floor(id / 3), id]);
		const { of } = this;
		const kind = this.#number === 1 ? 'main' : 'worker';
		return [
			{
				...{
					type: 'process',
					t: 5,
					kind,
					pid: 4_000 + this.#number,
					nodeVersion: '24.1.0',
					v8Version: '13.6',
					runtime: true,
				},
				...{ platform: 'linux', arch: 'x64', cwd: '/data', title: `worker ${this.#number}`, ...of },
			},
			{ type: 'state', t: 6, state: 'running', ...of },
			{ type: 'callTree', t: 7, frames, nodes, ...of },
			...['load', 'parse', 'group', 'write'].map(
				(name, i): Entry => ({ type: 'region', t: 8, id: i + 1, name, kind: 'region', ...of }),
			),
		];
	}

	second(second: number): Entry[] {
		const entries: Entry[] = [];
		const start = second * 1_000;
		for (let i = 0; i < this.#hz; i++) entries.push(...this.#sample(start + ((i + 1) * 1_000) / this.#hz));
		if (second % 5 === 0) entries.push(this.#cache(start + 900));
		if (second % 20 === 19) entries.push(...this.#profile(start + 950));
		if (second % 2 === 1) entries.push(...this.#call(start + 100));
		if (second % 3 === 2) entries.push(this.#offHeap(start + 990));
		return entries;
	}

	*#sample(t: number): Generator<Entry> {
		const next = this.#next;
		const { of } = this;
		// A tide of hours, work of minutes, garbage of moments.
		this.#live = 120 + 80 * Math.sin(t / 9_000_000 + this.#number) + 25 * Math.sin(t / 47_000) + t / 1_200_000;
		this.#buffers = Math.max(1, 40 + 39 * Math.sin(t / 61_000 + this.#number));
		this.#garbage += 0.5 + next() * 3;
		if (this.#garbage > 32) {
			const major = next() < 0.08;
			const used = Math.round((this.#live + this.#garbage) * MB);
			this.#garbage = major ? 0 : this.#garbage * 0.2;
			yield {
				...{ type: 'gc', t: t - 1, windowMs: 50, durationMs: major ? 8 + next() * 60 : 0.5 + next() * 3, ...of },
				kind: major ? 'markCompact' : 'scavenge',
				usedBeforeBytes: used,
				usedAfterBytes: Math.round((this.#live + this.#garbage) * MB),
			};
		}
		const heap = Math.round((this.#live + this.#garbage) * MB);
		const buffers = Math.round(this.#buffers * MB);
		yield {
			type: 'sample',
			t,
			rssBytes: Math.round(heap * 1.15 + buffers + 48 * MB + next() * MB),
			heapUsedBytes: heap,
			heapTotalBytes: Math.ceil(heap / (16 * MB)) * 16 * MB,
			heapLimitBytes: 4_144 * MB,
			externalBytes: buffers + 3 * MB,
			arrayBuffersBytes: buffers,
			mallocedBytes: Math.round(MB + next() * 0.3 * MB),
			...of,
		};
	}

	#cache(t: number): Entry {
		const bytes = Math.round((10 + 5 * Math.sin(t / 30_000)) * MB);
		return {
			...{ type: 'cache', t, id: 1, name: 'rows', bytes, bytesFrom: 'declared', maxBytes: 64 * MB, entries: 900 },
			...{ hits: t, misses: Math.round(t / 9), evictions: { size: Math.round(t / 100) }, ...this.of },
		};
	}

	#profile(t: number): Entry[] {
		const share = (this.#live * MB) / this.#functions;
		const rows = (part: number) =>
			Array.from({ length: this.#functions }, (_, i): [number, number, number] => [
				i + 1,
				Math.round(share * part * (0.5 + this.#next())),
				1 + Math.round(part * 9),
			]);
		const born = rows(0.1).filter(([node]) => (node + Math.round(t / 20_000)) % 6 === 0);
		const freed = born.map(([node, bytes, samples]): [number, number, number, number] => [
			node,
			bytes,
			samples,
			t - 20_000,
		]);
		return [
			{
				type: 'allocations',
				t,
				cause: 'schedule',
				intervalBytes: 131_072,
				costMs: 30,
				live: rows(1),
				born,
				freed,
				...this.of,
			},
		];
	}

	#call(t: number): Entry[] {
		const span = ++this.#span;
		const region = 1 + (span % 4);
		const end = t + 100 + this.#next() * 1_500;
		const calls = Math.ceil(span / 4);
		return [
			{ type: 'span', t, region, span, end, ...this.of },
			{
				...{ type: 'regionStats', t: end, region, calls, measuredCalls: 0, open: 0, errors: 0, ...this.of },
				...{ totalMs: calls * 900, maxMs: 1_600 },
			},
		];
	}

	#offHeap(t: number): Entry {
		const node = 1 + Math.floor(this.#next() * this.#functions);
		const bytes = Math.round(this.#buffers * MB);
		const before = this.#offHeapTold;
		this.#offHeapTold = node * 1e9 + bytes;
		return {
			...{ type: 'offHeap', t, intervalBytes: 262_144, liveBytes: bytes, arrayBuffersBytes: bytes, ...this.of },
			allocated: [[node, 0, 0, bytes, 4]],
			freed: before === 0 ? [] : [[Math.floor(before / 1e9), 0, 0, before % 1e9, 4, t - 3_000]],
		};
	}
}

/** A call tree of so many functions, each at a place of its own, and a profile with bytes in all of them: some large, most small. */
export function largeCallTree(functions: number): Entry[] {
	const next = random(11);
	const nodes: [number, number, number][] = [[1, 0, 1]];
	const frames: Frame[] = [{ id: 1, functionName: '(root)', file: '', line: 0, column: 0, kind: 'native' }];
	const live: [number, number, number][] = [];
	for (let id = 2; id <= functions; id++) {
		const kind = id % 5 === 0 ? 'dependency' : 'user';
		frames.push({
			id,
			functionName: `transform${id}`,
			file: `/data/lib/part${id % 300}.mjs`,
			line: id % 900,
			column: 1,
			kind,
		});
		// Callers near the newest make long stacks, those near the first make many callees.
		nodes.push([id, 1 + Math.floor((id - 1) * next() ** 0.3), id]);
		live.push([id, Math.round(2_000 / (0.001 + next())), 1]);
	}
	return [
		{ type: 'callTree', t: 1, frames, nodes },
		{ type: 'sample', t: 2, rssBytes: 900 * MB, heapUsedBytes: 700 * MB },
		{ type: 'allocations', t: 3, cause: 'final', intervalBytes: 32_768, costMs: 80, live },
		{ type: 'state', t: 4, state: 'ended', reason: { kind: 'exit', code: 0 } },
	];
}

/** Writes the recording as a session does, checkpoints included, and gives the model that the session would have. */
export async function writeGenerated(
	path: string,
	options: GeneratedOptions,
	{ close = true, onSecond }: { close?: boolean; onSecond?: (second: number) => void } = {},
): Promise<{ model: SessionModel; entries: number }> {
	const model = new SessionModel(generatedHeader(options.hours));
	const failed: Error[] = [];
	const writer = await RecordingWriter.create(path, model.header, error => failed.push(error));
	const checkpoints = new Checkpointer(writer, model);
	let entries = 0;
	let second = 0;
	for (const batch of generatedSeconds(options)) {
		for (const entry of batch) model.apply(entry);
		writer.write(batch);
		checkpoints.consider();
		entries += batch.length;
		if (++second % 100 === 0) await writer.flush();
		else await setImmediate();
		onSecond?.(second);
	}
	if (close) await checkpoints.close();
	await writer.close();
	if (failed[0]) throw failed[0];
	return { model, entries };
}

if (import.meta.main) {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			hours: { type: 'string', default: '1' },
			hz: { type: 'string', default: '20' },
			processes: { type: 'string', default: '10' },
		},
	});
	const [path] = positionals;
	if (!path) throw new Error('Name the file to write.');
	const [hours, hz, processes] = [Number(values.hours), Number(values.hz), Number(values.processes)];
	const { entries } = await writeGenerated(path, { hours, hz, processes });
	console.log(`${path}: ${entries} entries`);
}
