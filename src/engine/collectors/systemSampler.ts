import { mem } from 'systeminformation';
import { memoryLevel } from '../../analysis/level.ts';
import type { SampleEntry, SystemEntry } from '../../protocol/entries.ts';
import type { SessionClock } from '../inspector/clock.ts';

/** Reading it is a file on Linux and a child process elsewhere. */
const INTERVAL_MS = process.platform === 'linux' ? 1_000 : 5_000;

/** The machine's memory and the level that follows from it and from the script's heap. */
export class SystemSampler {
	readonly #clock: SessionClock;
	readonly #heap: () => SampleEntry | undefined;
	readonly #emit: (entry: SystemEntry) => void;
	readonly #onError: (error: unknown) => void;
	#timer: ReturnType<typeof setInterval> | undefined;

	/** `heap` gives the latest sample, as long as it is fresh. */
	constructor(
		clock: SessionClock,
		heap: () => SampleEntry | undefined,
		emit: (entry: SystemEntry) => void,
		onError: (error: unknown) => void,
	) {
		this.#clock = clock;
		this.#heap = heap;
		this.#emit = emit;
		this.#onError = onError;
	}

	start(): void {
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
		const { heapUsedBytes, heapLimitBytes } = this.#heap() ?? {};
		const { level, reason } = memoryLevel({
			availableBytes: available,
			totalBytes: total,
			heapUsedBytes,
			heapLimitBytes,
		});
		this.#emit({
			type: 'system',
			t: this.#clock.now(),
			availableBytes: available,
			totalBytes: total,
			level,
			levelReason: reason,
		});
	}
}
