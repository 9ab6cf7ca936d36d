import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import { CacheTable } from './CacheTable.tsx';
import { PoolTable } from './PoolTable.tsx';

const SNIPPET = `import { BoundedCache } from 'memory-manager-runtime';
const cache = new BoundedCache({ name: 'tiles', maxBytes: 64 * 1024 * 1024 });`;

export function MemoryTab(): JSX.Element {
	const { store } = usePanel();
	store.revision.value;
	const caches = [...(store.model?.caches.values() ?? [])];
	const pools = [...(store.model?.pools.values() ?? [])];
	if (caches.length + pools.length === 0) {
		if (store.model?.process?.runtime === false) {
			return (
				<EmptyState title="Caches and pools are not supported here">
					<p>This process was attached to and does not carry the runtime that they report through.</p>
				</EmptyState>
			);
		}
		return (
			<EmptyState title="No caches or pools yet">
				<p>Caches that cannot grow past their bound, and pools of things worth using again, report here:</p>
				<pre>{SNIPPET}</pre>
			</EmptyState>
		);
	}
	return (
		<>
			{caches.length > 0 && <CacheTable caches={caches} />}
			{pools.length > 0 && <PoolTable pools={pools} />}
		</>
	);
}
