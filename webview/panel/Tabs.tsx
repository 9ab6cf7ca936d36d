import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { PanelTab } from '../../src/protocol/panel.ts';
import { formatCount } from '../../src/protocol/units.ts';
import { type Panel, usePanel } from '../context.ts';
import { FindingsTab } from '../findings/FindingsTab.tsx';
import { AllocationsTab } from '../flame/AllocationsTab.tsx';
import { TABS } from '../state.ts';
import { tabAfterKey } from '../tabKeys.ts';
import { MemoryTab } from '../tables/MemoryTab.tsx';
import { RegionsTab } from '../tables/RegionsTab.tsx';
import { WorkTab } from '../work/WorkTab.tsx';
import { ProcessTab } from './ProcessTab.tsx';

const TITLES: Record<PanelTab, string> = {
	allocations: 'Allocations',
	regions: 'Regions',
	memory: 'Memory',
	work: 'Work',
	findings: 'Findings',
	process: 'Process',
};
const VIEWS: Record<PanelTab, () => JSX.Element | null> = {
	allocations: AllocationsTab,
	regions: RegionsTab,
	memory: MemoryTab,
	work: WorkTab,
	findings: FindingsTab,
	process: ProcessTab,
};

export function Tabs(): JSX.Element {
	const panel = usePanel();
	const { store, view } = panel;
	store.revision.value;
	const list = useRef<HTMLDivElement>(null);
	const chosen = view.tab.value;
	const View = VIEWS[chosen];
	const onKeyDown = (event: KeyboardEvent) => {
		const next = tabAfterKey(TABS, chosen, event.key);
		if (!next) return;
		event.preventDefault();
		view.tab.value = next;
		list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
	};
	return (
		<section class="tabs">
			<div class="tablist" role="tablist" aria-label="Details" ref={list} onKeyDown={onKeyDown}>
				{TABS.map(tab => (
					<button
						key={tab}
						type="button"
						role="tab"
						id={`tab-${tab}`}
						aria-selected={tab === chosen}
						aria-controls="tab-content"
						tabIndex={tab === chosen ? 0 : -1}
						onClick={() => {
							view.tab.value = tab;
						}}
					>
						{TITLES[tab]}
						<Count count={countOf(panel, tab)} />
					</button>
				))}
			</div>
			<div class="tab-content" role="tabpanel" id="tab-content" aria-labelledby={`tab-${chosen}`}>
				<View />
			</div>
		</section>
	);
}

function Count({ count }: { count: number | undefined }): JSX.Element | null {
	return count ? <span class="count">{formatCount(count)}</span> : null;
}

function countOf({ store }: Panel, tab: PanelTab): number | undefined {
	const model = store.model;
	if (!model) return undefined;
	const { caches, pools, spills, weakCaches, tensorDicts, batches, streams, operations, findings } = model.runtime;
	switch (tab) {
		case 'regions':
			return model.regions.size;
		case 'memory':
			return caches.size + pools.size + spills.size + weakCaches.size + tensorDicts.size;
		case 'work':
			return batches.size + streams.size + operations.length;
		case 'findings':
			return findings.length;
		default:
			return undefined;
	}
}
