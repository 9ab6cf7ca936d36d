import type { CleanupStep } from '../../protocol/runtimeEntries.ts';
import { formatMs } from '../../protocol/units.ts';
import { occupied } from '../collection/forceCollection.ts';
import { collectUnlessDeferred, lastCollection } from '../collection/ownCollections.ts';
import { currentConfig } from '../config.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { readMemory } from '../reporting/memoryReading.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';

let triedAt = Number.NEGATIVE_INFINITY;

/**
 * The collection at the end of a response to the level `critical`, as often as `gcIntervalMs` allows after any that this library
 * forced, and from `gcThresholdBytes` on. `undefined` where it was not run. Never throws.
 */
export function collectUnderPressure(): CleanupStep | undefined {
	const { gcThresholdBytes = 0, gcIntervalMs } = currentConfig();
	const now = monotonicMs();
	if (now - Math.max(triedAt, lastCollection()?.atMs ?? triedAt) < gcIntervalMs) return undefined;
	if (occupied(readMemory()) < gcThresholdBytes) return undefined;
	triedAt = now;
	try {
		const result = collectUnlessDeferred();
		if (!result) return { target: 'collection', detail: 'collection put off by withoutCollection' };
		return {
			target: 'collection',
			freedBytes: result.freedBytes,
			detail: `full collection in ${formatMs(result.ms)}`,
		};
	} catch (error) {
		const message = messageOf(error);
		warn(`Memory is critical, but no collection could be forced: ${message}`, error);
		return { target: 'collection', detail: message, failed: true };
	}
}
