import type { JSX } from 'preact';
import type { PressureEntry } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatMs } from '../../src/protocol/units.ts';
import { LevelName } from '../panel/LevelBadge.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface Row {
	index: number;
	change: PressureEntry;
}

/** The changes of level as the script's own monitor saw them. */
export function PressureTable({ pressures }: { pressures: readonly PressureEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Memory pressure</h2>
			<DataTable
				id="pressures"
				caption="Memory pressure: when the level changed and why"
				columns={COLUMNS}
				rows={pressures.map((change, index) => ({ index, change }))}
				keyOf={({ index }) => index}
				initialSort={{ column: 'time', descending: true }}
				shown={8}
			/>
		</section>
	);
}

const COLUMNS: readonly Column<Row>[] = [
	{
		id: 'level',
		title: 'Level',
		render: ({ change }) => (
			<>
				<LevelName level={change.level} />
				{change.simulated && (
					<span class="note" title="The script asked for this level, to try its own reaction">
						simulated
					</span>
				)}
			</>
		),
	},
	{
		id: 'time',
		title: 'From',
		figure: true,
		sortValue: ({ change }) => change.t,
		render: ({ change }) => formatMs(change.t),
	},
	{ id: 'previous', title: 'Before', render: ({ change }) => change.previous },
	{ id: 'reason', title: 'Why', render: ({ change }) => visibleText(change.reason, 300) },
];
