import type { CleanupStep } from '../../protocol/entries.ts';
import { formatMs } from '../../protocol/units.ts';
import { forceCollection } from '../collection/forceCollection.ts';
import { currentConfig } from '../config.ts';
import { monotonicMs } from '../reporting/clock.ts';
import { warn } from '../reporting/warnings.ts';

/** The collection at the end of a response to the level `critical`, as often as the configuration allows. */
export class PressureCollection {
	#last = Number.NEGATIVE_INFINITY;

	/** What was done; `undefined` where the configuration does not let it. Never throws. */
	collect(): CleanupStep | undefined {
		const { gcThresholdBytes = 0, gcIntervalMs } = currentConfig();
		const now = monotonicMs();
		if (now - this.#last < gcIntervalMs) return undefined;
		const { heapUsed, external } = process.memoryUsage();
		if (heapUsed + external < gcThresholdBytes) return undefined;
		this.#last = now;
		try {
			const { freedBytes, ms } = forceCollection();
			return { target: 'collection', freedBytes, detail: `A full collection, ${formatMs(ms)}.` };
		} catch (error) {
			const message = error instanceof Error ? error.message : String(error);
			warn(`Memory is critical, but no collection could be forced: ${message}`, error);
			return { target: 'collection', detail: message, failed: true };
		}
	}
}
