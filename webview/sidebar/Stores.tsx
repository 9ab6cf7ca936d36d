import type { JSX } from 'preact';
import type { CacheEntry, PoolEntry } from '../../src/protocol/entries.ts';
import type { SpillEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatPercent } from '../../src/protocol/units.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { boundNow, cacheName, fullness, hitRate } from '../tables/cacheFigures.ts';
import { Meter } from './Meter.tsx';
import { useSidebar } from './sidebarContext.ts';

/** Caches and pools that are in use, each with its clear button. */
export function Stores(): JSX.Element | null {
	const { store } = useSidebar();
	store.revision.value;
	const caches = [...(store.model?.caches.values() ?? [])].filter(({ disposed }) => !disposed);
	const pools = [...(store.model?.pools.values() ?? [])].filter(({ disposed }) => !disposed);
	const spills = [...(store.model?.runtime.spills.values() ?? [])].filter(({ disposed }) => !disposed);
	if (caches.length + pools.length + spills.length === 0) return null;
	return (
		<section class="block">
			<h2>Caches and pools</h2>
			<ul class="stores">
				{caches
					.sort((a, b) => b.bytes - a.bytes)
					.map(cache => (
						<Store
							key={`c${cache.id}`}
							kind="cache"
							item={cache}
							share={fullness(cache)}
							figures={cacheFigures(cache)}
						/>
					))}
				{spills.map(spill => (
					<li key={`s${spill.id}`} class="store">
						<StoreText
							name={spill.name}
							figures={spillFigures(spill)}
							share={spill.maxBytes > 0 ? spill.bytes / spill.maxBytes : 0}
						/>
					</li>
				))}
				{pools.map(pool => (
					<Store
						key={`p${pool.id}`}
						kind="pool"
						item={pool}
						share={pool.max > 0 ? pool.inUse / pool.max : 0}
						figures={poolFigures(pool)}
					/>
				))}
			</ul>
		</section>
	);
}

function cacheFigures(cache: CacheEntry): string {
	const { bytes, bytesFrom, entries } = cache;
	const maxBytes = boundNow(cache);
	const size = `${bytesFrom === 'declared' ? '' : '≈ '}${formatBytes(bytes)}`;
	const bound = maxBytes ? ` of ${formatBytes(maxBytes)}` : `, ${formatCount(entries)} entries`;
	const rate = hitRate(cache);
	return `${size}${bound}${rate === undefined ? '' : `, ${formatPercent(rate)} hits`}`;
}

const poolFigures = ({ inUse, max, idle, waiting, leaked }: PoolEntry): string =>
	`${formatCount(inUse)} of ${formatCount(max)} in use, ${formatCount(idle)} idle` +
	`${waiting > 0 ? `, ${formatCount(waiting)} waiting` : ''}${leaked > 0 ? `, ${formatCount(leaked)} leaked` : ''}`;

const spillFigures = ({ bytes, maxBytes, spilling }: SpillEntry): string =>
	`${formatBytes(bytes)} of ${formatBytes(maxBytes)} on disk${spilling ? ', spilling' : ''}`;

function StoreText({ name, figures, share }: { name: string; figures: string; share: number }): JSX.Element {
	return (
		<div class="store-text">
			<span class="store-name" title={visibleText(name, 1_000)}>
				{cacheName({ name })}
			</span>
			<span class="dim">{figures}</span>
			<Meter share={share} />
		</div>
	);
}

interface StoreProps {
	kind: 'cache' | 'pool';
	item: CacheEntry | PoolEntry;
	share: number;
	figures: string;
}

function Store({ kind, item, share, figures }: StoreProps): JSX.Element {
	const { store, clear } = useSidebar();
	const name = cacheName(item);
	return (
		<li class="store">
			<StoreText name={item.name} figures={figures} share={share} />
			<IconButton
				label={`Clear ${kind} ${name}`}
				disabled={store.info.value?.controllable !== true}
				onPress={() => clear(kind, item.id)}
			>
				<Icon name="clear" />
			</IconButton>
		</li>
	);
}
