import type { JSX } from 'preact';

export interface Segment<T extends string> {
	id: T;
	label: string;
	/** Its tooltip. */
	meaning: string;
	disabled?: boolean;
}

export interface SegmentsProps<T extends string> {
	/** Of the group; also what its radio buttons share. */
	label: string;
	choices: readonly Segment<T>[];
	chosen: T;
	onChoose(id: T): void;
}

/** One of a few, side by side. */
export function Segments<T extends string>({ label, choices, chosen, onChoose }: SegmentsProps<T>): JSX.Element {
	return (
		<fieldset class="segments" aria-label={label}>
			{choices.map(choice => (
				<label key={choice.id} title={choice.meaning}>
					<input
						type="radio"
						name={label}
						checked={chosen === choice.id}
						disabled={choice.disabled === true}
						onChange={() => onChoose(choice.id)}
					/>
					<span>{choice.label}</span>
				</label>
			))}
		</fieldset>
	);
}
