import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { allocationRows, flameTree } from '../../src/analysis/allocations.ts';
import {
	type AttributionRequest,
	attributionOf,
	figures,
	momentNow,
	treeInput,
} from '../../src/analysis/attribution.ts';
import { attributionSentence } from '../../src/analysis/attributionWords.ts';
import { focusedFrames } from '../../src/analysis/focusedFrames.ts';
import { largestLine } from '../../src/analysis/largestLine.ts';
import { partsAt, workerSeries } from '../../src/analysis/partsAt.ts';
import { partBytes } from '../../src/analysis/rssParts.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { indexAt } from '../../src/analysis/timeWindow.ts';
import { onlyUserFrames } from '../../src/analysis/userFrames.ts';
import { type Panel, usePanel } from '../context.ts';
import { AllocationControls } from './AllocationControls.tsx';
import { AllocationTable } from './AllocationTable.tsx';
import { chosenMoment } from './chosenMoment.ts';
import { FlameGraph } from './FlameGraph.tsx';
import { LargestLine } from './LargestLine.tsx';
import { NoAllocations } from './NoAllocations.tsx';
import { PeakView } from './PeakView.tsx';

export function AllocationsTab(): JSX.Element | null {
	const { store, view } = usePanel();
	store.revision.value;
	const model = store.model;
	if (!model) return null;
	return view.peakShown.value ? <PeakView model={model} /> : <Allocations model={model} />;
}

function Allocations({ model }: { model: SessionModel }): JSX.Element {
	const panel = usePanel();
	const { store, view, focusedLine } = panel;
	const onlyMine = view.onlyMine.value;
	const request = useRequest(model);
	const { memory, measure, window, region } = request;
	const version = store.version(
		'allocations',
		'callTree',
		'offHeap',
		...(region === undefined ? [] : ['span' as const]),
	);
	// The version stands for what the ledger and the tree hold.
	const shown = useMemo(() => {
		const attribution = attributionOf(model, request);
		const nodes = onlyMine ? onlyUserFrames(model.nodes) : model.nodes;
		const input = treeInput(attribution);
		return {
			attribution,
			tree: flameTree(nodes, input),
			rows: allocationRows(nodes, input),
			largest: largestLine(model.nodes, attribution),
		};
	}, [model, version, memory, measure, request.moment?.t, window?.min, window?.max, region, onlyMine]);
	const place = focusedLine.value;
	const focused = useMemo(
		() =>
			place
				? focusedFrames(
						shown.rows.map(({ frame }) => frame),
						place,
					)
				: NONE,
		[shown.rows, place],
	);
	const moment = request.moment?.t;
	const native = useMemo(
		() => (moment === undefined ? undefined : nativeAt(panel, model, moment)),
		[model, moment, store.version('sample')],
	);
	const { heap, offHeap } = shown.attribution;
	const search = view.search.value.trim().toLowerCase();
	const parts = { heap: figures(heap) !== undefined, offHeap: figures(offHeap) !== undefined };
	return (
		<>
			<AllocationControls model={model} />
			{shown.largest && <LargestLine line={shown.largest} measure={measure} />}
			<p class="sentence">{attributionSentence(model, request, shown.attribution, native)}</p>
			{parts.heap || parts.offHeap ? (
				<div class="allocations">
					<FlameGraph tree={shown.tree} search={search} onlyMine={onlyMine} focusedFrames={focused} parts={parts} />
					<AllocationTable
						rows={shown.rows}
						total={shown.tree.totalBytes}
						search={search}
						onlyMine={onlyMine}
						measure={measure}
						parts={parts}
						focusedFrames={focused}
					/>
				</div>
			) : (
				<NoAllocations model={model} request={request} attribution={shown.attribution} />
			)}
		</>
	);
}

/** Without the heap, array buffers and files: what nobody can attribute. */
function nativeAt({ store, view }: Panel, model: SessionModel, t: number): number | undefined {
	const { data } = model.series;
	const parts = partsAt(data, indexAt(data.t, t), store.root ? workerSeries(store.root, view.process.value) : []);
	return parts && partBytes(parts, 'native');
}

const NONE: ReadonlySet<number> = new Set();

/** What the controls and the time line ask for. */
function useRequest(model: SessionModel): AttributionRequest {
	const { store, view } = usePanel();
	const memory = view.memory.value;
	const measure = view.measure.value;
	const choice = view.profile.value;
	const version = store.version('allocations', 'offHeap');
	// The version stands for what the model's readings are.
	const moment = useMemo(
		() => chosenMoment(model, choice, memory) ?? momentNow(model),
		[model, version, choice, memory],
	);
	const window = view.brush.value;
	const region = view.regionFilter.value;
	return {
		memory,
		measure,
		...(measure === 'live' ? { moment } : window && { window }),
		...(region !== undefined && { region }),
	};
}
