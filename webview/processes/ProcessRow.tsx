import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type ProcessGroup, type ProcessNode, totalRss } from '../../src/analysis/processTree.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount, formatMs } from '../../src/protocol/units.ts';
import type { LaneGeometry } from '../chart/Lane.tsx';
import { shownWindow } from '../chart/MemoryChart.tsx';
import { usePanel } from '../context.ts';
import { Icon } from '../icons.tsx';
import type { Theme } from '../theme.ts';
import { useWidth } from '../useSize.ts';
import { drawGroup, drawProcess } from './drawProcesses.ts';
import { endedWell, endText, peakText } from './processWords.ts';

const HEIGHT = 18;

interface RowProps {
	node: ProcessNode;
	topBytes: number;
	chosen: boolean;
	inGroup?: boolean;
	onChoose(node: ProcessNode): void;
}

/** One process: what it is, how it ended, and its memory on the time axis of all. */
export function ProcessRow({ node, topBytes, chosen, inGroup, onChoose }: RowProps): JSX.Element {
	const { store } = usePanel();
	const live = store.info.value?.live === true;
	const { kind, title, pid, threadId, from, to } = node;
	const id = kind === 'worker' ? `thread ${threadId ?? '–'}` : `pid ${pid ?? '–'}`;
	const times = [from > 0 && `from ${formatMs(from)}`, to !== undefined && `${formatMs(to - from)} long`]
		.filter(text => text !== false)
		.join(', ');
	const end = endText(node, live);
	return (
		<label class="process-row" title={[visibleText(title), id, times, end].filter(text => text !== '').join(', ')}>
			<input type="radio" name="process" checked={chosen} onChange={() => onChoose(node)} />
			<span class="process-kind" aria-hidden="true">
				{kind}
			</span>
			<span class="process-words" style={{ paddingLeft: `${(node.depth + (inGroup ? 1 : 0)) * 10}px` }}>
				<span class="process-title">{visibleText(title)}</span>
				<span class="dim process-id">{[id, times].filter(text => text !== '').join(', ')}</span>
				<span class="dim process-peak">{peakText(node)}</span>
				<span class={endedWell(node) ? 'dim process-end' : 'bad process-end'}>{end}</span>
			</span>
			<LifeCanvas draw={(ctx, geometry, theme) => drawProcess(ctx, geometry, theme, node, store.now, topBytes)} />
		</label>
	);
}

interface GroupProps {
	group: ProcessGroup;
	topBytes: number;
	open: boolean;
	onToggle(): void;
}

export function GroupRow({ group, topBytes, open, onToggle }: GroupProps): JSX.Element {
	const { store } = usePanel();
	const { members, title, depth } = group;
	const failed = members.filter(member => !endedWell(member)).length;
	const running = store.info.value?.live ? members.filter(({ to }) => to === undefined).length : 0;
	const peak = totalRss(members).peak;
	return (
		<button type="button" class="process-row process-group" aria-expanded={open} onClick={onToggle}>
			<span class="process-kind" aria-hidden="true">
				<Icon name={open ? 'collapse' : 'expand'} />
			</span>
			<span class="process-words" style={{ paddingLeft: `${depth * 10}px` }}>
				<span class="process-title">
					{visibleText(title)} × {formatCount(members.length)}
				</span>
				<span class="dim process-id">{running > 0 ? `${formatCount(running)} running` : ''}</span>
				<span class="dim process-peak">{peak ? `RSS together at most ${formatBytes(peak.bytes)}` : ''}</span>
				<span class={failed > 0 ? 'bad process-end' : 'dim process-end'}>
					{failed > 0 ? `${formatCount(failed)} did not end well` : 'all ended well'}
				</span>
			</span>
			<LifeCanvas draw={(ctx, geometry, theme) => drawGroup(ctx, geometry, theme, members, store.now, topBytes)} />
		</button>
	);
}

function LifeCanvas({ draw }: LifeProps): ComponentChildren {
	const panel = usePanel();
	panel.store.revision.value;
	const host = useRef<HTMLSpanElement>(null);
	const canvas = useRef<HTMLCanvasElement>(null);
	const width = useWidth(host);
	const window = shownWindow(panel);
	const theme = panel.theme.value;
	useLayoutEffect(() => {
		const element = canvas.current;
		const ctx = element?.getContext('2d');
		if (!element || !ctx || width <= 0) return;
		const scale = globalThis.devicePixelRatio;
		element.width = Math.round(width * scale);
		element.height = Math.round(HEIGHT * scale);
		ctx.scale(scale, scale);
		const x = (t: number) => ((t - window.min) / (window.max - window.min)) * width;
		draw(ctx, { width, height: HEIGHT, window, x }, theme);
	});
	return (
		<span ref={host} class="process-life" aria-hidden="true">
			<canvas ref={canvas} style={{ width: `${width}px`, height: `${HEIGHT}px` }} />
		</span>
	);
}

interface LifeProps {
	draw(ctx: CanvasRenderingContext2D, geometry: LaneGeometry, theme: Theme): void;
}
