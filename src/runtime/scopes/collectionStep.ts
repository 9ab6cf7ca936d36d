import { formatMs } from '../../protocol/units.ts';
import type { CollectionResult } from '../collection/forceCollection.ts';
import { warn } from '../reporting/warnings.ts';
import { messageOf } from '../runtimeError.ts';
import type { OwnerReport } from './cleanupReport.ts';

/** A collection as the last step of a cleanup. Where none can be forced, the step has failed and nothing else. */
export function collectionStep(collect: () => CollectionResult | undefined): OwnerReport {
	const step = { name: '', target: 'collection', pending: 0 } as const;
	try {
		const result = collect();
		if (!result) return { ...step, count: 0, detail: 'collection put off by withoutCollection', errors: [] };
		const { freedBytes, ms } = result;
		return { ...step, count: 1, freedBytes, detail: `full collection in ${formatMs(ms)}`, errors: [] };
	} catch (error) {
		warn(`The collection after a cleanup failed: ${messageOf(error)}`, error);
		return { ...step, count: 0, detail: messageOf(error), errors: [error] };
	}
}
