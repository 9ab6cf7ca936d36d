import assert from 'node:assert/strict';
import type { RegionEntry } from '../../../src/protocol/entries.ts';
import type { OffHeapReport, RawFrame } from '../../../src/protocol/runtimeLink.ts';
import type { Profiled } from './runtimeHost.ts';

export interface OffHeapRow {
	frames: RawFrame[];
	regions: string[];
	allocatedBytes: number;
	liveBytes: number;
}

export function sum(rows: readonly OffHeapRow[], field: 'allocatedBytes' | 'liveBytes'): number {
	return rows.reduce((total, row) => total + row[field], 0);
}

/** What a run told, by stack and regions. */
export function rowsOf({ offHeap, entries }: Profiled): OffHeapRow[] {
	const names = new Map(
		entries.filter((entry): entry is RegionEntry => entry.type === 'region').map(({ id, name }) => [id, name]),
	);
	const stacks = new Map<number, RawFrame[]>();
	const contexts = new Map<number, number[]>([[0, []]]);
	const rows = new Map<string, OffHeapRow>();
	const row = (stack: number, context: number): OffHeapRow => {
		const key = `${stack} ${context}`;
		const frames = stacks.get(stack);
		const regions = contexts.get(context);
		assert.ok(frames && regions, `${frames ? `context ${context}` : `stack ${stack}`} was not told before its use`);
		const found = rows.get(key) ?? {
			frames,
			regions: regions.map(id => names.get(id) ?? '?'),
			allocatedBytes: 0,
			liveBytes: 0,
		};
		rows.set(key, found);
		return found;
	};
	const told = new Set<OffHeapReport['now']>();
	for (const report of offHeap) {
		for (const [id, frames] of report.stacks) stacks.set(id, frames);
		for (const [id, regions] of report.contexts) contexts.set(id, regions);
		told.add(report.now);
		for (const [stack, , context, bytes] of report.allocated) {
			const { allocatedBytes, liveBytes } = row(stack, context);
			Object.assign(row(stack, context), { allocatedBytes: allocatedBytes + bytes, liveBytes: liveBytes + bytes });
		}
		for (const [stack, , context, bytes, , bornAt] of report.freed) {
			assert.ok(told.has(bornAt), 'freed before it was told');
			row(stack, context).liveBytes -= bytes;
		}
	}
	return [...rows.values()];
}
