import { useSignal } from '@preact/signals';
import { Fragment, type JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { groupedProcesses, type ProcessNode, processTree, totalRss } from '../../src/analysis/processTree.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { chooseProcess } from '../state.ts';
import { GroupRow, ProcessRow } from './ProcessRow.tsx';
import { endedWell, endText, peakOf } from './processWords.ts';

/** Of a folded group those that ended badly are to be seen, as long as they are few. */
const SHOWN_FAILURES = 3;

/** Which process the panel shows, and all of them on one time axis. Not there where there is only one. */
export function Processes(): JSX.Element | null {
	const { store, view } = usePanel();
	store.revision.value;
	const folded = useSignal(false);
	const open = useSignal<ReadonlySet<string>>(new Set());
	const root = store.root;
	const version = store.versionOfAll('process', 'state');
	// The version stands for which processes there are and how they ended.
	const tree = useMemo(() => (root ? processTree(root) : []), [root, version]);
	if (tree.length < 2) return null;
	const chosen = tree.some(({ process }) => process === view.process.value) ? view.process.value : 1;
	const running = tree.filter(({ to }) => to === undefined).length;
	const rows = groupedProcesses(tree);
	const groupPeaks = rows.map(row => ('members' in row ? (totalRss(row.members).peak?.bytes ?? 0) : 0));
	const topBytes = Math.max(1, ...tree.map(node => peakOf(node)?.bytes ?? 0), ...groupPeaks);
	const choose = (node: ProcessNode) => chooseProcess(view, node.process);
	return (
		<section class="processes" aria-label="Processes">
			<div class="processes-bar">
				<label>
					Process{' '}
					<select
						value={chosen}
						onChange={event => chooseProcess(view, Number(event.currentTarget.value))}
						title="All figures, charts and tables below are of this process"
					>
						{tree.map(node => (
							<option key={node.process} value={node.process}>
								{'\u2003'.repeat(node.depth)}
								{nameOf(node)}
							</option>
						))}
					</select>
				</label>
				<span class="dim">
					{formatCount(tree.length)} processes and workers
					{running > 0 && store.info.value?.live ? `, ${formatCount(running)} running` : ''}; lanes reach up to{' '}
					{formatBytes(topBytes)}
				</span>
				<IconButton
					label={folded.value ? 'Show a lane for each process' : 'Hide the lanes of the processes'}
					onPress={() => {
						folded.value = !folded.value;
					}}
				>
					<Icon name={folded.value ? 'expand' : 'collapse'} />
				</IconButton>
			</div>
			{!folded.value && (
				<fieldset class="process-list" aria-label="Processes on the time axis">
					{rows.map(row => {
						if ('process' in row)
							return (
								<ProcessRow
									key={row.process}
									node={row}
									topBytes={topBytes}
									chosen={row.process === chosen}
									onChoose={choose}
								/>
							);
						const isOpen = open.value.has(row.key);
						const failed = row.members.filter(node => !endedWell(node)).slice(0, SHOWN_FAILURES);
						const shown = row.members.filter(node => isOpen || node.process === chosen || failed.includes(node));
						return (
							<Fragment key={row.key}>
								<GroupRow
									group={row}
									topBytes={topBytes}
									open={isOpen}
									onToggle={() => {
										const next = new Set(open.value);
										if (!next.delete(row.key)) next.add(row.key);
										open.value = next;
									}}
								/>
								{shown.map(node => (
									<ProcessRow
										key={node.process}
										node={node}
										inGroup
										topBytes={topBytes}
										chosen={node.process === chosen}
										onChoose={choose}
									/>
								))}
							</Fragment>
						);
					})}
				</fieldset>
			)}
		</section>
	);
}

function nameOf(node: ProcessNode): string {
	const id = node.kind === 'worker' ? `thread ${node.threadId ?? '–'}` : `pid ${node.pid ?? '–'}`;
	return `${visibleText(node.title, 60)} (${node.kind}, ${id}${node.end ? `, ${endText(node, true)}` : ''})`;
}
