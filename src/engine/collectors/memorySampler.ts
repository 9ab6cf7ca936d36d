import type { SampleEntry } from '../../protocol/entries.ts';
import { hostRssBytes } from './hostRss.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** Memory samples: the target's own account, or its RSS from outside while it cannot answer. */
export class MemorySampler implements PollConsumer {
	readonly #emit: (entry: SampleEntry) => void;
	readonly #pid: number | undefined;

	/** `pid` only when the process is on this machine. */
	constructor(emit: (entry: SampleEntry) => void, pid: number | undefined) {
		this.#emit = emit;
		this.#pid = pid;
	}

	polled({ t, reply }: Polled): void {
		this.#emit({
			type: 'sample',
			t,
			rssBytes: reply.rss,
			heapUsedBytes: reply.heapUsed,
			heapTotalBytes: reply.heapTotal,
			...(reply.heapLimit !== undefined && { heapLimitBytes: reply.heapLimit }),
			externalBytes: reply.external,
			arrayBuffersBytes: reply.arrayBuffers,
			...(reply.malloced !== undefined && { mallocedBytes: reply.malloced }),
		});
	}

	unanswered(t: number): void {
		const rssBytes = this.#pid === undefined ? undefined : hostRssBytes(this.#pid);
		if (rssBytes !== undefined) this.#emit({ type: 'sample', t, rssBytes });
	}
}
