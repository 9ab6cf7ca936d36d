import type { JSX } from 'preact';
import { isProgram, PROGRAM_WORDS } from '../../src/analysis/programProcess.ts';
import { usePanel } from '../context.ts';
import { EmptyState } from './EmptyState.tsx';

/** In place of what only the runtime inside a process could tell. `what` is plural, `use` says what the runtime does for it. */
export function WithoutRuntime({ what, use }: { what: string; use: string }): JSX.Element {
	const { store } = usePanel();
	const words = isProgram(store.model?.process)
		? `${PROGRAM_WORDS} What it is used for, the process that started it tells.`
		: `This process was attached to and does not carry the runtime ${use}.`;
	return (
		<EmptyState title={`${what} are not supported here`}>
			<p>{words}</p>
		</EmptyState>
	);
}
