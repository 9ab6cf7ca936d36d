import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import { Snippet } from '../panel/Snippet.tsx';
import { WithoutRuntime } from '../panel/WithoutRuntime.tsx';
import { CacheTable } from './CacheTable.tsx';
import { CleanupTable } from './CleanupTable.tsx';
import { PoolTable } from './PoolTable.tsx';
import { PressureTable } from './PressureTable.tsx';
import { SpillTable } from './SpillTable.tsx';
import { TensorTable } from './TensorTable.tsx';
import { WeakCacheTable } from './WeakCacheTable.tsx';

const SNIPPET = `import { BoundedCache } from 'memory-manager-runtime';
const cache = new BoundedCache({ name: 'tiles', maxBytes: 64 * 1024 * 1024 });`;

/** What holds memory, and when it was let go of; a section only for what the script has. */
export function MemoryTab(): JSX.Element {
	const { store } = usePanel();
	store.revision.value;
	const runtime = store.model?.runtime;
	const caches = [...(runtime?.caches.values() ?? [])];
	const spills = [...(runtime?.spills.values() ?? [])];
	const weakCaches = [...(runtime?.weakCaches.values() ?? [])];
	const pools = [...(runtime?.pools.values() ?? [])];
	const dicts = [...(runtime?.tensorDicts.values() ?? [])];
	const pressures = runtime?.pressures ?? [];
	const cleanups = runtime?.cleanups ?? [];
	const lists = [caches, spills, weakCaches, pools, dicts, pressures, cleanups];
	if (lists.every(({ length }) => length === 0)) {
		return <NoStores withRuntime={store.model?.process?.runtime !== false} />;
	}
	return (
		<>
			{caches.length > 0 && <CacheTable caches={caches} />}
			{spills.length > 0 && <SpillTable spills={spills} />}
			{weakCaches.length > 0 && <WeakCacheTable caches={weakCaches} />}
			{pools.length > 0 && <PoolTable pools={pools} />}
			{dicts.length > 0 && <TensorTable dicts={dicts} />}
			{pressures.length > 0 && <PressureTable pressures={pressures} />}
			{cleanups.length > 0 && <CleanupTable cleanups={cleanups} />}
		</>
	);
}

function NoStores({ withRuntime }: { withRuntime: boolean }): JSX.Element {
	if (!withRuntime) return <WithoutRuntime what="Caches and pools" use="that they report through" />;
	return (
		<EmptyState title="No caches or pools yet">
			<p>Caches that cannot grow past their bound, and pools of things worth using again, report here:</p>
			<Snippet text={SNIPPET} />
		</EmptyState>
	);
}
