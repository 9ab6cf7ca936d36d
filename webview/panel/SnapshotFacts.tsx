import type { JSX } from 'preact';
import type { SnapshotEntry } from '../../src/protocol/entries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatMs } from '../../src/protocol/units.ts';
import { usePanel } from '../context.ts';
import { Button } from '../controls.ts';

/** The heap snapshots that were taken in the session, each with a way to look into it. */
export function SnapshotFacts({ snapshots }: { snapshots: readonly SnapshotEntry[] }): JSX.Element {
	const { openSnapshot } = usePanel();
	return (
		<dl>
			{snapshots.map(({ t, path, bytes }) => (
				<div key={t} class="fact snapshot-fact">
					<dt>At {formatMs(t)}</dt>
					<dd>
						<span title={visibleText(path, 1_000)}>
							{visibleText(path.split(/[\\/]/).at(-1) ?? path)}, {formatBytes(bytes)}
						</span>{' '}
						<Button title={`Open the heap snapshot taken at ${formatMs(t)}`} onPress={() => openSnapshot(path)}>
							Open
						</Button>
					</dd>
				</div>
			))}
		</dl>
	);
}
