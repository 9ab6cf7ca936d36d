import { describeEnd } from '../../src/analysis/describe.ts';
import { hasOwnRss, type ProcessNode } from '../../src/analysis/processTree.ts';
import type { Peak } from '../../src/protocol/snapshot.ts';
import { formatBytes } from '../../src/protocol/units.ts';

/** Of a worker its heap: the resident set is that of its process. */
export const peakOf = (node: ProcessNode): Peak | undefined =>
	hasOwnRss(node) ? node.model.peakRss : node.model.peakHeapUsed;

export function peakText(node: ProcessNode): string {
	const { peakRss, peakHeapUsed } = node.model;
	const heap = `heap peak ${formatBytes(peakHeapUsed?.bytes)}`;
	return hasOwnRss(node) ? `RSS peak ${formatBytes(peakRss?.bytes)}, ${heap}` : heap;
}

/** How it ended; `live` is false for a recording that breaks off. */
export function endText(node: ProcessNode, live: boolean): string {
	if (node.end) return describeEnd(node.end);
	if (node.to !== undefined) return 'ended';
	return live ? 'running' : 'no end recorded';
}

export const endedWell = ({ end }: ProcessNode): boolean =>
	// A worker that its own process ends has done its work: nothing failed.
	end === undefined || end.kind === 'terminated' || (end.kind === 'exit' && end.code === 0);
