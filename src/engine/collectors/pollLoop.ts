import { ConnectionClosedError } from '../inspector/cdp.ts';
import type { SessionClock } from '../inspector/clock.ts';
import { parsePoll } from '../inspector/pollReply.ts';
import { type PollReply, poll } from '../inspector/snippets.ts';
import { ENGINE_KEY, type Target } from '../inspector/target.ts';

export interface Polled {
	/** Session time at which the target answered. */
	t: number;
	/** Session time of the poll before that rotated the collections; they happened between the two. */
	gcSince: number;
	reply: PollReply;
}

export interface PollConsumer {
	polled(poll: Polled): void;
	/** A tick while the target does not answer: it is inside one native call, or cannot be asked any more. */
	unanswered?(t: number): void;
}

/** Collections and the spaces of the heap are read at every this many ticks. */
const GC_EVERY = 4;
/** And at every tick where so much of the limit is in use: what comes next may be the end. */
const NEAR_SHARE = 0.7;
/** After this many unusable answers in a row the user is told. */
const MOST_FAILURES = 5;

/**
 * Asks the target at a fixed rate for everything that it can tell in one answer, one question at a time. Questions are served
 * inside synchronous loops, too; only a single long native call holds an answer back.
 */
export class PollLoop {
	readonly #target: Target;
	readonly #clock: SessionClock;
	#intervalMs: number;
	readonly #consumers: readonly PollConsumer[];
	#timer: ReturnType<typeof setInterval> | undefined;
	#inFlight: Promise<void> | undefined;
	#ticks = 0;
	#heapLimit: number | undefined;
	#isNear = false;
	#gcSince: number;
	#stopped = false;
	/** Unusable answers in a row. */
	#failures = 0;
	readonly #onSilent: () => void;

	constructor(
		target: Target,
		clock: SessionClock,
		samplesPerSecond: number,
		consumers: readonly PollConsumer[],
		onSilent: () => void,
	) {
		this.#onSilent = onSilent;
		this.#target = target;
		this.#clock = clock;
		this.#intervalMs = 1_000 / samplesPerSecond;
		this.#consumers = consumers;
		this.#gcSince = clock.now();
	}

	start(): void {
		this.#timer = setInterval(() => this.#tick(), this.#intervalMs);
	}

	get intervalMs(): number {
		return this.#intervalMs;
	}

	setIntervalMs(ms: number): void {
		this.#intervalMs = ms;
		if (this.#timer === undefined || this.#stopped) return;
		clearInterval(this.#timer);
		this.start();
	}

	/** Stops asking; settles when the last answer is in. */
	async stop(): Promise<void> {
		this.#stopped = true;
		clearInterval(this.#timer);
		await this.#inFlight;
	}

	/** Asks now, besides the rhythm. */
	pollNow(): void {
		this.#tick();
	}

	/**
	 * Asks, lets `work` send its commands, asks again: whatever collections lie between the two answers belong to the work, and
	 * `between` is called at that border. All in one go while the script runs, so that nothing else gets in between; one by one
	 * when it is `held` anyway: several answers in a row are delayed by some 40 ms each. Gives the ms of target time in between.
	 */
	async around<T>(work: () => Promise<T>, between: () => void, held = false): Promise<{ result: T; ms: number }> {
		while (this.#inFlight) await this.#inFlight;
		const exchange = this.#around(work, between, held);
		this.#occupy(exchange);
		return exchange;
	}

	/**
	 * Waits for the question in flight no longer. In the pause at the heap limit its answer may be what filled the heap: it comes
	 * when the pause ends, if ever.
	 */
	forgetQuestion(): void {
		this.#inFlight = undefined;
	}

	#occupy(exchange: Promise<unknown>): void {
		const inFlight = exchange
			.then(
				() => {},
				() => {},
			)
			.finally(() => {
				if (this.#inFlight === inFlight) this.#inFlight = undefined;
			});
		this.#inFlight = inFlight;
	}

	async #around<T>(work: () => Promise<T>, between: () => void, held: boolean): Promise<{ result: T; ms: number }> {
		const first = this.#tryAsk().then(reply => {
			if (reply) this.#deliver(reply, true);
			between();
			return reply;
		});
		if (held) await first;
		const working = work();
		if (held) await working;
		const [before, result, after] = await Promise.all([first, working, this.#tryAsk()]);
		if (after) this.#deliver(after, true);
		return { result, ms: before && after ? Math.max(0, after.now - before.now - before.costMs) : 0 };
	}

	#tick(): void {
		if (this.#inFlight) {
			this.#unanswered();
			return;
		}
		if (this.#stopped) return;
		if (this.#target.isClosed) {
			this.#unanswered();
			return;
		}
		const withGc = this.#ticks++ % GC_EVERY === 0 || this.#isNear;
		const asked = this.#ask(withGc)
			.then(reply => reply && this.#deliver(reply, withGc))
			.catch(error => {
				// The connection ended: the session hears of that by itself.
				if (!(error instanceof ConnectionClosedError)) this.#failures++;
			});
		this.#occupy(asked);
	}

	#unanswered(): void {
		const t = this.#clock.now();
		for (const consumer of this.#consumers) consumer.unanswered?.(t);
	}

	/** An answer that cannot be used: the script has changed something that we need. One may be an accident. */
	#failed(): void {
		this.#unanswered();
		if (++this.#failures === MOST_FAILURES) this.#onSilent();
	}

	/** At its very end a process may still run commands of the inspector but no script: then the work's result stands alone. */
	#tryAsk(): Promise<PollReply | undefined> {
		return this.#ask(true).catch(error => {
			if (error instanceof ConnectionClosedError) throw error;
			this.#failed();
			return undefined;
		});
	}

	async #ask(withGc: boolean): Promise<PollReply | undefined> {
		const reply = parsePoll(await this.#target.run(poll, ENGINE_KEY, withGc));
		if (reply) this.#failures = 0;
		else this.#failed();
		return reply;
	}

	#deliver(reply: PollReply, withGc: boolean): void {
		const t = this.#clock.fromTarget(reply.now);
		const polled = { t, gcSince: this.#gcSince, reply };
		if (withGc) this.#gcSince = t;
		this.#heapLimit = reply.heapLimit ?? this.#heapLimit;
		this.#isNear = this.#heapLimit !== undefined && reply.heapUsed > NEAR_SHARE * this.#heapLimit;
		for (const consumer of this.#consumers) consumer.polled(polled);
	}
}
