import type { JSX } from 'preact';
import type { MemoryLevel, SystemEntry } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';

/** How near the script is to what ends it; the reason is its tooltip and is read out. */
export function LevelBadge({ system }: { system: SystemEntry | undefined }): JSX.Element | null {
	if (!system) return null;
	const reason = visibleText(system.levelReason, 300);
	return (
		<span class={`level level-${system.level}`} title={reason}>
			<span class="level-dot" aria-hidden="true" />
			{system.level}
			<span class="read-out">: {reason}</span>
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
