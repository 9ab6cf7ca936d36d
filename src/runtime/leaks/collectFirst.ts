import { collectUnlessDeferred } from '../collection/ownCollections.ts';
import { warn } from '../reporting/warnings.ts';

/** Collects before something is measured or short of memory. Where no collection can be forced, that happens all the same. */
export function collectFirst(): void {
	try {
		collectUnlessDeferred();
	} catch (error) {
		warn('No collection could be forced before an operation that is measured.', error);
	}
}
