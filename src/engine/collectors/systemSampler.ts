import { mem } from 'systeminformation';
import type { SampleEntry, SystemEntry } from '../../protocol/entries.ts';
import { memoryLevel } from '../../protocol/levels.ts';
import { containerFacts } from '../containerFacts.ts';
import type { SessionClock } from '../inspector/clock.ts';

/** Reading it is a file on Linux and a child process elsewhere. */
const INTERVAL_MS = process.platform === 'linux' ? 1_000 : 5_000;

/** The machine's memory, that of the script's container, and the level that follows from them and from the script's heap. */
export class SystemSampler {
	readonly #clock: SessionClock;
	readonly #heap: () => SampleEntry | undefined;
	readonly #emit: (entry: SystemEntry) => void;
	readonly #onError: (error: unknown) => void;
	readonly #container: typeof containerFacts;
	#pid: number | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;

	/** `heap` gives the latest sample, as long as it is fresh; `container` is for tests. */
	constructor(
		clock: SessionClock,
		heap: () => SampleEntry | undefined,
		emit: (entry: SystemEntry) => void,
		onError: (error: unknown) => void,
		container = containerFacts,
	) {
		this.#clock = clock;
		this.#heap = heap;
		this.#emit = emit;
		this.#onError = onError;
		this.#container = container;
	}

	/** `pid` is the target's where it runs on this machine. */
	start(pid: number | undefined): void {
		this.#pid = pid;
		const read = () => this.#read().catch(this.#onError);
		this.#timer = setInterval(read, INTERVAL_MS);
		void read();
	}

	stop(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	async #read(): Promise<void> {
		const { available, total } = await mem();
		if (this.#timer === undefined) return;
		const { heapUsedBytes: usedBytes, oldSpaceBytes, heapLimitBytes, rssBytes } = this.#heap() ?? {};
		// New objects do not count against the limit.
		const heapUsedBytes = oldSpaceBytes ?? usedBytes;
		const container = this.#pid === undefined ? {} : this.#container(this.#pid, total);
		const facts = { availableBytes: available, totalBytes: total, ...container };
		const { level, reason } = memoryLevel({ ...facts, heapUsedBytes, heapLimitBytes, rssBytes });
		this.#emit({ type: 'system', t: this.#clock.now(), ...facts, level, levelReason: reason });
	}
}
