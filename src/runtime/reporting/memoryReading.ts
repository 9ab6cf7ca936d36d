import type { MemoryReading } from '../../protocol/entries.ts';

const { memoryUsage } = process;

/** One reading, about 10 µs: the resident size comes from the system. */
export function readMemory(): MemoryReading {
	const { rss, heapUsed, external, arrayBuffers } = memoryUsage();
	return { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external, arrayBuffersBytes: arrayBuffers };
}

/** Raises each field of `peak` to the reading's; true when one rose. */
export function raise(peak: MemoryReading, reading: MemoryReading): boolean {
	let raised = false;
	if (reading.rssBytes > peak.rssBytes) {
		peak.rssBytes = reading.rssBytes;
		raised = true;
	}
	if (reading.heapUsedBytes > peak.heapUsedBytes) {
		peak.heapUsedBytes = reading.heapUsedBytes;
		raised = true;
	}
	if (reading.externalBytes > peak.externalBytes) {
		peak.externalBytes = reading.externalBytes;
		raised = true;
	}
	if (reading.arrayBuffersBytes > peak.arrayBuffersBytes) {
		peak.arrayBuffersBytes = reading.arrayBuffersBytes;
		raised = true;
	}
	return raised;
}

export function difference(end: MemoryReading, start: MemoryReading): MemoryReading {
	return {
		rssBytes: end.rssBytes - start.rssBytes,
		heapUsedBytes: end.heapUsedBytes - start.heapUsedBytes,
		externalBytes: end.externalBytes - start.externalBytes,
		arrayBuffersBytes: end.arrayBuffersBytes - start.arrayBuffersBytes,
	};
}

export function addTo(sum: MemoryReading, more: MemoryReading): void {
	sum.rssBytes += more.rssBytes;
	sum.heapUsedBytes += more.heapUsedBytes;
	sum.externalBytes += more.externalBytes;
	sum.arrayBuffersBytes += more.arrayBuffersBytes;
}
