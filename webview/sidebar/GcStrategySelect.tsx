import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { GC_STRATEGY_WORDS } from '../../src/analysis/runtimeWords.ts';
import { GC_CHOICES, type GcChoice } from '../../src/protocol/panel.ts';
import { useSidebar } from './sidebarContext.ts';

/** The collection strategy of the running script, and another one for it. */
export function GcStrategySelect({ disabled }: { disabled: boolean }): JSX.Element {
	const { store, setGcStrategy } = useSidebar();
	store.revision.value;
	const id = useId();
	const chosen: GcChoice = store.model?.runtime.collector?.strategy ?? 'default';
	return (
		<div class="strategy">
			<label for={id}>GC strategy</label>
			<select
				id={id}
				disabled={disabled}
				value={chosen}
				title={GC_STRATEGY_WORDS[chosen].meaning}
				onChange={event => {
					const { currentTarget } = event;
					const choice = GC_CHOICES.find(name => name === currentTarget.value);
					// What the script says is in force stands here, not what was asked for.
					currentTarget.value = chosen;
					if (choice) setGcStrategy(choice);
				}}
			>
				{GC_CHOICES.map(choice => (
					<option key={choice} value={choice}>
						{GC_STRATEGY_WORDS[choice].label}
					</option>
				))}
			</select>
		</div>
	);
}
