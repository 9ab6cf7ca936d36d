import type { JSX } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { describeEnd } from '../../src/analysis/describe.ts';
import { type EndStory, endStory, isSudden } from '../../src/analysis/endStory.ts';
import { hasSource } from '../../src/analysis/places.ts';
import { type ProcessNode, processTree } from '../../src/analysis/processTree.ts';
import type { SessionModel } from '../../src/analysis/sessionModel.ts';
import type { TimeWindow } from '../../src/analysis/timeWindow.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Button } from '../controls.ts';
import { nameOf } from '../flame/frames.ts';
import { Icon } from '../icons.tsx';
import { chooseProcess } from '../state.ts';
import { FramePlace } from '../tables/cells.tsx';

const SHOWN_SITES = 3;
/** Less than this explains nothing. */
const LEAST_SHARE = 0.01;

/** What is known of a run that was cut off: the sentence that matters, the lines that held the memory, and the last 30 s. */
export function EndBand(): JSX.Element | null {
	const { store, view } = usePanel();
	store.revision.value;
	const root = store.liveModel;
	const live = store.info.value?.live === true;
	const ended = root?.state?.state === 'ended' || !live;
	// Reading the last moments takes its time and gives the same again: an end does not change.
	const found = useMemo(() => (root && ended ? suddenEnd(root, live) : undefined), [root, ended, live]);
	useEffect(() => {
		if (!found || view.endShown.value) return;
		view.endShown.value = true;
		view.follow.value = false;
		view.paused.value = false;
		chooseProcess(view, found.node.process);
		view.zoom.value = lastPart(found.story);
		view.tab.value = 'allocations';
		view.profile.value = 'latest';
		view.measure.value = 'live';
	}, [found, view]);
	if (!found) return null;
	const { story, node } = found;
	const { reason, sentence, sites, window, profileAt } = story;
	const held = sites.filter(({ frame, share }) => frame.kind !== 'profiler' && share >= LEAST_SHARE);
	const part = lastPart(story);
	const zoomed = view.zoom.value;
	const isPart = part !== undefined && zoomed?.min === part.min && zoomed.max === part.max;
	const whose = node.process === 1 ? '' : `${visibleText(node.title, 60)}: `;
	return (
		<section class="end-band" aria-label="How it ended">
			<Icon name="error" />
			<div class="end-words">
				<p class="end-sentence" role="status">
					{whose}
					{visibleText(sentence, 400)}
				</p>
				<p class="dim">
					{reason ? `${capital(describeEnd(reason))}.` : 'Whatever wrote the recording was cut off, too.'}{' '}
					{profileAt === undefined
						? 'No allocation profile was read before.'
						: `The last allocation profile is of ${formatMs(profileAt)}, ${formatMs(Math.max(0, window.max - profileAt))} before the end.`}
				</p>
				<ul class="end-sites" aria-label="What held the memory at the end">
					{held.slice(0, SHOWN_SITES).map(({ frame, heapBytes, offHeapBytes, share }) => (
						<li key={frame.id}>
							<strong>{formatPercent(share)}</strong> <span class="end-name">{nameOf(frame, true)}</span>{' '}
							{hasSource(frame) && <FramePlace frame={frame} />}{' '}
							<span class="dim">
								{[
									heapBytes > 0 && `${formatBytes(heapBytes)} on the heap`,
									offHeapBytes > 0 && `${formatBytes(offHeapBytes)} outside ${heapBytes > 0 ? 'it' : 'the heap'}`,
								]
									.filter(Boolean)
									.join(', ')}
							</span>
						</li>
					))}
				</ul>
			</div>
			<div class="end-actions">
				{part && (
					<Button
						onPress={() => {
							view.zoom.value = isPart ? undefined : part;
							view.follow.value = false;
						}}
					>
						{isPart ? 'Show the whole run' : `Show the last ${Math.round((part.max - part.min) / 1_000)} s`}
					</Button>
				)}
				{node.process !== view.process.value && (
					<Button onPress={() => chooseProcess(view, node.process)}>Show this process</Button>
				)}
			</div>
		</section>
	);
}

/** Of the process that was started, or of the first other one that memory ended. */
function suddenEnd(root: SessionModel, live: boolean): { story: EndStory; node: ProcessNode } | undefined {
	const tree = processTree(root);
	for (const node of tree) {
		const isMain = node.model === root;
		const story = endStory(node.model, isMain ? live : true);
		if (story && (isMain ? isSudden(story) : story.ofMemory)) return { story, node };
	}
	return undefined;
}

/** The end as a part of the time line; a short run is all of it. */
const lastPart = ({ window }: EndStory): TimeWindow | undefined => (window.min > 0 ? window : undefined);

const capital = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);
