import type { JSX } from 'preact';
import { batchProgress } from '../../src/analysis/batchSteps.ts';
import type { BatchEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatCount } from '../../src/protocol/units.ts';
import { cacheName } from '../tables/cacheFigures.ts';
import { Meter } from './Meter.tsx';
import { useSidebar } from './sidebarContext.ts';

/** Batch processors that are at work. */
export function Batches(): JSX.Element | null {
	const { store } = useSidebar();
	store.revision.value;
	const batches = [...(store.model?.runtime.batches.values() ?? [])].filter(({ disposed }) => !disposed);
	if (batches.length === 0) return null;
	return (
		<section class="block">
			<h2>Batches</h2>
			<ul class="stores">
				{batches.map(batch => (
					<li key={batch.id} class="store">
						<div class="store-text">
							<span class="store-name" title={visibleText(batch.name, 1_000)}>
								{cacheName(batch)}
							</span>
							<span class="dim">{figures(batch)}</span>
							<Progress batch={batch} />
						</div>
					</li>
				))}
			</ul>
		</section>
	);
}

function figures({ items, totalItems, size, concurrency, failedItems }: BatchEntry): string {
	const done =
		totalItems === undefined ? `${formatCount(items)} items` : `${formatCount(items)} of ${formatCount(totalItems)}`;
	const failed = failedItems > 0 ? `, ${formatCount(failedItems)} failed` : '';
	return `${done}${failed}; ${formatCount(concurrency)} × ${formatCount(size)} at a time`;
}

function Progress({ batch }: { batch: BatchEntry }): JSX.Element | null {
	const share = batchProgress(batch);
	return share === undefined ? null : <Meter share={share} progress />;
}
