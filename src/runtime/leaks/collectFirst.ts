import { collectUnlessDeferred } from '../collection/ownCollections.ts';
import { warn } from '../reporting/warnings.ts';

/** Collects before something is measured or short of memory. Where no collection can be forced, that happens all the same. */
export function collectFirst(): void {
	try {
		// V8 sweeps array buffers beside the script and takes them off its account at the next collection, a small one will do: until
		// then external memory is what it was (Node 20 to 26).
		if (collectUnlessDeferred()) collectUnlessDeferred('minor');
	} catch (error) {
		warn('No collection could be forced before an operation that is measured.', error);
	}
}
