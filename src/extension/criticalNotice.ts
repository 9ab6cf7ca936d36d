import type { Disposable } from '../base/disposables.ts';
import { DisposableStore } from '../base/disposables.ts';
import type { Entry } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';
import type { SessionStore, ShownSession } from './sessions/sessionStore.ts';

export interface CriticalNoticeOptions {
	store: SessionStore;
	isEnabled: () => boolean;
	/** Shows the sentence with the buttons; settles with the one that was pressed, when the message is gone. */
	ask: (sentence: string, buttons: readonly string[]) => Thenable<string | undefined>;
	/** Button → what it does. */
	actions: Readonly<Record<string, (shown: ShownSession) => Promise<void>>>;
	onError: (error: unknown) => void;
}

/** Says once that a session has reached the critical level; again only after it has left it. Never two messages at a time. */
export class CriticalNotice implements Disposable {
	readonly #options: CriticalNoticeOptions;
	readonly #store = new DisposableStore();
	#open = false;

	constructor(options: CriticalNoticeOptions) {
		this.#options = options;
		this.#store.add(options.store.onDidStart(shown => this.#follow(shown)));
	}

	dispose(): void {
		this.#store.dispose();
	}

	#follow(shown: ShownSession): void {
		let wasCritical = false;
		shown.session?.onDidAddEntries((entries: Entry[]) => {
			for (const entry of entries) {
				if (entry.type !== 'system') continue;
				const isCritical = entry.level === 'critical';
				if (isCritical && !wasCritical) this.#say(shown, entry.levelReason).catch(this.#options.onError);
				wasCritical = isCritical;
			}
		});
	}

	async #say(shown: ShownSession, reason: string): Promise<void> {
		const { isEnabled, ask, actions } = this.#options;
		if (this.#open || !isEnabled()) return;
		this.#open = true;
		try {
			const name = visibleText(shown.model.header.title, 60);
			const pressed = await ask(
				`${name} is at the critical memory level. ${visibleText(reason, 200)}`,
				Object.keys(actions),
			);
			if (pressed !== undefined) await actions[pressed]?.(shown);
		} finally {
			this.#open = false;
		}
	}
}
