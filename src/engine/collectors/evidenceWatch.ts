import type { SystemEntry } from '../../protocol/entries.ts';
import type { PollConsumer, Polled } from './pollLoop.ts';

/** Shares of a limit at each of which the call sites are read once. */
const STEPS = [0.75, 0.85, 0.92, 0.97];
/** A machine at 75 % is in good order. */
const MACHINE_STEPS = [0.9, 0.95, 0.98];
/** Below this share of the step a climb is over, and the next one is read again. */
const EASED = 0.8;
/** A heap that would be full so soon at its present pace is read now, from this share on. */
const RUSH_MS = 1_000;
const RUSH_SHARE = 0.4;
/** What all of these readings together may take: this share of wall time, and so much more. */
const SHARE = 0.1;
const ADVANCE_MS = 3_000;

interface Climb {
	steps: readonly number[];
	/** How many of them were read. */
	read: number;
}

/**
 * Near what ends the script the evidence goes first: the allocation profile is read at each step towards the heap limit, the container's
 * and the machine's memory, whatever the budget for profiles says, but for no more than a tenth of the run.
 */
export class EvidenceWatch implements PollConsumer {
	readonly #read: () => Promise<void>;
	readonly #system: () => SystemEntry | undefined;
	readonly #now: () => number;
	readonly #onError: (error: unknown) => void;
	readonly #heap: Climb = { steps: STEPS, read: 0 };
	readonly #rush: Climb = { steps: [1], read: 0 };
	readonly #container: Climb = { steps: STEPS, read: 0 };
	readonly #machine: Climb = { steps: MACHINE_STEPS, read: 0 };
	#isReading = false;
	#spentMs = 0;
	#last: { t: number; share: number } | undefined;
	#seen: SystemEntry | undefined;
	#rssThen = 0;

	constructor(options: {
		read: () => Promise<void>;
		/** The last reading of the machine, up to a second old. */
		system: () => SystemEntry | undefined;
		now: () => number;
		onError: (error: unknown) => void;
	}) {
		this.#read = options.read;
		this.#system = options.system;
		this.#now = options.now;
		this.#onError = options.onError;
	}

	polled({ t, reply }: Polled): void {
		if (this.#isReading) return;
		const { oldSpace, heapLimit, rss } = reply;
		let isNews = false;
		if (oldSpace !== undefined && heapLimit) isNews = this.#heapClimbed(t, oldSpace / heapLimit);
		const system = this.#system();
		if (system !== this.#seen) {
			this.#seen = system;
			this.#rssThen = rss;
		}
		if (system) {
			const { containerLimitBytes: limit, containerAvailableBytes: left, availableBytes, totalBytes } = system;
			// A second is long: what the script took since then is gone, too.
			const taken = rss - this.#rssThen;
			if (limit && left !== undefined) isNews = climbed(this.#container, 1 - (left - taken) / limit) || isNews;
			if (totalBytes > 0) isNews = climbed(this.#machine, 1 - (availableBytes - taken) / totalBytes) || isNews;
		}
		if (isNews && this.#spentMs <= ADVANCE_MS + SHARE * t) this.#begin();
	}

	#heapClimbed(t: number, share: number): boolean {
		const last = this.#last;
		this.#last = { t, share };
		const pace = last && t > last.t ? (share - last.share) / (t - last.t) : 0;
		const isRush = climbed(this.#rush, share < RUSH_SHARE ? 0 : share + pace * RUSH_MS);
		return climbed(this.#heap, share) || isRush;
	}

	#begin(): void {
		this.#isReading = true;
		const began = this.#now();
		this.#read()
			.catch(this.#onError)
			.finally(() => {
				this.#spentMs += this.#now() - began;
				this.#isReading = false;
			});
	}
}

function climbed(climb: Climb, share: number): boolean {
	const [first = 1] = climb.steps;
	if (share < first * EASED) climb.read = 0;
	const reached = climb.steps.filter(step => share >= step).length;
	if (reached <= climb.read) return false;
	climb.read = reached;
	return true;
}
