import { MAIN_PROCESS, type SessionModel } from '../analysis/sessionModel.ts';
import type { SnapshotCost } from '../analysis/snapshotCost.ts';
import { withDeadline } from '../base/deadlines.ts';
import { type Logger, silentLogger } from '../base/logger.ts';
import type { EndReason, SessionState } from '../protocol/entries.ts';
import type { RecordingHeader } from '../protocol/recording.ts';
import type { CommandResult, RuntimeCommand } from '../protocol/runtimeLink.ts';
import { errors, messageOf } from './errors.ts';
import { ConnectionClosedError } from './inspector/cdp.ts';
import { SessionClock } from './inspector/clock.ts';
import type { Target } from './inspector/target.ts';
import { Observation } from './observation.ts';
import { SessionLog } from './sessionLog.ts';
import type { SessionOptions } from './sessionTypes.ts';
import { checkSnapshot, type TakeSnapshotOptions, takeSnapshot } from './snapshots/takeSnapshot.ts';

/** How long last readings may take before the script goes without them. */
const FINISH_MS = 8_000;

/** A process or worker of a session that can be asked, and its place in the log. */
export interface Running {
	observation: Observation;
	target: Target;
	log: TakeSnapshotOptions['log'];
	model: SessionModel;
}

/** What launched and attached sessions share: the log, the observation of a target, and how all of it ends. */
export class SessionCore {
	readonly clock = new SessionClock();
	readonly log: SessionLog;
	readonly logger: Logger;
	readonly options: SessionOptions;
	target: Target | undefined;
	observation: Observation | undefined;
	/** Finds the session's other processes by their numbers. */
	others: ((process: number) => Running | undefined) | undefined;
	#state: SessionState = 'starting';
	#finishing: Promise<void> | undefined;

	constructor(header: Omit<RecordingHeader, 'originEpochMs'>, options: SessionOptions) {
		this.options = options;
		this.logger = options.logger ?? silentLogger;
		this.log = new SessionLog({ ...header, originEpochMs: this.clock.originEpochMs }, this.clock, this.logger);
	}

	get model(): SessionModel {
		return this.log.model;
	}

	get state(): SessionState {
		return this.#state;
	}

	async open(): Promise<void> {
		if (this.options.recordingPath !== undefined) await this.log.record(this.options.recordingPath);
		this.setState('starting');
	}

	setState(state: SessionState, reason?: EndReason): void {
		this.#state = state;
		this.log.add({ type: 'state', t: this.clock.now(), state, ...(reason && { reason }) });
	}

	observe(target: Target, runtimeDir: string | undefined, sameMachine: boolean): Observation {
		const { clock, log, logger } = this;
		this.target = target;
		this.observation = new Observation({
			target,
			clock,
			log,
			logger,
			sampling: this.options.sampling ?? {},
			runtimeDir,
			sameMachine,
		});
		return this.observation;
	}

	/** Last readings, once, bounded in time; whatever fails is said and does not hold up the end. */
	finish(cause: 'final' | 'outOfMemory' = 'final', limitMs = FINISH_MS): Promise<void> {
		this.#finishing ??= this.#finish(cause, limitMs);
		return this.#finishing;
	}

	async #finish(cause: 'final' | 'outOfMemory', limitMs: number): Promise<void> {
		if (this.#state !== 'ended') this.setState('ending');
		const { observation, target } = this;
		if (!observation || !target) return;
		try {
			if (target.isClosed) throw new ConnectionClosedError();
			await withDeadline(observation.finish(cause), limitMs, 'The script did not answer in time.');
		} catch (error) {
			if (!(error instanceof ConnectionClosedError))
				this.log.notice('warning', `The last reading is missing: ${messageOf(error)}`);
			await target.close();
			await observation.abandon();
		}
	}

	async end(reason: EndReason): Promise<EndReason> {
		await this.finish();
		await this.target?.close();
		this.setState('ended', reason);
		await this.log.close();
		return reason;
	}

	/** What can be asked now; throws `notRunning`. */
	running(process = MAIN_PROCESS): Running {
		if (process !== MAIN_PROCESS) {
			const other = this.others?.(process);
			if (!other) throw errors.processNotRunning();
			return other;
		}
		const { observation, target, log, model } = this;
		if (!observation || !target || this.#state !== 'running') throw errors.notRunning();
		return { observation, target, log, model };
	}

	async command(command: RuntimeCommand, process?: number): Promise<CommandResult> {
		try {
			return await this.running(process).observation.command(command);
		} catch (error) {
			throw error instanceof ConnectionClosedError ? errors.notRunning() : error;
		}
	}

	async refreshAllocations(process?: number): Promise<void> {
		const { observation } = this.running(process);
		if (!observation.samplesHeap) throw errors.notSampled();
		await observation.readAllocations('request');
	}

	/** What a heap snapshot would take; rejects where memory would not allow it. */
	async checkHeapSnapshot(process?: number): Promise<SnapshotCost | undefined> {
		return checkSnapshot(this.running(process).model);
	}

	async takeHeapSnapshot(
		path: string,
		{ process, ...options }: Pick<TakeSnapshotOptions, 'onProgress' | 'signal'> & { process: number | undefined },
	): Promise<void> {
		const { target, model, log } = this.running(process);
		const { clock, logger } = this;
		await takeSnapshot({ target, model, log, clock, logger, path, ...options });
	}
}
