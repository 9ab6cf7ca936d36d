import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { isProgram } from '../../src/analysis/programProcess.ts';
import { partName, type RssPart, type RssParts } from '../../src/analysis/rssParts.ts';
import { formatBytes, formatMs, formatPercent } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { useWidth } from '../useSize.ts';
import { inOrder, MANAGED_MEANING, meaningOf, styleKey } from './partStyle.ts';
import { shownParts } from './shownParts.ts';

/** Text of a segment is about so wide; a label that does not fit is left to the list below. */
const CHARACTER_PX = 7;

/** RSS as one bar of parts that add up to it, at the cursor of the chart or now. */
export function PartsBar(): JSX.Element | null {
	const panel = usePanel();
	panel.store.revision.value;
	// Of a program nothing is known that it could be split into.
	const split = isProgram(panel.store.model?.process) ? undefined : shownParts(panel);
	return split ? <SplitBar split={split} /> : null;
}

function SplitBar({ split }: { split: RssParts & { t: number } }): JSX.Element {
	const panel = usePanel();
	const host = useRef<HTMLDivElement>(null);
	const width = useWidth(host);
	const { rssBytes, managedBytes, notResidentBytes } = split;
	const parts = inOrder(split.parts);
	const share = (bytes: number) => (rssBytes > 0 ? bytes / rssBytes : 0);
	const atCursor = panel.cursor.value !== undefined;
	return (
		<section class="parts" aria-label="What RSS is made of">
			<div class="parts-bar" ref={host} aria-hidden="true">
				{parts.map(part => (
					<span
						key={part.kinds.join()}
						class={`part part-${styleKey(part.kinds)}`}
						style={{ width: `${share(part.bytes) * 100}%` }}
						title={tooltip(part, share(part.bytes))}
					>
						<span class="part-label">{labelFor(part, share(part.bytes) * width)}</span>
					</span>
				))}
				{managedBytes !== undefined && managedBytes > 0 && (
					<span
						class="part-managed"
						style={{ width: `${share(managedBytes) * 100}%` }}
						title={`Managed: ${formatBytes(managedBytes)}. ${MANAGED_MEANING}`}
					/>
				)}
			</div>
			<div class="parts-keys" aria-hidden="true">
				<span class="parts-sum" title="The parts sum to the resident set, always.">
					RSS <strong>{formatBytes(rssBytes)}</strong> {atCursor ? `at ${formatMs(split.t)}` : ''} =
				</span>
				{parts.map(part => (
					<span key={part.kinds.join()} class="part-key" title={tooltip(part, share(part.bytes))}>
						<span class={`part-swatch part-${styleKey(part.kinds)}`} />
						{partName(part)} <strong>{formatBytes(part.bytes)}</strong>
						<span class="dim">{formatPercent(share(part.bytes))}</span>
					</span>
				))}
				{managedBytes !== undefined && (
					<span class="part-key" title={MANAGED_MEANING}>
						<span class="part-swatch part-managed-swatch" />
						inside it, managed <strong>{formatBytes(managedBytes)}</strong>
						<span class="dim">{formatPercent(share(managedBytes))}</span>
					</span>
				)}
				{notResidentBytes >= NOTABLE_BYTES && (
					<span class="dim" title={NOT_RESIDENT_MEANING}>
						{formatBytes(notResidentBytes)} more not in RAM
					</span>
				)}
			</div>
			<div class="read-out">
				<table>
					<caption>
						RSS of {formatBytes(rssBytes)} at {formatMs(split.t)}
					</caption>
					<thead>
						<tr>
							<th scope="col">Part</th>
							<th scope="col">Size</th>
							<th scope="col">Share</th>
							<th scope="col">What it is</th>
						</tr>
					</thead>
					<tbody>
						{parts.map(part => (
							<tr key={part.kinds.join()}>
								<th scope="row">{partName(part)}</th>
								<td>{formatBytes(part.bytes)}</td>
								<td>{formatPercent(share(part.bytes))}</td>
								<td>{meaningOf(part.kinds)}</td>
							</tr>
						))}
						{managedBytes !== undefined && (
							<tr>
								<th scope="row">managed, inside the others</th>
								<td>{formatBytes(managedBytes)}</td>
								<td>{formatPercent(share(managedBytes))}</td>
								<td>{MANAGED_MEANING}</td>
							</tr>
						)}
					</tbody>
				</table>
			</div>
		</section>
	);
}

/** Less than this is the grain of reading two figures at two moments. */
const NOTABLE_BYTES = 4 * 1024 * 1024;
const NOT_RESIDENT_MEANING =
	'The process counts these bytes as its own, and the system has no page of RAM for them: buffers that were never written to, or swapped out.';

const tooltip = (part: RssPart, share: number): string =>
	`${partName(part)}: ${formatBytes(part.bytes)}, ${formatPercent(share)} of RSS. ${meaningOf(part.kinds)}`;

function labelFor(part: RssPart, px: number): string {
	const name = part.kinds.length === 1 ? partName(part) : 'native and others';
	const long = `${name} ${formatBytes(part.bytes)}`;
	if (long.length * CHARACTER_PX <= px) return long;
	return name.length * CHARACTER_PX <= px ? name : '';
}
