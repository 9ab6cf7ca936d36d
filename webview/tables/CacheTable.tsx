import type { JSX } from 'preact';
import type { CacheEntry, EvictionReason } from '../../src/protocol/entries.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { ClearButton } from './ClearButton.tsx';
import { boundNow, cacheName, evicted, fullness, hitRate } from './cacheFigures.ts';
import { Bar } from './cells.tsx';
import { nameColumn, siteColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function CacheTable({ caches }: { caches: readonly CacheEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Caches</h2>
			<DataTable
				id="caches"
				caption="Caches: bytes, bound, hits and evictions"
				columns={COLUMNS}
				rows={caches}
				keyOf={({ id }) => id}
				initialSort={{ column: 'bytes', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
			/>
		</section>
	);
}

const REASONS: Record<EvictionReason, string> = {
	size: 'bound in bytes',
	count: 'bound in entries',
	ttl: 'too old',
	deleted: 'deleted',
	replaced: 'replaced',
	cleared: 'cleared',
	pressure: 'memory pressure',
};
const FROM: Record<CacheEntry['bytesFrom'], string> = {
	declared: 'declared by the script',
	estimated: 'estimated by us',
	both: 'some declared, some estimated',
};

function Bound({ cache }: { cache: CacheEntry }): JSX.Element {
	const { maxBytes, effectiveMaxBytes, maxEntries } = cache;
	const entries = maxEntries && `${formatCount(maxEntries)} entries`;
	const text = [maxBytes && formatBytes(boundNow(cache)), entries].filter(Boolean).join(', ');
	if (effectiveMaxBytes === undefined || maxBytes === undefined) return <>{text}</>;
	return (
		<span title="Memory is short: it keeps to a lower bound">
			{text} <span class="dim">of {formatBytes(maxBytes)}</span>
		</span>
	);
}

const COLUMNS: readonly Column<CacheEntry>[] = [
	nameColumn('Cache'),
	{
		id: 'bytes',
		title: 'Bytes',
		figure: true,
		sortValue: ({ bytes }) => bytes,
		render: ({ bytes, bytesFrom }) => (
			<span title={FROM[bytesFrom]}>
				{bytesFrom === 'declared' ? '' : '≈ '}
				{formatBytes(bytes)}
			</span>
		),
	},
	{
		id: 'fullness',
		title: 'Full',
		sortValue: fullness,
		render: cache => (
			<span class="bar-and-text">
				<Bar share={fullness(cache)} full={fullness(cache) >= 0.95} />
				<span>{formatPercent(fullness(cache))}</span>
			</span>
		),
	},
	{
		id: 'bound',
		title: 'Bound',
		figure: true,
		sortValue: ({ maxBytes }) => maxBytes ?? 0,
		render: cache => <Bound cache={cache} />,
	},
	{
		id: 'entries',
		title: 'Entries',
		figure: true,
		sortValue: ({ entries }) => entries,
		render: ({ entries }) => formatCount(entries),
	},
	{
		id: 'hits',
		title: 'Hit rate',
		figure: true,
		sortValue: cache => hitRate(cache) ?? -1,
		render: cache => (
			<span title={`${formatCount(cache.hits)} hits, ${formatCount(cache.misses)} misses`}>
				{formatPercent(hitRate(cache))}
			</span>
		),
	},
	{
		id: 'evictions',
		title: 'Evictions',
		figure: true,
		sortValue: evicted,
		render: cache => {
			const parts = Object.entries(REASONS).filter(([reason]) => cache.evictions[reason as EvictionReason]);
			const text = parts
				.map(([reason, words]) => `${formatCount(cache.evictions[reason as EvictionReason])} ${words}`)
				.join(', ');
			return (
				<span title={text || 'none'}>
					{formatCount(evicted(cache))}
					{text && <span class="read-out"> ({text})</span>}
				</span>
			);
		},
	},
	siteColumn(),
	{
		id: 'clear',
		title: 'Clear',
		quietTitle: true,
		render: cache => (
			<ClearButton kind="cache" id={cache.id} name={cacheName(cache)} disposed={cache.disposed === true} />
		),
	},
];
