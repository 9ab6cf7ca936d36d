import type { JSX } from 'preact';

/** A level between nothing and a bound (share 0 to 1). */
export function Meter({ share, label }: { share: number; label: string }): JSX.Element {
	const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
	return (
		<div
			class={percent >= 90 ? 'meter meter-full' : 'meter'}
			role="meter"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={100}
			aria-valuenow={percent}
		>
			<span style={{ width: `${percent}%` }} />
		</div>
	);
}
