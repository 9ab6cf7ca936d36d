import type { JSX } from 'preact';
import { Button, IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { Batches } from './Batches.tsx';
import { Live } from './Live.tsx';
import { Recordings } from './Recordings.tsx';
import { Stores } from './Stores.tsx';
import { useSidebar } from './sidebarContext.ts';

export function SidebarApp(): JSX.Element | null {
	const { store, state, failure, act } = useSidebar();
	store.revision.value;
	if (!state.value) return null;
	const { trusted, recordings } = state.value;
	const shown = store.info.value;
	return (
		<main>
			<h1 class="read-out">Memory Manager</h1>
			{!trusted && <p class="banner">This workspace is not trusted: recordings can be viewed, profiling is off.</p>}
			{failure.value && (
				<p class="banner banner-error" role="alert">
					<span>{failure.value}</span>
					<IconButton
						label="Dismiss"
						onPress={() => {
							failure.value = '';
						}}
					>
						<Icon name="close" />
					</IconButton>
				</p>
			)}
			{shown ? (
				<>
					<Live />
					<Stores />
					<Batches />
				</>
			) : (
				<section class="block">
					<h2>No session</h2>
					<p class="dim">
						{trusted
							? 'Run a Node.js script under the profiler: its memory appears here while it runs.'
							: 'Trust the workspace to run its scripts under the profiler.'}
					</p>
					{trusted && (
						<Button appearance="primary" onPress={() => act('profile')}>
							Profile a script
						</Button>
					)}
				</section>
			)}
			<Recordings recordings={recordings} />
		</main>
	);
}
