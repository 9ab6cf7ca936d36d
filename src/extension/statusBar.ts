import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposables.ts';
import type { MemoryLevel } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes } from '../protocol/units.ts';
import { commands } from './ids.ts';
import type { SessionStore } from './sessions/sessionStore.ts';

/** Faster than this a figure cannot be read. */
const INTERVAL_MS = 500;

const BACKGROUND: Record<MemoryLevel, string | undefined> = {
	normal: undefined,
	elevated: undefined,
	high: 'statusBarItem.warningBackground',
	critical: 'statusBarItem.errorBackground',
};
const ICON: Record<MemoryLevel, string> = {
	normal: '$(pulse)',
	elevated: '$(arrow-up)',
	high: '$(warning)',
	critical: '$(error)',
};

/** Resident set and level of the active session; there only while something runs. */
export class StatusBar implements Disposable {
	readonly #sessions: SessionStore;
	readonly #store = new DisposableStore();
	readonly #item: vscode.StatusBarItem;
	#timer: NodeJS.Timeout | undefined;

	constructor(sessions: SessionStore) {
		this.#sessions = sessions;
		this.#item = this.#store.add(
			vscode.window.createStatusBarItem('memoryManager.level', vscode.StatusBarAlignment.Left, 50),
		);
		this.#item.name = 'Memory of the profiled script';
		this.#item.command = commands.openPanel;
		this.#store.add(sessions.onDidChange(() => this.#update()));
		this.#store.add({ dispose: () => clearInterval(this.#timer) });
	}

	dispose(): void {
		this.#store.dispose();
	}

	#update(): void {
		const { active } = this.#sessions;
		if (!active) {
			clearInterval(this.#timer);
			this.#timer = undefined;
			this.#item.hide();
			return;
		}
		this.#timer ??= setInterval(() => this.#update(), INTERVAL_MS);
		const { header, latest, system } = active.model;
		const level = system?.level;
		const background = level && BACKGROUND[level];
		const rss = formatBytes(latest?.rssBytes);
		this.#item.text = `${ICON[level ?? 'normal']} ${rss}`;
		this.#item.backgroundColor = background === undefined ? undefined : new vscode.ThemeColor(background);
		const reason = system ? ` Level ${level}: ${system.levelReason}` : '';
		const spoken = level ? `, level ${level}` : '';
		this.#item.tooltip = `${visibleText(header.title)}: resident set ${rss}.${reason} Opens the panel.`;
		this.#item.accessibilityInformation = { label: `Memory of ${visibleText(header.title)}: ${rss}${spoken}` };
		this.#item.show();
	}
}
