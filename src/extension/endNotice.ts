import { describeEnd } from '../analysis/describe.ts';
import { endStory, isSudden } from '../analysis/endStory.ts';
import { processTree } from '../analysis/processTree.ts';
import type { SessionModel } from '../analysis/sessionModel.ts';
import { type Disposable, DisposableStore } from '../base/disposables.ts';
import { visibleText } from '../protocol/text.ts';
import type { SessionStore, ShownSession } from './sessions/sessionStore.ts';

export interface EndNoticeOptions {
	store: SessionStore;
	isEnabled: () => boolean;
	/** Shows the sentence with the button; settles with it where it was pressed, when the message is gone. */
	ask: (sentence: string, button: string) => Thenable<string | undefined>;
	openPanel: (shown: ShownSession) => void;
	onError: (error: unknown) => void;
}

const BUTTON = 'Open panel';

/** Says what was in memory when a run was killed or ran out of it. Never two messages at a time. */
export class EndNotice implements Disposable {
	readonly #options: EndNoticeOptions;
	readonly #store = new DisposableStore();
	#open = false;

	constructor(options: EndNoticeOptions) {
		this.#options = options;
		this.#store.add(options.store.onDidEnd(shown => this.#say(shown).catch(options.onError)));
	}

	dispose(): void {
		this.#store.dispose();
	}

	async #say(shown: ShownSession): Promise<void> {
		const { isEnabled, ask, openPanel } = this.#options;
		const sentence = endSentence(shown.model);
		if (sentence === undefined || this.#open || !isEnabled()) return;
		this.#open = true;
		try {
			if ((await ask(sentence, BUTTON)) === BUTTON) openPanel(shown);
		} finally {
			this.#open = false;
		}
	}
}

/** `load.mjs: out of memory: heap limit 2.00 GB. 1.90 GB of 2.00 GB live, 71 % from rows.push at load.ts:88` */
export function endSentence(root: SessionModel): string | undefined {
	for (const { model, title } of processTree(root)) {
		const story = endStory(model);
		if (!story?.reason || !(model === root ? isSudden(story) : story.ofMemory)) continue;
		return `${visibleText(title, 60)}: ${describeEnd(story.reason)}. ${visibleText(story.sentence, 300)}`;
	}
	return undefined;
}
