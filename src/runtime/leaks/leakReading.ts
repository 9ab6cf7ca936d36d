import type { Site } from '../../protocol/entries.ts';
import { collectNow } from '../collection/ownCollections.ts';
import { sharedHub } from '../reporter.ts';
import { readMemory } from '../reporting/memoryReading.ts';
import { registered } from '../scopes/cleanupRegistry.ts';
import { samplesBySite } from './allocationSites.ts';
import type { DiagnosisRound } from './diagnosisTypes.ts';
import { InspectorSession } from './inspectorSession.ts';
import { countObjects } from './objectCounts.ts';
import type { AllocationFrame } from './places.ts';
import { ReadingStore } from './readingStore.ts';
import { holdSampler, type SamplerHold } from './sampler.ts';

/** Above this heap `auto` does not count objects: some 0.6 s per round. */
export const AUTO_COUNT_BYTES = 48 * 1024 * 1024;

export interface StoreReading {
	readonly id: number;
	readonly name: string;
	readonly site?: Site;
	/** Of a cache: bytes, hits, misses. Of a pool: leaked, inUse, waiting, max. Of a weak cache: entries. */
	readonly figures: Readonly<Record<string, number>>;
}

export interface RegisteredReading {
	readonly name: string;
	readonly site?: Site;
	readonly count: number;
	readonly oldestMs: number;
}

/** Everything known after one round. Plain data. */
export interface LeakReading {
	readonly memory: DiagnosisRound;
	readonly sites: readonly { key: string; frame: AllocationFrame; samples: [number, number][] }[];
	readonly counts?: readonly [string, number][];
	readonly caches: readonly StoreReading[];
	readonly pools: readonly StoreReading[];
	readonly weakCaches: readonly StoreReading[];
	readonly registered: readonly RegisteredReading[];
	/** By region: array buffers that its calls ended with more than they began with. */
	readonly regions: readonly { name: string; site?: Site; arrayBuffersBytes: number }[];
}

/** Takes the readings. */
export class LeakReader implements Disposable {
	readonly notLookedAt = new Set<string>();
	collections = 0;
	#sampler: SamplerHold | undefined;
	#session: InspectorSession | undefined;
	readonly #constructors: 'auto' | 'always' | 'never';
	readonly #readings = new ReadingStore<LeakReading>();

	constructor(constructors: 'auto' | 'always' | 'never', intervalBytes: number) {
		this.#constructors = constructors;
		try {
			this.#sampler = holdSampler(intervalBytes);
			if (constructors !== 'never') this.#session = new InspectorSession();
		} catch (error) {
			this.notLookedAt.add(`Growth by function and by constructor: ${messageOf(error)}`);
		}
		if (constructors === 'never') this.notLookedAt.add('Growth by constructor: not asked for.');
	}

	get session(): InspectorSession | undefined {
		return this.#session;
	}

	get intervalBytes(): number | undefined {
		return this.#sampler?.intervalBytes;
	}

	/** Everything since the last collection must have been told: finalization callbacks run in turns of their own. */
	async read(): Promise<void> {
		this.#collect();
		await new Promise(resolve => setImmediate(resolve));
		await new Promise(resolve => setImmediate(resolve));
		this.#collect();
		this.#readings.add(this.#reading());
	}

	readings(): LeakReading[] {
		return this.#readings.all();
	}

	[Symbol.dispose](): void {
		this.#sampler?.release();
		this.#session?.close();
		this.#sampler = undefined;
		this.#session = undefined;
	}

	#reading(): LeakReading {
		const hub = sharedHub();
		const { rssBytes, heapUsedBytes, externalBytes, arrayBuffersBytes } = readMemory();
		const counts = this.#counts(heapUsedBytes);
		return {
			memory: {
				heapUsedBytes,
				externalBytes: externalBytes - this.#readings.ownBytes,
				arrayBuffersBytes: arrayBuffersBytes - this.#readings.ownBytes,
				rssBytes,
			},
			...(counts && { counts }),
			sites: this.#sites(),
			caches: storesOf(hub.caches.live(), ({ bytes, hits, misses }) => ({ bytes, hits, misses })),
			pools: storesOf(hub.pools.live(), ({ leaked, inUse, waiting, max }) => ({ leaked, inUse, waiting, max })),
			weakCaches: storesOf(hub.weakCaches.live(), ({ entries }) => ({ entries })),
			registered: registrations(),
			regions: hub.recording
				? Array.from(hub.regions(), ({ name, site, delta }) => ({
						name,
						...(site && { site }),
						arrayBuffersBytes: delta?.arrayBuffersBytes ?? 0,
					}))
				: [],
		};
	}

	#collect(): void {
		collectNow();
		this.collections++;
	}

	#sites(): LeakReading['sites'] {
		if (!this.#sampler) return [];
		try {
			const profile = this.#sampler.read();
			this.collections++;
			return samplesBySite(profile, true).map(({ key, frame, samples }) => ({
				key,
				frame,
				samples: [...samples],
			}));
		} catch (error) {
			this.#sampler.release();
			this.#sampler = undefined;
			this.notLookedAt.add(`Growth by function, from round ${this.#readings.size} on: ${messageOf(error)}`);
			return [];
		}
	}

	#counts(heapUsedBytes: number): [string, number][] | undefined {
		if (!this.#session) return undefined;
		if (this.#constructors === 'auto' && heapUsedBytes > AUTO_COUNT_BYTES) {
			this.notLookedAt.add(
				`Growth by constructor: the heap is larger than ${AUTO_COUNT_BYTES >> 20} MB, and counting takes some 12 ms for each MB. { constructors: 'always' } counts all the same.`,
			);
			return undefined;
		}
		try {
			const counts = countObjects(this.#session);
			this.collections++;
			return [...counts];
		} catch (error) {
			this.notLookedAt.add(`Growth by constructor: ${messageOf(error)}`);
			return undefined;
		}
	}
}

interface Live<R> {
	id: number;
	record: R;
}

function storesOf<R extends { name: string; site: Site | undefined }>(
	live: Iterable<Live<R>>,
	figures: (record: R) => Record<string, number>,
): StoreReading[] {
	return Array.from(live, ({ id, record }) => ({
		id,
		name: record.name,
		...(record.site && { site: record.site }),
		figures: figures(record),
	}));
}

function registrations(): RegisteredReading[] {
	const groups = new Map<string, RegisteredReading>();
	for (const { name, site, registeredAtMs, alive } of registered()) {
		if (!alive) continue;
		const key = `${name} ${site?.file}:${site?.line}:${site?.column}`;
		const known = groups.get(key);
		groups.set(key, {
			name,
			...(site && { site }),
			count: (known?.count ?? 0) + 1,
			oldestMs: Math.min(known?.oldestMs ?? registeredAtMs, registeredAtMs),
		});
	}
	return [...groups.values()];
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
