import type { JSX } from 'preact';
import { usePanel } from '../context.ts';
import type { ViewState } from '../state.ts';

const CHOICES: readonly { id: ViewState['chart']; label: string; meaning: string }[] = [
	{ id: 'lines', label: 'Lines', meaning: 'Each figure as a line of its own' },
	{ id: 'parts', label: 'Parts', meaning: 'RSS as stacked parts that sum to it' },
];

/** What the time line draws. */
export function ChartSelect(): JSX.Element {
	const { view } = usePanel();
	return (
		<fieldset class="segments" aria-label="Time line">
			{CHOICES.map(({ id, label, meaning }) => (
				<label key={id} title={meaning}>
					<input
						type="radio"
						name="chart"
						checked={view.chart.value === id}
						onChange={() => {
							view.chart.value = id;
						}}
					/>
					<span>{label}</span>
				</label>
			))}
		</fieldset>
	);
}
