import type { JSX } from 'preact';
import type { RecordingItem } from '../../src/protocol/panel.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes } from '../../src/protocol/units.ts';
import { IconButton } from '../controls.ts';
import { Icon } from '../icons.tsx';
import { useSidebar } from './sidebarContext.ts';

export function Recordings({ recordings }: { recordings: readonly RecordingItem[] }): JSX.Element {
	return (
		<section class="block">
			<h2>Recordings</h2>
			{recordings.length === 0 ? (
				<p class="dim">Every profiled run is kept as a file and listed here.</p>
			) : (
				<ul class="recordings">
					{recordings.map(item => (
						<Recording key={item.path} item={item} />
					))}
				</ul>
			)}
		</section>
	);
}

function Recording({ item }: { item: RecordingItem }): JSX.Element {
	const { recording } = useSidebar();
	const name = visibleText(item.name);
	const time = new Date(item.modifiedEpochMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
	const about = `${time}, ${formatBytes(item.bytes)}`;
	return (
		<li class="recording">
			<button
				type="button"
				class="recording-open"
				title={visibleText(item.path, 1_000)}
				onClick={() => recording('open', item.path)}
			>
				<Icon name="recording" />
				<span class="recording-text">
					<span class="recording-name">{name}</span>
					<span class="dim" title={about}>
						{about}
					</span>
				</span>
			</button>
			<span class="recording-actions">
				<IconButton label={`Rename ${name}`} onPress={() => recording('rename', item.path)}>
					<Icon name="rename" />
				</IconButton>
				<IconButton label={`Show the file of ${name}`} onPress={() => recording('reveal', item.path)}>
					<Icon name="reveal" />
				</IconButton>
				<IconButton label={`Delete ${name}`} onPress={() => recording('delete', item.path)}>
					<Icon name="collect" />
				</IconButton>
			</span>
		</li>
	);
}
