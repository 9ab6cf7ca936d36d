import { randomUUID } from 'node:crypto';
import type { SessionModel } from '../../analysis/sessionModel.ts';
import type { Disposable } from '../../base/disposables.ts';
import { Emitter } from '../../base/emitter.ts';
import type { ProfileSession } from '../../engine/sessionTypes.ts';
import type { RunRequest } from './runRequest.ts';

/** What a view shows: a live session, one that has ended, or an opened recording. */
export interface ShownSession {
	/** The path of the recording where there is one: a view keeps its state when the window is loaded anew. */
	readonly id: string;
	readonly model: SessionModel;
	/** Absent for an opened recording. */
	readonly session?: ProfileSession;
	/** How to start it again. */
	readonly request?: RunRequest;
	readonly recordingPath?: string;
}

export function isRunning(shown: ShownSession | undefined): shown is ShownSession & { session: ProfileSession } {
	return shown?.session !== undefined && shown.session.state !== 'ended';
}

/** The sessions of this window. `shown` is what panel and sidebar show: the newest run, or the recording opened last. */
export class SessionStore implements Disposable {
	readonly #running = new Map<string, ShownSession & { session: ProfileSession }>();
	readonly #changed: Emitter<void>;
	readonly #started: Emitter<ShownSession & { session: ProfileSession }>;
	readonly #ended: Emitter<ShownSession & { session: ProfileSession }>;
	#shown: ShownSession | undefined;

	constructor(onListenerError: (error: unknown) => void) {
		this.#changed = new Emitter(onListenerError);
		this.#started = new Emitter(onListenerError);
		this.#ended = new Emitter(onListenerError);
	}

	/** Another session is shown, or one has begun or ended. */
	get onDidChange() {
		return this.#changed.event;
	}
	get onDidStart() {
		return this.#started.event;
	}
	get onDidEnd() {
		return this.#ended.event;
	}
	get shown(): ShownSession | undefined {
		return this.#shown;
	}

	/** Oldest first. */
	get running(): readonly (ShownSession & { session: ProfileSession })[] {
		return [...this.#running.values()];
	}

	/** What commands act on: the shown session while it runs, else the newest that runs. */
	get active(): (ShownSession & { session: ProfileSession }) | undefined {
		return isRunning(this.#shown) ? this.#shown : this.running.at(-1);
	}

	add(session: ProfileSession, request: RunRequest): ShownSession & { session: ProfileSession } {
		const { model, recordingPath } = session;
		const shown = {
			id: recordingPath ?? randomUUID(),
			model,
			session,
			request,
			...(recordingPath !== undefined && { recordingPath }),
		};
		this.#running.set(shown.id, shown);
		this.#shown = shown;
		this.#started.fire(shown);
		this.#changed.fire();
		void session.ended.then(() => {
			this.#running.delete(shown.id);
			this.#ended.fire(shown);
			this.#changed.fire();
		});
		return shown;
	}

	show(shown: ShownSession): void {
		if (this.#shown === shown) return;
		this.#shown = shown;
		this.#changed.fire();
	}

	/** The recording of what is shown has another path now. */
	moved(from: string, to: string): void {
		if (from === to || this.#shown?.recordingPath !== from) return;
		this.#shown = { ...this.#shown, recordingPath: to };
		this.#changed.fire();
	}

	dispose(): void {
		this.#changed.dispose();
		this.#started.dispose();
		this.#ended.dispose();
	}
}

/** An opened recording as something to show. */
export function shownRecording(model: SessionModel, recordingPath: string): ShownSession {
	return { id: recordingPath, model, recordingPath };
}
