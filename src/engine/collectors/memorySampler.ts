import type { SampleEntry } from '../../protocol/entries.ts';
import { type HostMemory, hostMemory } from './hostRss.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** Memory samples: the target's own account, or its RSS from outside while it cannot answer. */
export class MemorySampler implements PollConsumer {
	readonly #emit: (entry: SampleEntry) => void;
	readonly #pid: number | undefined;
	#lastAt = 0;

	/** `pid` only when the process is on this machine. */
	constructor(emit: (entry: SampleEntry) => void, pid: number | undefined) {
		this.#emit = emit;
		this.#pid = pid;
	}

	polled({ t, reply }: Polled): void {
		// An answer that lay in the socket while we looked from outside is a tick late at most: its RSS is the older one.
		const isLate = t < this.#lastAt;
		this.#lastAt = Math.max(this.#lastAt, t);
		this.#emit({
			type: 'sample',
			t: this.#lastAt,
			...(!isLate && { ...this.#split(), rssBytes: reply.rss }),
			heapUsedBytes: reply.heapUsed,
			heapTotalBytes: reply.heapTotal,
			...(reply.heapLimit !== undefined && { heapLimitBytes: reply.heapLimit }),
			externalBytes: reply.external,
			arrayBuffersBytes: reply.arrayBuffers,
			...(reply.oldSpace !== undefined && { oldSpaceBytes: reply.oldSpace }),
			...(reply.malloced !== undefined && { mallocedBytes: reply.malloced }),
			...(reply.heapPhysical !== undefined && { heapPhysicalBytes: reply.heapPhysical }),
			...(reply.heapCode !== undefined && { heapCodeBytes: reply.heapCode }),
		});
	}

	unanswered(t: number): void {
		const memory = this.#split();
		if (!memory) return;
		this.#lastAt = t;
		this.#emit({ type: 'sample', t, ...memory });
	}

	#split(): HostMemory | undefined {
		return this.#pid === undefined ? undefined : hostMemory(this.#pid);
	}
}
