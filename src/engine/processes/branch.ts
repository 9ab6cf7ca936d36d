import { withDeadline } from '../../base/deadlines.ts';
import type { Logger } from '../../base/logger.ts';
import type { EndReason } from '../../protocol/entries.ts';
import { messageOf } from '../errors.ts';
import { ConnectionClosedError } from '../inspector/cdp.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { Target } from '../inspector/target.ts';
import { Observation } from '../observation.ts';
import type { Running } from '../session.ts';
import type { SessionLog } from '../sessionLog.ts';
import type { SamplingOptions } from '../sessionTypes.ts';
import { type BranchFacts, ProcessLog } from './processLog.ts';

/** How long a last reading may hold up a process that ends. */
const FINISH_MS = 4_000;
/** What ended sooner than this and held no more than a Node does by itself: its last profile would cost more than it tells. */
const SHORT_MS = 150;
const SMALL_BYTES = 16 * 1024 * 1024;

/** What all processes of a session share. */
export interface SessionParts {
	clock: SessionClock;
	log: SessionLog;
	logger: Logger;
	runtimeDir: string;
}

/** One process or worker thread besides the one that was started: from its arrival to its end. */
export abstract class Branch {
	readonly log: ProcessLog;
	readonly ended: Promise<void>;
	protected readonly parts: SessionParts;
	protected observation: Observation | undefined;
	protected target: Target | undefined;
	#finishing: Promise<void> | undefined;
	#hasEnded = false;
	#resolveEnded: () => void = () => {};

	constructor(parts: SessionParts, facts: BranchFacts) {
		this.parts = parts;
		this.log = new ProcessLog(parts.log, parts.clock, facts);
		this.ended = new Promise(resolve => {
			this.#resolveEnded = resolve;
		});
	}

	get number(): number {
		return this.log.facts.number;
	}

	get hasEnded(): boolean {
		return this.#hasEnded;
	}

	/** As long as it can be asked. */
	get running(): Running | undefined {
		const { observation, target, log } = this;
		if (!observation || !target || target.isClosed || this.#finishing) return undefined;
		return { observation, target, log, model: log.model };
	}

	protected observe(target: Target, sampling: SamplingOptions, sameMachine: boolean): Observation {
		const { clock, logger, runtimeDir } = this.parts;
		this.target = target;
		this.observation = new Observation({
			target,
			clock,
			log: this.log,
			logger,
			sampling,
			runtimeDir,
			sameMachine,
			isBranch: true,
			isWorker: this.log.facts.kind === 'worker',
		});
		return this.observation;
	}

	/** Last readings, once, bounded in time. */
	finish(cause: 'final' | 'outOfMemory' = 'final', limitMs = FINISH_MS): Promise<void> {
		this.#finishing ??= this.#finish(cause, limitMs);
		return this.#finishing;
	}

	async #finish(cause: 'final' | 'outOfMemory', limitMs: number): Promise<void> {
		const { observation, target } = this;
		if (!observation || !target) return;
		try {
			if (target.isClosed) throw new ConnectionClosedError();
			await withDeadline(
				observation.finish(cause, cause !== 'final' || this.#tellsMuch),
				limitMs,
				'It did not answer in time.',
			);
		} catch (error) {
			if (!(error instanceof ConnectionClosedError))
				this.parts.logger.warn(`The last reading of process ${this.number} is missing: ${messageOf(error)}`);
			await observation.abandon();
		}
	}

	get #tellsMuch(): boolean {
		const ms = this.parts.clock.now() - this.log.beganAt;
		return ms >= SHORT_MS || (this.log.model.latest?.heapUsedBytes ?? 0) > SMALL_BYTES;
	}

	/** Its last word; whatever was still being read is dropped. */
	protected async end(reason: EndReason): Promise<void> {
		if (this.#hasEnded) return;
		this.#hasEnded = true;
		await this.finish();
		await this.target?.close();
		this.log.end(reason);
		this.#resolveEnded();
	}
}
