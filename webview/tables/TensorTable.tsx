import type { JSX } from 'preact';
import type { TensorDictEntry, TensorInfo } from '../../src/protocol/runtimeEntries.ts';
import { visibleText } from '../../src/protocol/text.ts';
import { formatBytes, formatCount } from '../../src/protocol/units.ts';
import { cacheName } from './cacheFigures.ts';
import { bytesColumn, countColumn, nameColumn, siteColumn } from './columns.tsx';
import { type Column, DataTable } from './DataTable.tsx';

export function TensorTable({ dicts }: { dicts: readonly TensorDictEntry[] }): JSX.Element {
	return (
		<section>
			<h2>Tensor dictionaries</h2>
			<DataTable
				id="tensorDicts"
				caption="Tensor dictionaries: tensors and bytes"
				columns={COLUMNS}
				rows={dicts}
				keyOf={({ id }) => id}
				initialSort={{ column: 'bytes', descending: true }}
				rowClass={({ disposed }) => (disposed ? 'disposed' : undefined)}
				rowName={dict => cacheName(dict)}
				detail={dict => (dict.tensors.length > 0 ? <Tensors dict={dict} /> : undefined)}
			/>
		</section>
	);
}

const COLUMNS: readonly Column<TensorDictEntry>[] = [
	nameColumn('Dictionary'),
	countColumn('count', 'Tensors', ({ count }) => count),
	bytesColumn('bytes', 'Bytes', ({ bytes }) => bytes, 'Bytes behind all tensors, each array buffer once'),
	bytesColumn(
		'temporary',
		'Temporary',
		temporaryBytes,
		'What clearTemporary() lets go of, of the tensors that are listed',
	),
	siteColumn(),
];

const sum = (tensors: readonly TensorInfo[]) => tensors.reduce((bytes, tensor) => bytes + tensor.bytes, 0);

/** Unknown where not all tensors were told. */
function temporaryBytes({ tensors, count }: TensorDictEntry): number | undefined {
	return tensors.length < count ? undefined : sum(tensors.filter(({ temporary }) => temporary));
}

function Tensors({ dict: { tensors, count } }: { dict: TensorDictEntry }): JSX.Element {
	return (
		<table class="inner-table">
			<thead>
				<tr>
					<th scope="col">Tensor</th>
					<th scope="col">Type</th>
					<th scope="col">Shape</th>
					<th scope="col" class="figure-cell">
						Bytes
					</th>
					<th scope="col">
						<span class="read-out">Remark</span>
					</th>
				</tr>
			</thead>
			<tbody>
				{tensors.map(({ name, dtype, shape, bytes, temporary }) => (
					<tr key={name}>
						<td>{visibleText(name) || '(no name)'}</td>
						<td>{visibleText(dtype, 20)}</td>
						<td>{shape.map(formatCount).join(' × ') || 'scalar'}</td>
						<td class="figure-cell">{formatBytes(bytes)}</td>
						<td class="dim">{temporary ? 'temporary' : ''}</td>
					</tr>
				))}
				{count > tensors.length && (
					<tr>
						<td colSpan={5} class="dim">
							and {formatCount(count - tensors.length)} smaller ones
						</td>
					</tr>
				)}
			</tbody>
		</table>
	);
}
