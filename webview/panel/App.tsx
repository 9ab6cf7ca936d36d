import type { JSX } from 'preact';
import { TimeLine } from '../chart/TimeLine.tsx';
import { usePanel } from '../context.ts';
import { Button } from '../controls.ts';
import { PartsBar } from '../parts/PartsBar.tsx';
import { Processes } from '../processes/Processes.tsx';
import { Tooltip } from '../tooltip.tsx';
import { EmptyState } from './EmptyState.tsx';
import { EndBand } from './EndBand.tsx';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';
import { Tabs } from './Tabs.tsx';

export function App({ connected }: { connected: boolean }): JSX.Element | null {
	const { store, tip, act } = usePanel();
	// Before the first answer nothing is known, and "no session" would be a guess.
	if (!connected) return null;
	if (!store.info.value) {
		return (
			<main>
				<h1 class="read-out">Memory Manager</h1>
				<Notices />
				<EmptyState title="No session">
					<p>
						Run a Node.js script under the profiler to see where its memory goes, or open a recording from the side bar.
					</p>
					<Button appearance="primary" onPress={() => act('profile')}>
						Profile a script
					</Button>
				</EmptyState>
			</main>
		);
	}
	return (
		<main>
			<Header />
			<EndBand />
			<Notices />
			<Processes />
			<PartsBar />
			<TimeLine />
			<Tabs />
			<Tooltip tip={tip} />
		</main>
	);
}
