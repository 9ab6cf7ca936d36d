import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { allocationRows, flameTree } from '../../src/analysis/allocations.ts';
import { figures, treeInput } from '../../src/analysis/attribution.ts';
import { withError } from '../../src/analysis/attributionWords.ts';
import { largestLine } from '../../src/analysis/largestLine.ts';
import { type PeakReport, peakReport } from '../../src/analysis/peakReport.ts';
import { partName, rssParts } from '../../src/analysis/rssParts.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { onlyUserFrames } from '../../src/analysis/userFrames.ts';
import type { Peak } from '../../src/protocol/snapshot.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { regionName } from '../chart/RegionLane.tsx';
import { usePanel } from '../context.ts';
import { Button } from '../controls.ts';
import { Bar } from '../tables/cells.tsx';
import { AllocationTable } from './AllocationTable.tsx';
import { FlameGraph } from './FlameGraph.tsx';
import { LargestLine } from './LargestLine.tsx';

const NONE: ReadonlySet<number> = new Set();

/** What held the memory at the highest RSS: which lines, which stores, which regions, and how it all adds up. */
export function PeakView({ model }: { model: SessionModel }): JSX.Element {
	const { store, view } = usePanel();
	const onlyMine = view.onlyMine.value;
	const version = store.version('allocations', 'callTree');
	const { autopsy } = model;
	// The version stands for the profiles and the tree of the model.
	const shown = useMemo(() => {
		const report = peakReport(model);
		if (!report) return undefined;
		const input = treeInput(report.attribution);
		const nodes = onlyMine ? onlyUserFrames(model.nodes) : model.nodes;
		return {
			report,
			tree: flameTree(nodes, input),
			rows: allocationRows(nodes, input),
			largest: largestLine(model.nodes, report.attribution),
		};
	}, [model, version, autopsy, onlyMine]);
	if (!shown) return <Back />;
	const { report, tree, rows, largest } = shown;
	const { heap, offHeap } = report.attribution;
	const parts = { heap: figures(heap) !== undefined, offHeap: figures(offHeap) !== undefined };
	return (
		<>
			<div class="tab-bar">
				<Back />
				<h2>
					What held {formatBytes(report.rssBytes)} of RSS at {formatMs(report.t)}
				</h2>
			</div>
			{largest && <LargestLine line={largest} measure="live" />}
			<p class="sentence">{sentence(report, model.peakRss)}</p>
			<div class="peak-facts">
				<Sum report={report} />
				<Stores report={report} />
			</div>
			{(parts.heap || parts.offHeap) && (
				<div class="allocations">
					<FlameGraph tree={tree} search="" onlyMine={onlyMine} parts={parts} focusedFrames={NONE} />
					<AllocationTable
						rows={rows}
						total={tree.totalBytes}
						search=""
						onlyMine={onlyMine}
						measure="live"
						parts={parts}
						focusedFrames={NONE}
					/>
				</div>
			)}
		</>
	);
}

function Back(): JSX.Element {
	const { view } = usePanel();
	return (
		<Button
			onPress={() => {
				view.peakShown.value = false;
			}}
		>
			Back to allocations
		</Button>
	);
}

function sentence({ attribution, t, rssBytes }: PeakReport, peak: Peak | undefined): string {
	const heap = figures(attribution.heap);
	const offHeap = figures(attribution.offHeap);
	const away = heap && Math.abs(heap.read.max - t);
	return [
		...(peak && peak.bytes > rssBytes
			? [
					`It rose to ${formatBytes(peak.bytes)} at ${formatMs(peak.t)} after that; what held it is kept at each rise of 1 %.`,
				]
			: []),
		heap
			? `On the heap ${withError(heap)} by call site, as read at ${formatMs(heap.read.max)}, ${formatMs(away)} ${heap.read.max < t ? 'before' : 'after'}.`
			: 'The heap was not read in this session.',
		offHeap ? `Outside it ${withError(offHeap)}, at the moment itself.` : 'What lay outside the heap was not followed.',
	].join(' ');
}

/** The parts of RSS at that moment. */
function Sum({ report }: { report: PeakReport }): JSX.Element | null {
	const split = rssParts(report.sample);
	if (!split) return null;
	return (
		<section>
			<h3>Adds up to</h3>
			<table class="inner-table peak-sum">
				<tbody>
					{split.parts
						.filter(({ bytes }) => bytes > 0)
						.map(part => (
							<tr key={partName(part)}>
								<th scope="row">{partName(part)}</th>
								<td class="figure-cell">{formatBytes(part.bytes)}</td>
								<td class="figure-cell">{formatPercent(part.bytes / split.rssBytes)}</td>
								<td>
									<Bar share={part.bytes / split.rssBytes} />
								</td>
							</tr>
						))}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">RSS</th>
						<td class="figure-cell">{formatBytes(split.rssBytes)}</td>
						<td />
						<td />
					</tr>
				</tfoot>
			</table>
		</section>
	);
}

/** What stood open or full at that moment, largest first. */
function Stores({ report }: { report: PeakReport }): JSX.Element {
	const panel = usePanel();
	const { caches, pools, batches, tensorDicts, spans } = report;
	const bySize = <T extends { bytes: number }>(stores: readonly T[]) => [...stores].sort((a, b) => b.bytes - a.bytes);
	const open = new Map<number, number>();
	for (const { region } of spans) open.set(region, (open.get(region) ?? 0) + 1);
	return (
		<>
			<Group title="Open regions" none="No region was open.">
				{[...open].map(([region, count]) => (
					<Line
						key={region}
						name={regionName(panel, region)}
						figure={count > 1 ? `${formatCount(count)} calls` : `since ${sinceOf(report, region)}`}
					/>
				))}
			</Group>
			<Group
				title="Held by the runtime’s stores"
				none="No cache, batch or tensor dictionary of the runtime held anything."
			>
				{bySize(caches).map(({ id, name, bytes, maxBytes }) => (
					<Line
						key={`c${id}`}
						name={`cache ${nameOf(name)}`}
						figure={`${formatBytes(bytes)}${maxBytes === undefined ? '' : ` of ${formatBytes(maxBytes)}`}`}
					/>
				))}
				{bySize(tensorDicts).map(({ id, name, bytes, count }) => (
					<Line
						key={`t${id}`}
						name={`tensors ${nameOf(name)}`}
						figure={`${formatBytes(bytes)} in ${formatCount(count)}`}
					/>
				))}
				{batches.map(({ id, name, inFlightItems, inFlightBytes }) => (
					<Line
						key={`b${id}`}
						name={`batch ${nameOf(name)}`}
						figure={`${inFlightBytes === undefined ? '' : `${formatBytes(inFlightBytes)}, `}${formatCount(inFlightItems)} items in work`}
					/>
				))}
				{pools.map(({ id, name, inUse, idle }) => (
					<Line
						key={`p${id}`}
						name={`pool ${nameOf(name)}`}
						figure={`${formatCount(inUse)} in use, ${formatCount(idle)} idle`}
					/>
				))}
			</Group>
		</>
	);
}

const nameOf = (name: string): string => visibleText(name, 80) || '(no name)';
const sinceOf = ({ spans }: PeakReport, region: number): string =>
	formatMs(spans.find(span => span.region === region)?.t);

function Group({ title, none, children }: { title: string; none: string; children: JSX.Element[][] | JSX.Element[] }) {
	const lines: ComponentChildren[] = children.flat();
	return (
		<section>
			<h3>{title}</h3>
			{lines.length > 0 ? <dl>{lines}</dl> : <p class="dim">{none}</p>}
		</section>
	);
}

function Line({ name, figure }: { name: string; figure: string }): JSX.Element {
	return (
		<div class="peak-line">
			<dt>{name}</dt>
			<dd>{figure}</dd>
		</div>
	);
}
