import type { Entry } from '../../src/protocol/entries.ts';
import type {
	BatchDecisionEntry,
	BatchEntry,
	CleanupEntry,
	FindingEntry,
	OperationEntry,
	PressureEntry,
} from '../../src/protocol/runtimeEntries.ts';

const MB = 1024 * 1024;

/** What the runtime reports besides regions, caches and pools, in the course of the sample run; for developing and testing views. */
export function sampleRuntimeEntries(durationMs: number, dir: string): Entry[] {
	const at = (file: string, line: number, column = 3) => ({ file: `${dir}/${file}`, line, column });
	const entries: Entry[] = [
		{
			type: 'config',
			t: 62,
			profile: 'constrained',
			limits: [
				['Memory', '2.00 GB'],
				['Cache', '64.0 MB'],
				['Chunk', '1.00 MB'],
				['Batch size', '16 to 1 024, adaptive'],
				['Forced collections', 'at most every 5.00 s'],
			],
		},
		...pressures,
		...cleanups,
		...decisions,
		...operations,
		{
			type: 'weakCache',
			t: 9_000,
			id: 11,
			name: 'parsed headers',
			site: at('lib/load.mjs', 11),
			entries: 1_204,
			hits: 8_310,
			misses: 2_090,
			collected: 886,
		},
		{
			type: 'tensorDict',
			t: 11_000,
			id: 14,
			name: 'delays by hour',
			site: at('lib/summary.mjs', 31),
			bytes: 61 * MB,
			count: 3,
			tensors: [
				{ name: 'delays', dtype: 'float32', shape: [24, 365, 1_400], bytes: 46.8 * MB, temporary: false },
				{ name: 'counts', dtype: 'uint16', shape: [24, 365, 400], bytes: 6.7 * MB, temporary: false },
				{ name: 'workspace <b>x</b>', dtype: 'float64', shape: [1_000_000], bytes: 7.6 * MB, temporary: true },
			],
		},
		...findings(at),
		{
			type: 'diagnosis',
			t: 24_600,
			diagnosis: 1,
			findings: 5,
			ms: 1_310,
			collections: 3,
			notLookedAt: ['Growth by constructor: this Node runs without access to the inspector.'],
		},
	];
	for (let t = 1_000; t <= durationMs; t += 500) entries.push(...everyHalfSecond(t, at));
	return entries.filter(({ t }) => t <= durationMs);
}

type SiteAt = (file: string, line: number, column?: number) => { file: string; line: number; column: number };

const change = (
	t: number,
	level: PressureEntry['level'],
	previous: PressureEntry['previous'],
	reason: string,
	simulated = false,
): PressureEntry => ({ type: 'pressure', t, level, previous, reason, simulated });

const pressures: PressureEntry[] = [
	change(7_200, 'elevated', 'normal', 'RSS is 1.71 GB of the limit of 2.00 GB (86 %).'),
	change(12_400, 'high', 'elevated', 'RSS is 1.82 GB of the limit of 2.00 GB (91 %).'),
	change(15_100, 'critical', 'high', 'RSS is 1.92 GB of the limit of 2.00 GB (96 %).'),
	change(16_000, 'elevated', 'critical', 'RSS is 1.72 GB of the limit of 2.00 GB (86 %).'),
	change(19_400, 'normal', 'elevated', 'RSS is 1.22 GB of the limit of 2.00 GB (61 %).'),
	change(25_200, 'high', 'normal', 'simulatePressure was called.', true),
	change(27_100, 'normal', 'high', 'The simulation ended.', true),
];

const cleanups: CleanupEntry[] = [
	{
		type: 'cleanup',
		t: 7_203,
		ms: 4.2,
		cause: 'pressure',
		label: 'elevated',
		steps: [
			{
				target: 'caches',
				name: 'airports',
				freedBytes: 9.4 * MB,
				detail: '31 entries evicted down to 75 % of the bound.',
			},
			{ target: 'batches', name: 'resize tiles', detail: 'Batches are 75 % of what they were.' },
		],
	},
	{
		type: 'cleanup',
		t: 12_402,
		ms: 11.6,
		cause: 'pressure',
		label: 'high',
		steps: [
			{
				target: 'caches',
				name: 'airports',
				freedBytes: 18.2 * MB,
				detail: '62 entries evicted down to 50 % of the bound.',
			},
			{ target: 'pools', name: 'decode buffers', detail: '5 idle objects destroyed.' },
			{ target: 'batches', name: 'resize tiles', detail: 'Batches are 50 % of what they were, 2 at a time.' },
			{ target: 'spill', name: 'rendered pages', freedBytes: 121 * MB, detail: '404 values went to disk.' },
		],
	},
	{
		type: 'cleanup',
		t: 15_104,
		ms: 38,
		cause: 'pressure',
		label: 'critical',
		steps: [
			{
				target: 'caches',
				name: 'airports',
				freedBytes: 21.5 * MB,
				detail: '80 entries evicted down to 25 % of the bound.',
			},
			{
				target: 'spill',
				name: 'rendered pages',
				detail: 'The disk is full: no space left on device.',
				failed: true,
			},
			{ target: 'collection', freedBytes: 142 * MB, detail: 'One full collection.' },
		],
	},
	{
		type: 'cleanup',
		t: 20_900,
		ms: 6.1,
		cause: 'scope',
		label: 'group by airport',
		steps: [
			{ target: 'registered', name: 'delays by hour', freedBytes: 7.6 * MB, detail: 'Temporary tensors let go of.' },
		],
	},
	{ type: 'cleanup', t: 26_000, ms: 0.4, cause: 'freeMemory', steps: [] },
];

const decision = (
	t: number,
	size: number,
	concurrency: number,
	cause: BatchDecisionEntry['cause'],
	reason: string,
): BatchDecisionEntry => ({ type: 'batchDecision', t, batch: 12, size, concurrency, cause, reason });

const decisions: BatchDecisionEntry[] = [
	decision(900, 256, 4, 'start', 'Begins at a quarter of the largest size.'),
	decision(1_900, 512, 4, 'growth', 'The last 4 batches stayed below half of the byte budget.'),
	decision(3_300, 1_024, 4, 'growth', 'The last 4 batches stayed below half of the byte budget.'),
	decision(5_200, 780, 4, 'bytes', 'Items are 168 KB on average: 780 fill the budget of 128 MB.'),
	decision(7_205, 585, 3, 'level', 'The memory level is elevated: 75 % of the size.'),
	decision(12_405, 390, 2, 'level', 'The memory level is high: 50 % of the size.'),
	decision(15_106, 195, 1, 'level', 'The memory level is critical: 25 % of the size.'),
	decision(16_010, 585, 3, 'level', 'The memory level is elevated: 75 % of the size.'),
	decision(18_300, 430, 3, 'bytes', 'Items are 305 KB on average: 430 fill the budget of 128 MB.'),
	decision(19_410, 573, 4, 'level', 'The memory level is normal again.'),
	decision(22_000, 573, 4, 'limit', 'The bytes in flight are at their bound: the size stays.'),
];

const operations: OperationEntry[] = [
	{
		type: 'operation',
		t: 13_100,
		end: 20_900,
		name: 'group by airport',
		kind: 'executed',
		inputBytes: 212 * MB,
		outputBytes: 3.1 * MB,
		peakBytes: 405 * MB,
		ratio: 405 / 212,
		strategy: 'balanced',
		predictedBytes: 380 * MB,
		lowBytes: 340 * MB,
		highBytes: 430 * MB,
		observations: 14,
		detail: '2.1 times the input is available: the input is worked through in batches.',
	},
	{
		type: 'operation',
		t: 1_600,
		end: 2_850,
		name: 'parse',
		kind: 'analyzed',
		inputBytes: 34 * MB,
		peakBytes: 171 * MB,
		ratio: 171 / 34,
		strategy: 'aggressive',
		predictedBytes: 120 * MB,
		lowBytes: 95 * MB,
		highBytes: 148 * MB,
		observations: 2,
		detail: 'Two observations only: the interval is wide.',
	},
	{
		type: 'operation',
		t: 23_000,
		name: 'render report',
		kind: 'predicted',
		inputBytes: 6 * MB,
		predictedBytes: 31 * MB,
	},
	{
		type: 'operation',
		t: 10_950,
		end: 11_000,
		name: 'optimizeDtype delays',
		kind: 'converted',
		inputBytes: 93.6 * MB,
		outputBytes: 46.8 * MB,
		detail: 'float64 to float32: the largest relative error is 4.1e-8.',
	},
];

function findings(at: SiteAt): FindingEntry[] {
	const finding = (entry: Omit<FindingEntry, 'type' | 't' | 'diagnosis'>): FindingEntry => ({
		type: 'finding',
		t: 24_600,
		diagnosis: 1,
		...entry,
	});
	return [
		finding({
			kind: 'coldCache',
			severity: 'info',
			title: 'The cache "parsed rows" was never asked for what it holds.',
			evidence: ['0 hits and 0 misses in 21.4 s.', '312 entries hold about 1.70 MB.'],
			advice: 'Remove it, or look values up in it before they are made.',
			site: at('lib/load.mjs', 9, 7),
			bytes: 1.7 * MB,
		}),
		finding({
			kind: 'siteGrowth',
			severity: 'error',
			title: 'What parseRow allocates is never let go of.',
			evidence: [
				'Live bytes after each of 3 collections: 61.2 MB, 64.8 MB, 68.9 MB.',
				'68.9 MB of 301 MB on the heap, 23 %.',
				'Nothing of it was collected between 12.0 s and 24.6 s.',
			],
			advice: 'Keep only what later steps read, or put the rows into a cache with a bound.',
			tool: 'BoundedCache',
			site: at('lib/load.mjs', 41, 12),
			bytes: 68.9 * MB,
		}),
		finding({
			kind: 'poolLeak',
			severity: 'warning',
			title: 'The pool "decode buffers" lost 2 objects that were never given back.',
			evidence: ['2 of 8 objects were collected as garbage while on loan.'],
			advice: 'Give objects back also when the work throws.',
			tool: 'ObjectPool.use',
			site: at('lib/load.mjs', 22, 14),
		}),
		finding({
			kind: 'neverDied',
			severity: 'warning',
			title: '40 objects registered as "tile <b>bold</b>" never died.',
			evidence: ['Registered up to 19.2 s ago, alive after 3 collections.'],
			advice: 'Find what holds them with a heap snapshot, or register them in the scope that makes them.',
			tool: 'memoryManagement',
			site: at('lib/summary.mjs', 102),
			bytes: 12.2 * MB,
		}),
		finding({
			kind: 'topConsumer',
			severity: 'info',
			title: 'groupByAirport holds the most: 96.0 MB.',
			evidence: ['32 % of all live bytes.'],
			advice: 'No need to act unless the limit is near.',
			bytes: 96 * MB,
		}),
	];
}

function everyHalfSecond(t: number, at: SiteAt): Entry[] {
	const seconds = t / 1_000;
	const items = Math.min(48_000, Math.round(1_900 * seconds));
	const current = decisions.findLast(decision => decision.t <= t);
	const done = t >= 25_500;
	const pressed = t >= 12_400 && t < 19_400;
	const batch: BatchEntry = {
		type: 'batch',
		t,
		id: 12,
		name: 'resize tiles',
		site: at('aggregate.mjs', 44),
		size: current?.size ?? 256,
		minSize: 16,
		maxSize: 1_024,
		concurrency: current?.concurrency ?? 4,
		maxConcurrency: 4,
		maxBytes: 128 * MB,
		bytesPerItem: t > 18_000 ? 305 * 1_024 : 168 * 1_024,
		bytesFrom: 'measured',
		inFlightItems: done ? 0 : (current?.size ?? 256) * 2,
		inFlightBytes: done ? 0 : 74 * MB,
		items,
		totalItems: 48_000,
		batches: Math.round(items / 420),
		failedItems: t > 9_000 ? 3 : 0,
		collections: t > 15_000 ? 4 : 0,
		...(done && { disposed: true }),
	};
	return [
		...(t <= 25_500 ? [batch] : []),
		{
			type: 'batch',
			t,
			id: 13,
			name: 'write rows',
			site: at('lib/summary.mjs', 61),
			size: 2_000,
			minSize: 100,
			maxSize: 2_000,
			concurrency: 1,
			maxConcurrency: 1,
			bytesPerItem: 96,
			bytesFrom: 'declared',
			inFlightItems: 2_000,
			items: Math.round(81_000 * seconds),
			batches: Math.round(40 * seconds),
			failedItems: 0,
			collections: 0,
		},
		{
			type: 'spill',
			t,
			id: 15,
			name: 'rendered pages',
			site: at('lib/summary.mjs', 18),
			entries: pressed ? 404 : 88,
			bytes: (pressed ? 121 : 26) * MB,
			maxBytes: 512 * MB,
			writes: Math.round(31 * seconds),
			writtenBytes: 9.2 * MB * seconds,
			reads: Math.round(18 * seconds),
			readBytes: 5.4 * MB * seconds,
			failed: t > 15_104 ? 12 : 0,
			dropped: 0,
			corrupt: 0,
			spilling: pressed,
		},
		{
			type: 'stream',
			t,
			id: 16,
			name: 'flights',
			kind: 'lines',
			path: at('data/flights-2001.csv', 1).file,
			site: at('lib/load.mjs', 14),
			totalBytes: 588 * MB,
			readBytes: Math.min(588, 46 * seconds) * MB,
			chunks: Math.round(46 * seconds),
			lines: Math.round(480_000 * seconds),
			chunkBytes: pressed ? 256 * 1_024 : MB,
			failed: false,
		},
		{
			type: 'stream',
			t,
			id: 17,
			name: 'summary',
			kind: 'transform',
			path: '/tmp/out/a-file-whose-path-is-rather-long-because-people-do-that/summary-of-all-airports.csv',
			readBytes: 3 * MB * seconds,
			writtenBytes: 1.1 * MB * seconds,
			chunks: Math.round(3 * seconds),
			chunkBytes: MB,
			failed: t > 27_000,
		},
		{
			type: 'collector',
			t,
			...(t > 5_000 && { strategy: 'balanced' as const }),
			settings: t > 5_000 ? ['Semi-space 16.0 MB', 'Forced collection at 80 % of the limit'] : [],
			collections: t > 15_000 ? 7 : 2,
			freedBytes: (t > 15_000 ? 410 : 61) * MB,
			pauseMs: t > 15_000 ? 231 : 44,
			deferred: 5,
		},
	];
}
