import { formatBytes, formatCount, formatMs } from '../../protocol/units.ts';
import { monotonicMs } from '../reporting/clock.ts';
import type { LeakFinding } from './diagnosisTypes.ts';
import { siteField } from './findings.ts';
import { countGrowth } from './growth.ts';
import type { LeakReading, RegisteredReading, StoreReading } from './leakReading.ts';

/** A cache that was never right but holds less than this is worth a word and no alarm. */
const COLD_BYTES = 1024 * 1024;

/** What caches, pools and registrations tell of themselves. `repeated`: the rounds did the same work each time. */
export function storeFindings(readings: readonly LeakReading[], repeated: boolean): LeakFinding[] {
	return [
		...coldCaches(readings),
		...leakingPools(readings),
		...growingWeakCaches(readings, repeated),
		...neverDied(readings, repeated),
	];
}

function coldCaches(readings: readonly LeakReading[]): LeakFinding[] {
	const known = new Set(readings[0]?.caches.map(({ id }) => id));
	return (readings.at(-1)?.caches ?? []).flatMap(({ id, name, site, figures: { bytes = 0, hits = 0, misses = 0 } }) => {
		if (!known.has(id) || hits > 0 || bytes === 0) return [];
		return {
			kind: 'coldCache',
			severity: bytes >= COLD_BYTES ? 'warning' : 'info',
			title: `Cache "${name}" holds ${formatBytes(bytes)} and was never right.`,
			evidence: [
				misses > 0
					? `0 hits, ${formatCount(misses)} misses since it was made.`
					: 'Nothing was asked of it since it was made.',
			],
			advice:
				'Check its keys: values are found again only by equal strings or numbers or the same object. A ttlMs shorter than the time between two questions lets nothing be found. Without hits, do without it.',
			tool: 'BoundedCache',
			...siteField(site),
			bytes,
		} satisfies LeakFinding;
	});
}

function leakingPools(readings: readonly LeakReading[]): LeakFinding[] {
	const [first, last] = [readings[0], readings.at(-1)];
	return (last?.pools ?? []).flatMap(pool => {
		const before = first?.pools.find(({ id }) => id === pool.id);
		const { leaked = 0 } = pool.figures;
		if (leaked > 0) {
			const meanwhile = leaked - (before?.figures.leaked ?? 0);
			return {
				kind: 'poolLeak',
				severity: meanwhile > 0 ? 'error' : 'warning',
				title: `Objects of pool "${pool.name}" were lost without being released: ${formatCount(leaked)} so far.`,
				evidence: [`${formatCount(meanwhile)} of them in the rounds of this diagnosis.`, ...loans(pool)],
				advice: 'Take objects with pool.use(fn), which gives them back also when fn fails.',
				tool: 'ObjectPool.use',
				...siteField(pool.site),
			} satisfies LeakFinding;
		}
		return before && isStuck(readings, pool) ? stuck(pool) : [];
	});
}

/** Between the rounds, when nothing should be at work, all objects are out, or more and more are. */
function isStuck(readings: readonly LeakReading[], { id, figures }: StoreReading): boolean {
	const series = readings.map(({ pools }) => pools.find(pool => pool.id === id)?.figures);
	const exhausted = series.every(each => each && each.inUse === each.max) && (figures.waiting ?? 0) > 0;
	const inUse = series.map(each => each?.inUse ?? 0);
	return exhausted || inUse.every((count, i) => i === 0 || count > (inUse[i - 1] ?? 0));
}

function stuck(pool: StoreReading): LeakFinding {
	return {
		kind: 'poolLeak',
		severity: 'warning',
		title: `Objects of pool "${pool.name}" are taken and not given back.`,
		evidence: loans(pool),
		advice: 'Release each object when its work is done: pool.use(fn) does it, also when fn fails.',
		tool: 'ObjectPool.use',
		...siteField(pool.site),
	};
}

const loans = ({ figures: { inUse = 0, max = 0, waiting = 0 } }: StoreReading): string[] => [
	`${formatCount(inUse)} of at most ${formatCount(max)} objects are out, ${formatCount(waiting)} callers wait.`,
];

function growingWeakCaches(readings: readonly LeakReading[], repeated: boolean): LeakFinding[] {
	return (readings.at(-1)?.weakCaches ?? []).flatMap(({ id, name, site }) => {
		const entries = readings.map(({ weakCaches }) => weakCaches.find(cache => cache.id === id)?.figures.entries ?? 0);
		const growth = countGrowth(entries, repeated);
		if (!growth) return [];
		return {
			kind: 'weakCacheGrowth',
			severity: 'warning',
			title: `Weak cache "${name}" has more entries after each round: somebody else keeps their values.`,
			evidence: [`Entries after each collection: ${entries.map(value => formatCount(value)).join(', ')}.`],
			advice:
				'A weak cache keeps nothing alive by itself. Find who holds the values, or use a BoundedCache and let it own them.',
			tool: 'BoundedCache',
			...siteField(site),
		} satisfies LeakFinding;
	});
}

function neverDied(readings: readonly LeakReading[], repeated: boolean): LeakFinding[] {
	const first = readings[0]?.registered ?? [];
	const now = monotonicMs();
	return (readings.at(-1)?.registered ?? []).flatMap(group => {
		const counts = readings.map(({ registered }) => registered.find(each => sameGroup(each, group))?.count ?? 0);
		const growth = countGrowth(counts, repeated);
		// Those of the first reading that are still there: registered before it, and neither cleaned nor collected.
		const lived = first.some(each => sameGroup(each, group) && each.oldestMs === group.oldestMs);
		if (!growth && !lived) return [];
		const many = group.count === 1 ? 'One registered object' : `${formatCount(group.count)} registered objects`;
		return {
			kind: 'neverDied',
			severity: growth ? 'warning' : 'info',
			title: growth
				? `Registered objects "${group.name}" become more after each round and are never cleaned.`
				: `${many} "${group.name}" lived through the whole diagnosis.`,
			evidence: [
				`Alive after each collection: ${counts.map(value => formatCount(value)).join(', ')}.`,
				`The oldest was registered ${formatMs(now - group.oldestMs)} ago.`,
			],
			advice: 'Make and use them inside memoryManagement(fn), which cleans them at its end, or call their dispose().',
			tool: 'memoryManagement',
			...siteField(group.site),
		} satisfies LeakFinding;
	});
}

const sameGroup = (a: RegisteredReading, b: RegisteredReading): boolean =>
	a.name === b.name &&
	a.site?.file === b.site?.file &&
	a.site?.line === b.site?.line &&
	a.site?.column === b.site?.column;
