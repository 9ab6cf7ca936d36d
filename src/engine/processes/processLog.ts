import { SessionModel } from '../../analysis/sessionModel.ts';
import type { EndReason, Entry, NoticeEntry, ProcessEntry, ProcessKind, SampleEntry } from '../../protocol/entries.ts';
import type { SessionClock } from '../inspector/clock.ts';
import type { SessionLog } from '../sessionLog.ts';

/** What is known about a process before it is asked. */
export interface BranchFacts {
	readonly number: number;
	readonly kind: Exclude<ProcessKind, 'main'>;
	/** Number of the process that started it. */
	parent: number;
	readonly title: string;
	readonly threadId?: number;
}

/** The session's log as one of its other processes sees it: every entry gets the process's number. */
export class ProcessLog {
	readonly facts: BranchFacts;
	readonly beganAt: number;
	readonly #log: SessionLog;
	readonly #clock: SessionClock;
	/** For readers, until the session's model has one for this process; past the most that it holds, for good. */
	readonly #empty: SessionModel;
	#isTold = false;
	#hasEnded = false;

	constructor(log: SessionLog, clock: SessionClock, facts: BranchFacts) {
		this.facts = facts;
		this.beganAt = clock.now();
		this.#log = log;
		this.#clock = clock;
		this.#empty = new SessionModel(log.model.header);
	}

	get model(): SessionModel {
		return this.#log.model.of(this.facts.number) ?? this.#empty;
	}

	/** The recording is the session's, not this process's. */
	get recordedBytes(): number {
		return 0;
	}

	/** Nothing is said of a process before its beginning and after its end. */
	readonly add = (entry: Entry): void => {
		if (this.#hasEnded) return;
		if (entry.type === 'process') this.#process(entry);
		else if (!this.#isTold) return;
		else if (entry.type === 'sample') this.#sample(entry);
		else this.#log.add({ ...entry, process: this.facts.number });
	};

	notice(severity: NoticeEntry['severity'], message: string): void {
		this.add({ type: 'notice', t: this.#clock.now(), severity, message });
	}

	end(reason: EndReason): void {
		this.#tellAnyway();
		this.add({ type: 'state', t: this.#clock.now(), state: 'ended', reason });
		this.#hasEnded = true;
	}

	#process(entry: ProcessEntry): void {
		if (this.#isTold) return;
		this.#isTold = true;
		const { number, ...facts } = this.facts;
		this.#log.add({ ...entry, ...facts, t: this.beganAt, process: number });
		this.#log.add({ type: 'state', t: this.beganAt, state: 'running', process: number });
	}

	/** A worker that was over before it could say anything is like its process in what it would have said. */
	#tellAnyway(): void {
		const { process } = this.#log.model.of(this.facts.parent) ?? this.#log.model;
		if (!this.#isTold && process) this.#process({ ...process, runtime: false });
	}

	/** A worker's heap is its own, the resident memory is its process's. */
	#sample(entry: SampleEntry): void {
		const { number, kind } = this.facts;
		if (kind === 'child') {
			this.#log.add({ ...entry, process: number });
			return;
		}
		const { rssBytes, rssAnonBytes, rssFileBytes, rssSharedBytes, ...own } = entry;
		if (own.heapUsedBytes !== undefined) this.#log.add({ ...own, process: number });
	}
}
