import { formatBytes, formatMs, formatPercent } from '../protocol/units.ts';

/** Above this part of the budget the running costs are brought down; the rest is for allocation profiles. */
const ROOM = 0.85;
/** What one of the three may cost once it was brought down, as part of the budget; three of it are within `ROOM`. */
const TARGET = 0.28;
/** Allocation profiles get what is left of the budget, between these parts of it. */
const MOST_FOR_PROFILES = 2 / 3;
const LEAST_FOR_PROFILES = 0.1;
/** They are told to be rarer after so long below this part of what they normally get, and normal again above the other. */
const RARE = 1 / 3;
const NORMAL_AGAIN = 0.6;
const RARE_MS = 5_000;
const MOST_PER_STEP = 8;
/** An interval is narrowed when it would cost less than half the target for so long; longer where that went wrong before. */
const PATIENCE_MS = 10_000;
const MOST_PATIENCE_MS = 300_000;
const RELAPSE_MS = 60_000;
/** Newer measurements count for this much. */
const WEIGHT = 0.5;
/** What was asked for may take until the next reading; after this long it is no longer waited for. */
const MOST_PENDING_MS = 30_000;
/** For how long nothing is said of a process that another one started: most that are as short are one of many. */
export const BRANCH_QUIET_MS = 5_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** At the budget by default; wider at a smaller one. Sums of some tens of MB, as lines have outside the heap, say little beyond. */
const MOST_OFF_HEAP_BYTES = 2 * 1024 * 1024;
/** What a recording may lack of the moments before a sudden end is a quarter of a second. */
const MOST_POLL_MS = 200;

export type LeverName = 'heap' | 'offHeap' | 'poll';

/** So far, ms of the script's time. Absent: not known, or not running. */
export interface RunningCosts {
	heapMs: number | undefined;
	offHeapMs: number | undefined;
	pollMs: number;
}

/** What is in force: bytes between two samples, ms between two polls. */
export interface Intervals {
	heap: number | undefined;
	offHeap: number | undefined;
	poll: number;
}

export interface Change {
	lever: LeverName;
	value: number;
}

export interface Decision {
	changes: Change[];
	/** Share of wall time for reading allocation profiles from here on. */
	profileShare: number;
	/** Sentences for the reader of the session. */
	notices: string[];
}

interface Lever {
	/** What it returns to. */
	base: number | undefined;
	/** In force as far as we know. */
	value: number | undefined;
	/** What we asked for last; absent while it was left alone. */
	asked: number | undefined;
	/** Asked at this time and not in force yet. */
	pendingSince: number | undefined;
	share: number | undefined;
	costMs: number | undefined;
	quietSince: number | undefined;
	narrowedAt: number;
	patienceMs: number;
}

const lever = (): Lever => ({
	base: undefined,
	value: undefined,
	asked: undefined,
	pendingSince: undefined,
	share: undefined,
	costMs: undefined,
	quietSince: undefined,
	narrowedAt: Number.NEGATIVE_INFINITY,
	patienceMs: PATIENCE_MS,
});

function ask(one: Lever, value: number, t: number): void {
	one.asked = value;
	one.pendingSince = t;
}

function most(name: LeverName, budget: number): number {
	if (name === 'poll') return MOST_POLL_MS;
	if (name === 'heap') return MOST_BYTES;
	return Math.min(MOST_BYTES, MOST_OFF_HEAP_BYTES * Math.max(1, DEFAULT_BUDGET / budget) ** 2);
}

/**
 * Keeps what profiling costs under a share of wall time: widens the interval of what costs too much, the heap's first, memory samples
 * last, and narrows it again, slowly, when the script has become quieter. The first intervals it hears of are those it returns to.
 */
export class Governor {
	readonly #budget: number;
	readonly #levers: Record<LeverName, Lever> = { heap: lever(), offHeap: lever(), poll: lever() };
	readonly #quietUntil: number;
	#lastAt: number;
	/** Sentences that wait until there is a reason to tell them. */
	#held: string[] = [];
	#profilesAreRare = false;
	#rareSince: number | undefined;

	/** `budget` is 0 to 1; 0 sets no bound. `t` is when costs begin to count; changes in the first `quietMs` are told after them. */
	constructor(budget: number, t: number, quietMs = 0) {
		this.#budget = budget;
		this.#quietUntil = t + quietMs;
		this.#lastAt = t;
	}

	update(t: number, costs: RunningCosts, inForce: Intervals): Decision {
		const ms = t - this.#lastAt;
		const decision: Decision = { changes: [], profileShare: this.#profileShare(), notices: [] };
		if (this.#budget === 0 || ms <= 0) return decision;
		this.#lastAt = t;
		this.#measure('heap', t, ms, costs.heapMs, inForce.heap);
		this.#measure('offHeap', t, ms, costs.offHeapMs, inForce.offHeap);
		this.#measure('poll', t, ms, costs.pollMs, inForce.poll);
		if (this.#running > ROOM * this.#budget) this.#widenOne(t, decision);
		else for (const name of NAMES) this.#maybeNarrow(name, t, decision);
		decision.profileShare = this.#profileShare();
		this.#tellOfProfiles(t, decision);
		this.#held.push(...decision.notices);
		decision.notices = t < this.#quietUntil ? [] : this.#held.splice(0);
		return decision;
	}

	get #running(): number {
		return NAMES.reduce((sum, name) => sum + (this.#levers[name].share ?? 0), 0);
	}

	#measure(name: LeverName, t: number, ms: number, costMs: number | undefined, value: number | undefined): void {
		const one = this.#levers[name];
		one.base ??= value;
		// The runtime widens by itself, too, when it is flooded: what is in force counts.
		const before = one.value;
		if (value !== before || t - (one.pendingSince ?? t) > MOST_PENDING_MS) one.pendingSince = undefined;
		one.value = value;
		if (costMs === undefined) return;
		const share = Math.max(0, costMs - (one.costMs ?? 0)) / ms;
		one.costMs = costMs;
		if (before !== undefined && value !== undefined && value !== before && one.share !== undefined) {
			// Measured partly before the change: what follows from the one before it is nearer to the truth.
			one.share *= before / value;
			return;
		}
		one.share = one.share === undefined ? share : one.share + WEIGHT * (share - one.share);
	}

	#widenOne(t: number, decision: Decision): void {
		const target = TARGET * this.#budget;
		for (const name of NAMES) this.#levers[name].quietSince = undefined;
		for (const name of NAMES) {
			const one = this.#levers[name];
			const { share = 0, value } = one;
			if (value === undefined || share <= target) continue;
			// What it saves is not known yet.
			if (one.pendingSince !== undefined) return;
			const factor = Math.min(MOST_PER_STEP, 2 ** Math.ceil(Math.log2(share / target)));
			const asked = Math.min(most(name, this.#budget), value * factor);
			if (asked <= value) continue;
			if (t - one.narrowedAt < RELAPSE_MS) one.patienceMs = Math.min(MOST_PATIENCE_MS, one.patienceMs * 2);
			ask(one, asked, t);
			decision.changes.push({ lever: name, value: asked });
			decision.notices.push(
				`${WORDS[name].subject} was widened to ${WORDS[name].value(asked)}: it had taken ${formatPercent(share)} of the time, and profiling is to stay under ${formatPercent(this.#budget)}.`,
			);
			return;
		}
	}

	#maybeNarrow(name: LeverName, t: number, decision: Decision): void {
		const one = this.#levers[name];
		const { asked, base, share = 0 } = one;
		if (asked === undefined || base === undefined || asked <= base || one.pendingSince !== undefined) return;
		if (share * 2 > (TARGET / 2) * this.#budget) {
			one.quietSince = undefined;
			return;
		}
		one.quietSince ??= t;
		if (t - one.quietSince < one.patienceMs) return;
		const value = Math.max(base, asked / 2);
		ask(one, value, t);
		one.quietSince = undefined;
		one.narrowedAt = t;
		decision.changes.push({ lever: name, value });
		decision.notices.push(
			`${WORDS[name].subject} was narrowed to ${WORDS[name].value(value)} again: the script leaves room for it.`,
		);
	}

	#profileShare(): number {
		// Without a bound for all of it the readings keep to what they take by default.
		if (this.#budget === 0) return DEFAULT_PROFILE_SHARE;
		const left = this.#budget - this.#running;
		return Math.min(MOST_FOR_PROFILES * this.#budget, Math.max(LEAST_FOR_PROFILES * this.#budget, left));
	}

	#tellOfProfiles(t: number, { profileShare, notices }: Decision): void {
		const part = profileShare / (MOST_FOR_PROFILES * this.#budget);
		this.#rareSince = part < RARE ? (this.#rareSince ?? t) : undefined;
		if (!this.#profilesAreRare && t - (this.#rareSince ?? t) >= RARE_MS) {
			this.#profilesAreRare = true;
			notices.push(
				'Allocation profiles are read less often: the rest of profiling leaves little of its budget for them.',
			);
		} else if (this.#profilesAreRare && part > NORMAL_AGAIN) {
			this.#profilesAreRare = false;
			notices.push('Allocation profiles are read as often as usual again.');
		}
	}
}

export const DEFAULT_BUDGET = 0.03;
export const DEFAULT_PROFILE_SHARE = MOST_FOR_PROFILES * DEFAULT_BUDGET;

/** In the order in which they are widened. */
const NAMES: readonly LeverName[] = ['heap', 'offHeap', 'poll'];

const WORDS: Record<LeverName, { subject: string; value: (value: number) => string }> = {
	heap: { subject: 'Allocation sampling', value: value => `one sample per ${formatBytes(value)}` },
	offHeap: { subject: 'Sampling outside the heap', value: value => `one sample per ${formatBytes(value)}` },
	poll: { subject: 'The time between two memory samples', value: value => formatMs(value) },
};
