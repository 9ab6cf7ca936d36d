import type { Site } from '../../protocol/entries.ts';
import type { SpillRecord } from '../reporting/records.ts';
import { warn } from '../reporting/warnings.ts';
import { cacheErrors } from './cacheErrors.ts';

export function spillRecord(name: string, site: Site | undefined, maxBytes: number): SpillRecord {
	return {
		name,
		site,
		version: 0,
		disposed: false,
		entries: 0,
		bytes: 0,
		maxBytes,
		writes: 0,
		writtenBytes: 0,
		reads: 0,
		readBytes: 0,
		failed: 0,
		dropped: 0,
		corrupt: 0,
		spilling: false,
	};
}

/** Counts what goes wrong with the disk; each kind is warned of once. */
export class Troubles {
	readonly #record: SpillRecord;
	readonly #told = new Set<string>();

	constructor(record: SpillRecord) {
		this.#record = record;
	}

	failed(cause: unknown): void {
		this.#record.failed++;
		this.#warn('a value could not be written to disk and is lost; the cache goes on in memory', cause);
	}

	corrupt(cause: unknown): void {
		this.#record.corrupt++;
		this.#warn('a value did not come back from disk as it was written and counts as missing', cause);
	}

	#warn(what: string, cause: unknown): void {
		if (this.#told.has(what)) return;
		this.#told.add(what);
		const error = cacheErrors.spillUnavailable(this.#record.name, what, cause);
		warn(error.message, error);
	}
}
