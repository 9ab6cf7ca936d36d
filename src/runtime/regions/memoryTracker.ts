/// <reference lib="esnext.disposable" preserve="true" />
import { sharedHub } from '../reporter.ts';
import { callSiteOf } from '../reporting/callSite.ts';
import type { OpenSpan } from '../reporting/openSpans.ts';

/**
 * A region from its construction to its disposal: for a block instead of a function.
 *
 * @example
 * using tracker = new MemoryTracker('group rows');
 */
export class MemoryTracker {
	readonly name: string;
	#span: OpenSpan | undefined;

	constructor(name: string) {
		this.name = String(name);
		const hub = sharedHub();
		if (!hub.recording) return;
		this.#span = hub.begin(hub.region('MemoryTracker', this.name, () => callSiteOf(MemoryTracker)));
	}

	/** Ends the region; again does nothing. */
	dispose(): void {
		const span = this.#span;
		this.#span = undefined;
		if (span) sharedHub().end(span, false);
	}

	[Symbol.dispose](): void {
		this.dispose();
	}
}
