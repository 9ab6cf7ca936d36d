import type { JSX } from 'preact';
import type { MemoryLevel, SystemEntry } from '../../src/protocol/entries.ts';

/** How near the script is to what ends it; the reason is its tooltip and is read out. */
export function LevelBadge({ system }: { system: SystemEntry | undefined }): JSX.Element | null {
	if (!system) return null;
	return (
		<span class={`level level-${system.level}`} title={system.levelReason}>
			<span class="level-dot" aria-hidden="true" />
			{system.level}
			<span class="read-out">: {system.levelReason}</span>
		</span>
	);
}

export function LevelName({ level }: { level: MemoryLevel }): JSX.Element {
	return (
		<span class={`level-name level-of-${level}`}>
			<span class="level-dot" aria-hidden="true" />
			{level}
		</span>
	);
}
