/** What a `BoundedCache` costs against the `lru-cache` it is built on, configured alike, with a profiler recording and without. */
import { LRUCache } from 'lru-cache';
import { BoundedCache } from '../../../src/runtime/caches/boundedCache.ts';
import { sharedHub } from '../../../src/runtime/reporter.ts';
import { median, spreadText } from '../statistics.ts';
import type { BenchRow } from './benchRow.ts';

const KEYS = 4_096;
const BYTES = 100;
/** Short rounds and many: on a busy machine some are interrupted, and the median does not see them. */
const ROUNDS = 61;
const CALLS = 32_768;
const TARGET = 0.9;

interface Store {
	get(key: string): object | undefined;
	set(key: string, value: object): unknown;
}

const keys = Array.from({ length: KEYS }, (_, i) => `key ${i}`);
const values = [0, 1].map(side => keys.map(key => ({ key, side })));
let side = 0;
/** The same walk over the keys for both, without a pattern. */
const order = Uint16Array.from({ length: CALLS }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 16) % KEYS);

const work = {
	get(store: Store): void {
		for (const at of order) store.get(keys[at] as string);
	},
	/** A value for another. */
	set(store: Store): void {
		side = 1 - side;
		const round = values[side] as object[];
		for (const at of order) store.set(keys[at] as string, round[at] as object);
	},
	/** The value that is there. */
	again(store: Store): void {
		const round = values[side] as object[];
		for (const at of order) store.set(keys[at] as string, round[at] as object);
	},
	/** Nine looks for one new value, each of which makes another leave. */
	mixed(store: Store): void {
		let i = 0;
		for (const at of order) {
			if (i++ % 10 === 0) store.set(keys[at] as string, { at });
			else store.get(keys[at] as string);
		}
	},
} as const;

interface Case {
	readonly what: keyof typeof work;
	/** Share of the keys that fit. */
	readonly fits: number;
	readonly ttlMs?: number;
	readonly recording?: boolean;
}

const cases: readonly Case[] = [
	{ what: 'get', fits: 1 },
	{ what: 'set', fits: 1 },
	{ what: 'again', fits: 1 },
	{ what: 'set', fits: 0.5 },
	{ what: 'mixed', fits: 0.5 },
	{ what: 'get', fits: 1, recording: true },
	{ what: 'set', fits: 0.5, recording: true },
	{ what: 'get', fits: 1, ttlMs: 60_000 },
	{ what: 'set', fits: 1, ttlMs: 60_000 },
	{ what: 'mixed', fits: 0.5, ttlMs: 60_000, recording: true },
];

export async function bench(): Promise<BenchRow[]> {
	return cases.map(measured);
}

function measured({ what, fits, ttlMs, recording = false }: Case): BenchRow {
	const hub = sharedHub();
	hub.leave();
	if (recording) hub.go();
	const maxBytes = KEYS * BYTES * fits;
	// Like ours, the rival reads the clock at each look-up; by default its clock stands still in a loop such as this.
	const raw = new LRUCache<string, object>({
		maxSize: maxBytes,
		...(ttlMs !== undefined && { ttl: ttlMs, ttlResolution: 0 }),
	});
	const ours = new BoundedCache<string, object>({ name: 'bench', maxBytes, ...(ttlMs !== undefined && { ttlMs }) });
	const stores: Store[] = [
		{ get: key => raw.get(key), set: (key, value) => raw.set(key, value, { size: BYTES }) },
		{ get: key => ours.get(key), set: (key, value) => ours.set(key, value, BYTES) },
	];
	for (const store of stores) work.set(store);
	const [rawMs = [], oursMs = []] = interleaved(stores, work[what], recording);
	ours.dispose();
	hub.leave();
	const ratios = rawMs.map((ms, i) => ms / (oursMs[i] ?? Number.NaN));
	const perCall = ((median(oursMs) / CALLS) * 1e6).toFixed(0);
	const name = [
		`BoundedCache ${what} against raw lru-cache`,
		fits < 1 && 'half of the keys fit',
		ttlMs !== undefined && 'with TTL',
		recording && 'recorded',
	];
	return {
		name: name.filter(Boolean).join(', '),
		measured: `${spreadText(ratios)}×, ${perCall} ns a call`,
		target: `≥ ${TARGET}×`,
		met: median(ratios) >= TARGET,
	};
}

/** Processor time of rounds in turn, the order changing, so that what the machine does meanwhile meets both. The first twelve warm up. */
function interleaved(stores: readonly Store[], run: (store: Store) => void, recording: boolean): number[][] {
	const times: number[][] = stores.map(() => []);
	for (let round = -12; round < ROUNDS; round++) {
		for (let turn = 0; turn < stores.length; turn++) {
			const index = (turn + Math.abs(round)) % stores.length;
			const store = stores[index];
			if (!store) continue;
			const began = process.cpuUsage();
			run(store);
			const { user, system } = process.cpuUsage(began);
			if (round >= 0) times[index]?.push((user + system) / 1e3);
			if (recording) sharedHub().drain();
		}
	}
	return times;
}

if (import.meta.main) {
	for (const row of await bench())
		console.log(`${row.met ? 'met ' : 'MISS'} ${row.name}: ${row.measured} (${row.target})`);
}
