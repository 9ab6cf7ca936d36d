import type { Entry, Frame, GcEntry, MemoryReading } from '../../src/protocol/entries.ts';
import type { RecordingHeader } from '../../src/protocol/recording.ts';
import { sampleRuntimeEntries } from './sampleRuntime.ts';

const MB = 1024 * 1024;

export const sampleHeader: RecordingHeader = {
	type: 'header',
	format: 1,
	version: '0.1.0',
	engineNode: '24.1.0',
	title: 'aggregate.mjs',
	command: ['node', 'aggregate.mjs', '--year', '2001'],
	script: '/home/ada/flights/aggregate.mjs',
	cwd: '/home/ada/flights',
	originEpochMs: Date.UTC(2025, 2, 14, 9, 26, 53),
	samplingIntervalBytes: 131_072,
};

/** A small generator of repeatable figures (mulberry32), for developing and testing views; nothing a user ever sees. */
function random(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

const dir = sampleHeader.cwd;
const frame = (id: number, functionName: string, file: string, line: number, kind: Frame['kind']): Frame => ({
	id,
	functionName,
	file,
	line,
	column: line > 0 ? 1 : 0,
	kind,
});

const FRAMES: Frame[] = [
	frame(1, '(root)', '', 0, 'native'),
	frame(2, '', `${dir}/aggregate.mjs`, 1, 'user'),
	frame(3, 'loadFlights', `${dir}/lib/load.mjs`, 14, 'user'),
	frame(4, 'parseRow', `${dir}/lib/load.mjs`, 41, 'user'),
	frame(5, 'JSON.parse', '', 0, 'native'),
	frame(6, 'groupByAirport', `${dir}/aggregate.mjs`, 37, 'user'),
	frame(7, 'csvParse', `${dir}/node_modules/d3-dsv/src/dsv.js`, 61, 'dependency'),
	frame(8, 'readFile', 'node:internal/fs/promises', 1_203, 'node'),
	frame(9, 'compileSourceTextModule', 'node:internal/modules/esm/utils', 328, 'node'),
	frame(10, 'summariseDelaysOfEveryAirportByHourAndByCarrierWithQuantiles', `${dir}/lib/summary.mjs`, 88, 'user'),
	frame(11, 'quantileSorted', `${dir}/node_modules/d3-array/src/quantile.js`, 23, 'dependency'),
	frame(12, 'decodeUTF8', '', 0, 'native'),
	frame(13, '(anonymous)', `${dir}/lib/summary.mjs`, 102, 'user'),
];
/** `[node, parent, frame, share of the live heap]` */
const NODES: [number, number, number, number][] = [
	[1, 0, 1, 0.01],
	[2, 1, 2, 0.04],
	[3, 2, 3, 0.1],
	[4, 3, 4, 0.22],
	[5, 4, 5, 0.13],
	[6, 3, 7, 0.12],
	[7, 6, 12, 0.03],
	[8, 2, 6, 0.08],
	[9, 8, 10, 0.06],
	[10, 9, 11, 0.05],
	[11, 9, 13, 0.08],
	[12, 2, 8, 0.03],
	[13, 1, 9, 0.05],
];

const heapAt = (t: number) =>
	40 + 260 * (1 - Math.exp(-t / 9_000)) - (t > 21_000 ? 150 * Math.min(1, (t - 21_000) / 400) : 0);
const buffersAt = (t: number) => (t > 6_000 && t < 19_000 ? 180 + 60 * Math.sin(t / 1_700) : 12);

/** A run of `durationMs` as entries in order of time; without `end` it is still running. */
export function sampleEntries(durationMs: number, end: 'exit' | 'outOfMemory' | undefined): Entry[] {
	const next = random(7);
	const entries: Entry[] = [
		{ type: 'state', t: 0, state: 'starting' },
		{
			type: 'process',
			t: 45,
			pid: 48_213,
			nodeVersion: '24.1.0',
			v8Version: '13.6.233.8-node.17',
			platform: 'linux',
			arch: 'x64',
			cwd: dir,
			runtime: true,
		},
		{ type: 'state', t: 60, state: 'running' },
		{ type: 'callTree', t: 61, frames: FRAMES, nodes: NODES.map(([id, parent, f]) => [id, parent, f]) },
		...regions(),
		{
			type: 'notice',
			t: 900,
			severity: 'info',
			message: 'Source map of lib/load.mjs could not be read; its positions are those of the built file.',
		},
	];
	let garbage = 0;
	for (let t = 50; t <= durationMs; t += 50) {
		garbage += 1.5 + next() * 5;
		const live = heapAt(t);
		if (garbage > 48 || t === 21_000) {
			entries.push(collection(t, t === 21_000 || next() < 0.25, live + garbage, live, next()));
			garbage = 0;
		}
		const heap = (live + garbage) * MB;
		const buffers = buffersAt(t) * MB;
		entries.push({
			type: 'sample',
			t,
			rssBytes: Math.round(heap * 1.12 + buffers * 1.02 + 52 * MB + next() * MB),
			heapUsedBytes: Math.round(heap),
			heapTotalBytes: Math.round(Math.ceil(heap / (24 * MB)) * 24 * MB),
			heapLimitBytes: 4_144 * MB,
			externalBytes: Math.round(buffers + 3.4 * MB),
			arrayBuffersBytes: Math.round(buffers),
			mallocedBytes: Math.round(1.2 * MB + next() * 0.3 * MB),
		});
		if (t % 1_000 === 0) entries.push(...everySecond(t, live));
	}
	entries.push(...spans(durationMs), ...sampleRuntimeEntries(durationMs, dir));
	if (durationMs > 25_000) {
		entries.push({ type: 'snapshot', t: 17_400, path: `${dir}/aggregate-17s.heapsnapshot`, bytes: 412 * MB });
	}
	if (end === 'exit') entries.push({ type: 'state', t: durationMs, state: 'ended', reason: { kind: 'exit', code: 0 } });
	if (end === 'outOfMemory') {
		entries.push({
			type: 'state',
			t: durationMs,
			state: 'ended',
			reason: { kind: 'outOfMemory', limitBytes: 4_144 * MB },
		});
	}
	return entries.sort((a, b) => a.t - b.t);
}

function collection(t: number, major: boolean, before: number, after: number, dice: number): GcEntry {
	return {
		type: 'gc',
		t,
		windowMs: 50,
		durationMs: major ? 8 + dice * 60 : 0.6 + dice * 3,
		kind: major ? 'markCompact' : 'scavenge',
		usedBeforeBytes: Math.round(before * MB),
		usedAfterBytes: Math.round(after * MB),
		...(major && dice > 0.55 && { forcedBy: 'profile' as const }),
	};
}

function everySecond(t: number, live: number): Entry[] {
	const seconds = t / 1_000;
	const pressed = t > 14_000 && t < 20_000;
	const entries: Entry[] = [
		{
			type: 'system',
			t,
			availableBytes: (pressed ? 1_900 : 6_200) * MB,
			totalBytes: 15_800 * MB,
			level: pressed ? 'elevated' : 'normal',
			levelReason: pressed
				? 'The machine has 1.86 GB of 15.4 GB available.'
				: 'The machine has 6.05 GB available; the heap is at 7.0 % of its limit.',
			containerLimitBytes: 2_048 * MB,
			containerAvailableBytes: (pressed ? 310 : 1_120) * MB,
		},
		{
			type: 'cache',
			t,
			id: 1,
			name: 'airports',
			bytes: Math.min(pressed ? 32 : 64, 3 * seconds) * MB,
			bytesFrom: 'declared',
			maxBytes: 64 * MB,
			...(pressed && { effectiveMaxBytes: 32 * MB }),
			entries: Math.round(210 * seconds),
			hits: 9_000 * seconds,
			misses: 700 * seconds,
			evictions: seconds > 21 ? { size: Math.round((seconds - 21) * 180), ttl: 12 } : {},
			site: { file: `${dir}/lib/summary.mjs`, line: 12, column: 18 },
		},
		{
			type: 'cache',
			t,
			id: 2,
			name: 'parsed\u0007 rows <b>bold</b>',
			bytes: 1.7 * MB,
			bytesFrom: 'estimated',
			maxEntries: 500,
			entries: 312,
			hits: 0,
			misses: 0,
			evictions: {},
			site: { file: `${dir}/lib/load.mjs`, line: 9, column: 7 },
		},
		{
			type: 'pool',
			t,
			id: 3,
			name: 'decode buffers',
			inUse: 3,
			idle: 5,
			max: 16,
			waiting: 0,
			created: 8,
			reused: Math.round(1_430 * seconds),
			destroyed: 0,
			leaked: seconds > 10 ? 2 : 0,
			site: { file: `${dir}/lib/load.mjs`, line: 22, column: 14 },
		},
		{
			type: 'cost',
			t,
			pollMs: 2.2 * seconds,
			polls: 20 * seconds,
			profileMs: 11 * seconds,
			profiles: Math.floor(seconds / 4),
			recordedBytes: Math.round(61_000 * seconds),
			droppedEvents: 0,
		},
	];
	if (seconds % 4 === 0) {
		entries.push({
			type: 'allocations',
			t,
			cause: seconds === 28 ? 'final' : 'schedule',
			intervalBytes: sampleHeader.samplingIntervalBytes,
			costMs: 38,
			allocatedBytes: 410 * MB * seconds,
			live: NODES.map(([id, , , share]) => [
				id,
				Math.round(share * live * MB),
				Math.round((share * live * MB) / sampleHeader.samplingIntervalBytes),
			]),
		});
	}
	return entries;
}

const regionList: [string, number][] = [
	['load', 12],
	['read file', 18],
	['parse', 24],
	['group by airport', 37],
	['summarise', 52],
];

const regions = (): Entry[] =>
	regionList.map(([name, line], i) => ({
		type: 'region',
		t: 61,
		id: i + 1,
		name,
		kind: 'region',
		site: { file: `${dir}/aggregate.mjs`, line, column: 3 },
	}));

const reading = (rss: number, heap: number, external: number): MemoryReading => ({
	rssBytes: Math.round(rss * MB),
	heapUsedBytes: Math.round(heap * MB),
	externalBytes: Math.round(external * MB),
	arrayBuffersBytes: Math.round(external * MB),
});

function spans(durationMs: number): Entry[] {
	const entries: Entry[] = [];
	let span = 0;
	const add = (region: number, start: number, end: number, parent?: number) => {
		if (start > durationMs) return span;
		span++;
		const ended = end <= durationMs;
		entries.push({
			type: 'span',
			t: start,
			region,
			span,
			...(parent !== undefined && { parent }),
			...(ended && {
				end,
				delta: reading(heapAt(end) - heapAt(start), heapAt(end) - heapAt(start), buffersAt(end) - buffersAt(start)),
			}),
		});
		return span;
	};
	const load = add(1, 800, 13_000);
	for (let i = 0; i < 6; i++) {
		add(2, 900 + i * 2_000, 2_300 + i * 2_000, load);
		add(3, 1_600 + i * 2_000, 2_850 + i * 2_000, load);
	}
	const grouping = add(4, 13_100, 20_900);
	for (let i = 0; i < 300; i++) add(5, 14_000 + i * 22, 14_015 + i * 22, grouping);
	add(5, 21_500, 40_000);
	for (const [i] of regionList.entries()) {
		const calls = i === 1 || i === 2 ? 6 : i === 4 ? 120_301 : 1;
		entries.push({
			type: 'regionStats',
			t: durationMs,
			region: i + 1,
			calls,
			measuredCalls: i === 4 ? 301 : calls,
			open: i === 4 && durationMs > 21_500 ? 1 : 0,
			errors: i === 2 ? 1 : 0,
			totalMs: [12_200, 8_400, 7_500, 7_800, 9_120][i] ?? 0,
			maxMs: [12_200, 1_400, 1_250, 7_800, 18][i] ?? 0,
			delta: reading(i * 31 + 20, i * 25 - 8, i * 12),
			peak: reading(420 + i * 40, 300 + i * 9, 240),
		});
	}
	return entries;
}
