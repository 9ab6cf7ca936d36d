import type { JSX } from 'preact';
import { partName } from '../../src/analysis/rssParts.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { inOrder, MANAGED_MEANING, meaningOf, styleKey } from './partStyle.ts';
import { shownParts } from './shownParts.ts';

/** What the areas of the chart are, from the top down as they lie there, with the sizes at the cursor or now. */
export function PartsLegend(): JSX.Element {
	const panel = usePanel();
	panel.store.revision.value;
	const split = shownParts(panel);
	if (!split) return <div class="legend dim">RSS was not measured here: a worker shares that of its process.</div>;
	const { managedBytes } = split;
	return (
		<div class="legend" aria-hidden="true">
			{inOrder(split.parts)
				.reverse()
				.map(part => (
					<span key={part.kinds.join()} class="legend-item legend-fixed" title={meaningOf(part.kinds)}>
						<span class={`part-swatch part-${styleKey(part.kinds)}`} />
						{partName(part)}
						<span class="legend-value">{formatBytes(part.bytes)}</span>
					</span>
				))}
			{managedBytes !== undefined && (
				<span class="legend-item legend-fixed" title={MANAGED_MEANING}>
					<span class="part-swatch part-managed-swatch" />
					managed
					<span class="legend-value">{formatBytes(managedBytes)}</span>
				</span>
			)}
			<span class="legend-time">{panel.cursor.value === undefined ? '' : `at ${formatMs(split.t)}`}</span>
		</div>
	);
}
