import { SessionModel } from '../analysis/sessionModel.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Entry, NoticeEntry } from '../protocol/entries.ts';
import type { RecordingHeader } from '../protocol/recording.ts';
import { messageOf } from './errors.ts';
import type { SessionClock } from './inspector/clock.ts';
import { Checkpointer } from './recording/checkpointer.ts';
import { RecordingWriter } from './recording/recordingWriter.ts';

/** The one stream of a session: every entry goes into the model, to the file and to the listeners, in this order. */
export class SessionLog {
	readonly model: SessionModel;
	readonly #clock: SessionClock;
	readonly #logger: Logger;
	readonly #emitter: Emitter<Entry[]>;
	#writer: RecordingWriter | undefined;
	#checkpoints: Checkpointer | undefined;
	#batch: Entry[] = [];

	constructor(header: RecordingHeader, clock: SessionClock, logger: Logger) {
		this.model = new SessionModel(header);
		this.#clock = clock;
		this.#logger = logger;
		this.#emitter = new Emitter(error => logger.error('A listener of the session failed.', error));
	}

	get onDidAddEntries() {
		return this.#emitter.event;
	}

	get recordedBytes(): number {
		return this.#writer?.bytes ?? 0;
	}

	/** Opens the recording. When that fails the session goes on and says so. */
	async record(path: string): Promise<void> {
		try {
			this.#writer = await RecordingWriter.create(path, this.model.header, error =>
				this.notice('error', error.message),
			);
			this.#checkpoints = new Checkpointer(this.#writer, this.model);
		} catch (error) {
			this.notice('error', messageOf(error));
		}
	}

	readonly add = (entry: Entry): void => {
		this.model.apply(entry);
		if (this.#batch.length === 0) queueMicrotask(() => this.flush());
		this.#batch.push(entry);
	};

	notice(severity: NoticeEntry['severity'], message: string): void {
		this.#logger[severity === 'warning' ? 'warn' : severity](message);
		this.add({ type: 'notice', t: this.#clock.now(), severity, message });
	}

	flush(): void {
		if (this.#batch.length === 0) return;
		const batch = this.#batch;
		this.#batch = [];
		this.#writer?.write(batch);
		this.#checkpoints?.consider();
		this.#emitter.fire(batch);
	}

	/** Ends a session that never began: nothing of it stays. */
	async discard(): Promise<void> {
		this.#emitter.dispose();
		await this.#writer?.discard();
	}

	async close(): Promise<void> {
		this.flush();
		await this.#checkpoints?.close();
		await this.#writer?.close();
		this.flush();
		this.#emitter.dispose();
	}
}
