import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import { shownParts } from './shownParts.ts';

/** Stands where the legend of the lines stands: the bar above has the areas' names and sizes. */
export function PartsHint(): JSX.Element {
	const panel = usePanel();
	panel.store.revision.value;
	return (
		<p class="legend parts-hint dim">
			{shownParts(panel)
				? 'RSS as the parts of the bar above, its left end at the foot. The bar follows the pointer.'
				: 'RSS was not measured here: a worker shares that of its process.'}
		</p>
	);
}
