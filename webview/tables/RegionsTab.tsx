import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { RegionData } from '../../src/protocol/snapshot.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatDelta, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import { Snippet } from '../panel/Snippet.tsx';
import { WithoutRuntime } from '../panel/WithoutRuntime.tsx';
import { SiteLink } from './cells.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function RegionsTab(): JSX.Element {
	const { store, pickedRegion } = usePanel();
	store.revision.value;
	const regions = [...(store.model?.regions.values() ?? [])];
	const picked = pickedRegion.value;
	useEffect(() => {
		if (picked !== undefined) document.querySelector('tr.picked')?.scrollIntoView({ block: 'nearest' });
	}, [picked]);
	if (regions.length === 0) return <NoRegions withRuntime={store.model?.process?.runtime !== false} />;
	return (
		<DataTable
			id="regions"
			caption="Regions: calls, time and memory"
			columns={COLUMNS}
			rows={regions}
			keyOf={({ definition }) => definition.id}
			initialSort={{ column: 'peak', descending: true }}
			rowClass={({ definition }) => (definition.id === picked ? 'picked' : undefined)}
		/>
	);
}

const calls = ({ stats }: RegionData) => stats?.calls ?? 0;
const mean = ({ stats }: RegionData) => {
	const ended = (stats?.calls ?? 0) - (stats?.open ?? 0);
	return stats && ended > 0 ? stats.totalMs / ended : undefined;
};

const COLUMNS: readonly Column<RegionData>[] = [
	{
		id: 'name',
		title: 'Region',
		sortValue: ({ definition }) => definition.name,
		render: region => <RegionName region={region} />,
	},
	{ id: 'calls', title: 'Calls', figure: true, sortValue: calls, render: ({ stats }) => formatCount(stats?.calls) },
	{
		id: 'open',
		title: 'Open',
		figure: true,
		meaning: 'Calls that have not ended',
		sortValue: ({ stats }) => stats?.open ?? 0,
		render: ({ stats }) => formatCount(stats?.open),
	},
	{
		id: 'errors',
		title: 'Errors',
		figure: true,
		meaning: 'Calls that threw',
		sortValue: ({ stats }) => stats?.errors ?? 0,
		render: ({ stats }) => formatCount(stats?.errors),
	},
	{
		id: 'total',
		title: 'Total time',
		figure: true,
		sortValue: ({ stats }) => stats?.totalMs ?? 0,
		render: ({ stats }) => formatMs(stats?.totalMs),
	},
	{
		id: 'mean',
		title: 'Mean',
		figure: true,
		meaning: 'Mean time of an ended call',
		sortValue: region => mean(region) ?? 0,
		render: region => formatMs(mean(region)),
	},
	{
		id: 'max',
		title: 'Longest',
		figure: true,
		sortValue: ({ stats }) => stats?.maxMs ?? 0,
		render: ({ stats }) => formatMs(stats?.maxMs),
	},
	{
		id: 'heap',
		title: 'Δ heap',
		figure: true,
		meaning: 'Heap used at the end minus at the start, summed over the calls whose memory was read',
		sortValue: ({ stats }) => stats?.delta?.heapUsedBytes ?? 0,
		render: ({ stats }) => formatDelta(stats?.delta?.heapUsedBytes),
	},
	{
		id: 'external',
		title: 'Δ external',
		figure: true,
		meaning: 'External memory at the end minus at the start, summed over the calls whose memory was read',
		sortValue: ({ stats }) => stats?.delta?.externalBytes ?? 0,
		render: ({ stats }) => formatDelta(stats?.delta?.externalBytes),
	},
	{
		id: 'peak',
		title: 'Peak RSS',
		figure: true,
		meaning: 'Highest RSS of the process seen during a call',
		sortValue: ({ stats }) => stats?.peak?.rssBytes ?? 0,
		render: ({ stats }) => formatBytes(stats?.peak?.rssBytes),
	},
	{
		id: 'retained',
		title: 'Retained',
		figure: true,
		meaning:
			'Live bytes at the first full collection after the last call, minus those at the last one before it; what else ran in between counts too',
		sortValue: ({ retainedBytes }) => retainedBytes ?? Number.NEGATIVE_INFINITY,
		render: ({ retainedBytes }) => formatDelta(retainedBytes),
	},
	{
		id: 'show',
		title: 'Allocations',
		quietTitle: true,
		render: ({ definition }) => <ShowAllocations region={definition.id} name={definition.name} />,
	},
	{ id: 'site', title: 'Defined at', render: ({ definition }) => <SiteLink site={definition.site} /> },
];

function RegionName({ region: { definition, stats } }: { region: RegionData }): JSX.Element {
	const name = visibleText(definition.name) || '(no name)';
	const timedOnly = stats ? stats.calls - stats.measuredCalls : 0;
	return (
		<>
			<span class="name" title={visibleText(definition.name, 1_000)}>
				{name}
			</span>
			{stats && timedOnly > 0 && (
				<span class="note" title="They followed each other so fast that reading memory would have slowed the script">
					{formatCount(timedOnly)} only timed
				</span>
			)}
		</>
	);
}

/** The flame graph of all its calls together. */
function ShowAllocations({ region, name }: { region: number; name: string }): JSX.Element {
	const { view } = usePanel();
	return (
		<button
			type="button"
			class="link"
			aria-label={`Show allocations of ${visibleText(name, 80)}`}
			onClick={() => {
				view.regionFilter.value = region;
				view.peakShown.value = false;
				view.flamePath.value = [];
				if (view.measure.value === 'live') view.measure.value = 'allocated';
				view.tab.value = 'allocations';
			}}
		>
			Show allocations
		</button>
	);
}

const SNIPPET = `import { region } from 'memory-manager-runtime';
const rows = await region('load', () => loadRows());`;

function NoRegions({ withRuntime }: { withRuntime: boolean }): JSX.Element {
	if (!withRuntime) return <WithoutRuntime what="Regions" use="that regions report through" />;
	return (
		<EmptyState title="No regions yet">
			<p>Name a part of the script, and its calls, time and memory appear here and in the time line:</p>
			<Snippet text={SNIPPET} />
		</EmptyState>
	);
}
