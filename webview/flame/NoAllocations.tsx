import type { JSX } from 'preact';
import type { Attribution, AttributionRequest } from '../../src/analysis/attribution.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import { usePanel } from '../context.ts';
import { Button } from '../controls.ts';
import { EmptyState } from '../panel/EmptyState.tsx';

/** Why there is nothing to show, and what a person can do about it. */
export function NoAllocations({
	model,
	request,
	attribution,
}: {
	model: SessionModel;
	request: AttributionRequest;
	attribution: Attribution;
}): JSX.Element {
	const { store, view, act } = usePanel();
	const { memory, measure, window } = request;
	const wasRead = attribution.heap === 'outsideReadings' || attribution.offHeap === 'outsideReadings';
	const over = model.state?.state === 'ended';
	const canRead = store.info.value?.controllable === true && !over;
	if (wasRead && measure !== 'live' && window) {
		return (
			<EmptyState title="Nothing was read in this time">
				<p>
					The heap is read seldom, because each reading forces a full collection. Choose a longer part of the time line.
				</p>
				<Button
					onPress={() => {
						view.brush.value = undefined;
					}}
				>
					Take the whole run
				</Button>
			</EmptyState>
		);
	}
	if (memory === 'offHeap') {
		return (
			<EmptyState title="Memory outside the heap was not followed">
				<p>
					{model.process?.runtime === false
						? 'This process was attached to. Start the script under the profiler to see which lines hold Buffers, array buffers and typed arrays.'
						: over
							? 'Switch the setting memoryManager.offHeap on and run the script again to see which lines hold Buffers, array buffers and typed arrays.'
							: 'Nothing was told yet. Where the setting memoryManager.offHeap is off, switch it on and run the script again.'}
				</p>
			</EmptyState>
		);
	}
	return (
		<EmptyState title={over ? 'No allocation profile in this session' : 'No allocation profile yet'}>
			<p>
				{over
					? 'The script ended before one could be read, or allocation sampling was off: see the setting memoryManager.allocations.'
					: 'Reading a profile forces a full collection, so profiles are read seldom enough to cost at most 2 % of the time: the first comes within seconds, one more when the heap reaches a new peak, and one at the end. None comes where the setting memoryManager.allocations is off.'}
			</p>
			{canRead && (
				<Button title="Forces one full collection" onPress={() => act('refreshAllocations')}>
					Read one now
				</Button>
			)}
		</EmptyState>
	);
}
