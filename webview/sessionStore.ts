import { type ReadonlySignal, signal } from '@preact/signals';
import { MAIN_PROCESS, SessionModel } from '../src/analysis/sessionModel.ts';
import type { Entry, EntryType } from '../src/protocol/entries.ts';
import type { PanelSession } from '../src/protocol/panel.ts';

/** Declared here, so that tests outside a browser can load this file. */
declare function requestAnimationFrame(draw: () => void): number;

export type SessionInfo = Omit<PanelSession, 'snapshot'>;

/** Figures that change more often cannot be read, and drawing takes time from the script that is measured. */
const REDRAW_MS = 100;

interface Shown {
	readonly model: SessionModel;
	/** How many entries of a process and type came: views compute again only what has changed. */
	readonly counts: Counts;
}

type Counts = Map<number, Map<EntryType, number>>;

const copied = (counts: Counts): Counts => new Map([...counts].map(([process, types]) => [process, new Map(types)]));

/**
 * The session that a webview shows. Entries go into the model at once; `revision` tells the views, at most once per
 * {@link REDRAW_MS} and in an animation frame, which a browser does not give to a hidden page.
 */
export class SessionStore {
	readonly info = signal<SessionInfo | undefined>(undefined);
	readonly revision = signal(0);
	readonly #process: ReadonlySignal<number>;
	#live: Shown | undefined;
	#frozen: Shown | undefined;
	#scheduled = false;
	#drawnAt = 0;

	/** @param process The one that is shown; see `ProcessEntry`. */
	constructor(process: ReadonlySignal<number> = signal(MAIN_PROCESS)) {
		this.#process = process;
	}

	/** What to draw of the chosen process: the session so far, or as it was when it was frozen. */
	get model(): SessionModel | undefined {
		return this.root?.of(this.#process.value) ?? this.root;
	}

	/** The same of the process that was started; the others are its branches. */
	get root(): SessionModel | undefined {
		return (this.#frozen ?? this.#live)?.model;
	}

	/** End of the time axis that all processes share. */
	get now(): number {
		return this.root?.now ?? 0;
	}

	/** The session so far, also while frozen: for its state and what can be done with it. */
	get liveModel(): SessionModel | undefined {
		return this.#live?.model;
	}

	/** Changes with what is shown of this entry type in the chosen process. */
	version(...types: EntryType[]): string {
		const process = this.#process.value;
		const counts = (this.#frozen ?? this.#live)?.counts.get(process);
		return `${this.info.value?.id} ${process} ${types.map(type => counts?.get(type) ?? 0).join(' ')}`;
	}

	/** Changes with what is shown of this entry type in any process. */
	versionOfAll(...types: EntryType[]): string {
		let sum = 0;
		for (const counts of (this.#frozen ?? this.#live)?.counts.values() ?? [])
			for (const type of types) sum += counts.get(type) ?? 0;
		return `${this.info.value?.id} ${sum}`;
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
			const process = entry.process ?? MAIN_PROCESS;
			const types = counts.get(process) ?? new Map<EntryType, number>();
			types.set(entry.type, (types.get(entry.type) ?? 0) + 1);
			counts.set(process, types);
		}
		this.#schedule();
	}

	/** Holds what is drawn as it is now; the session goes on underneath. */
	freeze(frozen: boolean): void {
		if (frozen === (this.#frozen !== undefined)) return;
		if (frozen && this.#live) {
			const { model, counts } = this.#live;
			this.#frozen = { model: SessionModel.fromSnapshot(model.snapshot()), counts: copied(counts) };
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
