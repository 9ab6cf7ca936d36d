import { currentConfig } from '../config.ts';
import { type RawUsage, readRawUsage } from '../monitor/memoryUsage.ts';

/** How much more memory this process may take, and what limits it. */
export interface AvailableMemory {
	bytes: number;
	limitedBy: 'system' | 'container' | 'configuration' | 'heap';
}

/** The least of what the machine, the container, the configured limit and, with `heap`, V8 leave. `undefined` where none is known. */
export function availableMemory(heap: boolean, usage: RawUsage = readRawUsage()): AvailableMemory | undefined {
	const { system, container, rssBytes, heapUsedBytes, heapLimitBytes } = usage;
	const { maxMemoryBytes } = currentConfig();
	const known: [AvailableMemory['limitedBy'], number | undefined][] = [
		['system', system.availableBytes],
		['container', container?.usedBytes === undefined ? undefined : container.limitBytes - container.usedBytes],
		['configuration', maxMemoryBytes === undefined ? undefined : maxMemoryBytes - rssBytes],
		['heap', heap ? heapLimitBytes - heapUsedBytes : undefined],
	];
	let least: AvailableMemory | undefined;
	for (const [limitedBy, left] of known) {
		const bytes = left === undefined ? Number.POSITIVE_INFINITY : Math.max(0, left);
		if (Number.isFinite(bytes) && bytes < (least?.bytes ?? Number.POSITIVE_INFINITY)) least = { bytes, limitedBy };
	}
	return least;
}
