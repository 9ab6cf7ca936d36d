import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import { EmptyState } from '../panel/EmptyState.tsx';
import { Snippet } from '../panel/Snippet.tsx';
import { WithoutRuntime } from '../panel/WithoutRuntime.tsx';
import { BatchTable } from './BatchTable.tsx';
import { OperationTable } from './OperationTable.tsx';
import { StreamTable } from './StreamTable.tsx';

const SNIPPET = `import { BatchProcessor } from 'memory-manager-runtime';
const batches = new BatchProcessor({ name: 'resize', maxSize: 500, process: resizeAll });`;

/** What goes through the script in pieces: batches, files, measured operations; a section only for what there is. */
export function WorkTab(): JSX.Element {
	const { store } = usePanel();
	store.revision.value;
	const runtime = store.model?.runtime;
	const batches = [...(runtime?.batches.values() ?? [])];
	const streams = [...(runtime?.streams.values() ?? [])];
	const operations = runtime?.operations ?? [];
	if (batches.length + streams.length + operations.length === 0) {
		return <NoWork withRuntime={store.model?.process?.runtime !== false} />;
	}
	return (
		<>
			{batches.length > 0 && <BatchTable batches={batches} decisions={runtime?.batchDecisions ?? []} />}
			{streams.length > 0 && <StreamTable streams={streams} />}
			{operations.length > 0 && <OperationTable operations={operations} />}
		</>
	);
}

function NoWork({ withRuntime }: { withRuntime: boolean }): JSX.Element {
	if (!withRuntime) return <WithoutRuntime what="Batches and files" use="that they report through" />;
	return (
		<EmptyState title="No batches, files or operations yet">
			<p>Work that goes through memory in pieces reports here, with the reason for each size it chose:</p>
			<Snippet text={SNIPPET} />
		</EmptyState>
	);
}
