import { signal } from '@preact/signals';
import { SessionModel } from '../src/analysis/sessionModel.ts';
import type { Entry, EntryType } from '../src/protocol/entries.ts';
import type { PanelSession } from '../src/protocol/panel.ts';

export type SessionInfo = Omit<PanelSession, 'snapshot'>;

/** Figures that change more often cannot be read, and drawing takes time from the script that is measured. */
const REDRAW_MS = 100;

interface Shown {
	readonly model: SessionModel;
	/** How many entries of a type came: views compute again only what has changed. */
	readonly counts: Map<EntryType, number>;
}

/**
 * The session that a webview shows. Entries go into the model at once; `revision` tells the views, at most once per
 * {@link REDRAW_MS} and in an animation frame, which a browser does not give to a hidden page.
 */
export class SessionStore {
	readonly info = signal<SessionInfo | undefined>(undefined);
	readonly revision = signal(0);
	#live: Shown | undefined;
	#frozen: Shown | undefined;
	#scheduled = false;
	#drawnAt = 0;

	/** What to draw: the session so far, or as it was when it was frozen. */
	get model(): SessionModel | undefined {
		return (this.#frozen ?? this.#live)?.model;
	}

	/** The session so far, also while frozen: for its state and what can be done with it. */
	get liveModel(): SessionModel | undefined {
		return this.#live?.model;
	}

	/** Changes with what is shown of this entry type. */
	version(...types: EntryType[]): string {
		const counts = (this.#frozen ?? this.#live)?.counts;
		return `${this.info.value?.id} ${types.map(type => counts?.get(type) ?? 0).join(' ')}`;
	}

	show(session: PanelSession | undefined): void {
		this.#frozen = undefined;
		if (!session) {
			this.#live = undefined;
			this.info.value = undefined;
		} else {
			const { snapshot, ...info } = session;
			this.#live = { model: SessionModel.fromSnapshot(snapshot), counts: new Map() };
			this.info.value = info;
		}
		this.revision.value++;
	}

	apply(entries: readonly Entry[]): void {
		if (!this.#live) return;
		const { model, counts } = this.#live;
		for (const entry of entries) {
			model.apply(entry);
			counts.set(entry.type, (counts.get(entry.type) ?? 0) + 1);
		}
		this.#schedule();
	}

	/** Holds what is drawn as it is now; the session goes on underneath. */
	freeze(frozen: boolean): void {
		if (frozen === (this.#frozen !== undefined)) return;
		if (frozen && this.#live) {
			const { model, counts } = this.#live;
			this.#frozen = { model: SessionModel.fromSnapshot(model.snapshot()), counts: new Map(counts) };
		} else {
			this.#frozen = undefined;
		}
		this.revision.value++;
	}

	#schedule(): void {
		if (this.#scheduled) return;
		this.#scheduled = true;
		const wait = Math.max(0, this.#drawnAt + REDRAW_MS - performance.now());
		setTimeout(() => requestAnimationFrame(() => this.#draw()), wait);
	}

	#draw(): void {
		this.#scheduled = false;
		this.#drawnAt = performance.now();
		this.revision.value++;
	}
}
