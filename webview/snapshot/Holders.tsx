import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { ObjectRow, RetainerRow } from '../../src/protocol/snapshotView.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { useSnapshot } from './context.ts';
import { ObjectName } from './ObjectList.tsx';
import { usePages } from './usePages.ts';

/** Who holds the picked object, up to the root. */
export function Holders(): JSX.Element | null {
	const { picked } = useSnapshot();
	const row = picked.value;
	if (!row) return null;
	return (
		<aside class="holders" aria-label="What holds the object">
			<div class="holders-head">
				<h2>
					What holds <ObjectName row={row} />
				</h2>
				<span class="dim">
					{formatBytes(row.selfBytes)} itself, {formatBytes(row.retainedBytes)} retained
				</span>
				<IconButton
					label="Close"
					onPress={() => {
						picked.value = undefined;
					}}
				>
					<Icon name="close" />
				</IconButton>
			</div>
			<ShortestWay key={`way ${row.node}`} row={row} />
			<h3>All that hold it</h3>
			<HolderList key={`tree ${row.node}`} node={row.node} above={[row.node]} />
		</aside>
	);
}

function ShortestWay({ row }: { row: ObjectRow }): JSX.Element | null {
	const { ask, failure } = useSnapshot();
	const path = useSignal<RetainerRow[] | undefined>(undefined);
	useEffect(() => {
		ask('path', { node: row.node }).then(
			found => {
				path.value = found;
			},
			(error: unknown) => {
				failure.value = error instanceof Error ? error.message : String(error);
			},
		);
	}, [row.node]);
	if (!path.value) return null;
	if (path.value.length === 0) return <p class="dim">Only weak references lead to it: nothing keeps it alive.</p>;
	return (
		<>
			<h3>Way to the root</h3>
			<ol class="way">
				{path.value.map(step => (
					<li key={step.node}>
						<Holder step={step} />
					</li>
				))}
			</ol>
		</>
	);
}

interface HolderListProps {
	node: number;
	/** What was opened on the way here: a circle ends where it comes back. */
	above: readonly number[];
}

const FIRST_HOLDERS = 20;

function HolderList({ node, above }: HolderListProps): JSX.Element {
	const { ask } = useSnapshot();
	const { page, more } = usePages<RetainerRow>(String(node), FIRST_HOLDERS, range =>
		ask('retainers', { node, ...range }),
	);
	const open = useSignal<ReadonlySet<number>>(new Set());
	if (!page.value) return <p class="dim">Looking it up…</p>;
	const { rows, total } = page.value;
	if (total === 0) return <p class="dim">Nothing but weak references.</p>;
	const toggle = (holder: number) => {
		const next = new Set(open.value);
		if (!next.delete(holder)) next.add(holder);
		open.value = next;
	};
	return (
		<ul class="holder-list">
			{rows.map(step => {
				const isCircle = above.includes(step.node);
				const isOpen = open.value.has(step.node);
				const canOpen = !step.isRoot && !isCircle;
				return (
					<li key={step.node}>
						{canOpen ? (
							<button
								type="button"
								class="disclosure"
								aria-expanded={isOpen}
								aria-label={`What holds ${visibleText(step.className)} @${step.id}`}
								onClick={() => toggle(step.node)}
							>
								<Icon name={isOpen ? 'collapse' : 'expand'} />
							</button>
						) : (
							<span class="disclosure" />
						)}
						<Holder step={step} />
						{isCircle && <span class="note">a circle: it stands above already</span>}
						{isOpen && <HolderList node={step.node} above={[...above, step.node]} />}
					</li>
				);
			})}
			{rows.length < total && (
				<li>
					<button type="button" class="link" onClick={more}>
						Show more ({total - rows.length} left)
					</button>
				</li>
			)}
		</ul>
	);
}

const KINDS: Record<RetainerRow['edgeKind'], string> = {
	property: 'property',
	variable: 'variable',
	element: 'index',
	internal: 'internal',
};

function Holder({ step }: { step: RetainerRow }): JSX.Element {
	const { edge, edgeKind } = step;
	const name = visibleText(edge, 80);
	// The root has no names: its references are numbered.
	if (step.isRoot) return <span class="class-name">the root</span>;
	return (
		<span class={`holder edge-${edgeKind}`}>
			<span class="edge" title={KINDS[edgeKind]}>
				<span class="read-out">{KINDS[edgeKind]} </span>
				{edgeKind === 'element' ? `[${name}]` : name}
			</span>
			<span class="dim"> in </span>
			<ObjectName row={step} />
			<span class="dim figure-note">{formatBytes(step.retainedBytes)}</span>
		</span>
	);
}
