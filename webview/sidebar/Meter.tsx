import type { JSX } from 'preact';

export interface MeterProps {
	share: number;
	/** It is good when it is full. */
	progress?: boolean;
}

/** A level between nothing and a bound (share 0 to 1); the figures that it draws stand beside it as text. */
export function Meter({ share, progress }: MeterProps): JSX.Element {
	const percent = Math.min(1, Math.max(0, share)) * 100;
	return (
		<div class={percent >= 90 && !progress ? 'meter meter-full' : 'meter'} aria-hidden="true">
			<span style={{ width: `${percent}%` }} />
		</div>
	);
}
