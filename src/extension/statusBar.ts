import * as vscode from 'vscode';
import { type ForecastText, forecastText } from '../analysis/forecastWords.ts';
import { rssNow } from '../analysis/processTree.ts';
import type { SessionModel } from '../analysis/sessionModel.ts';
import { type Disposable, DisposableStore } from '../base/disposables.ts';
import type { MemoryLevel } from '../protocol/entries.ts';
import { visibleText } from '../protocol/text.ts';
import { formatBytes, formatCount } from '../protocol/units.ts';
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

/** Resident set of all processes, level and forecast of the active session; there only while something runs. */
export class StatusBar implements Disposable {
	readonly #sessions: SessionStore;
	readonly #store = new DisposableStore();
	readonly #item: vscode.StatusBarItem;
	#timer: NodeJS.Timeout | undefined;
	#forecast: { model: SessionModel; second: number; text: ForecastText | undefined } | undefined;

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

	/** A new one each second: it takes its time, and more often it would only flicker. */
	#forecastOf(model: SessionModel): ForecastText | undefined {
		const second = Math.floor(model.now / 1_000);
		if (this.#forecast?.model !== model || this.#forecast.second !== second)
			this.#forecast = { model, second, text: forecastText(model) };
		return this.#forecast.text;
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
		const all = rssNow(active.model);
		const several = all.processes > 1;
		const rss = formatBytes(several ? all.bytes : latest?.rssBytes);
		const forecast = this.#forecastOf(active.model);
		this.#item.text = `${ICON[level ?? 'normal']} ${rss}${forecast ? ` · ${visibleText(forecast.text, 60)}` : ''}`;
		this.#item.backgroundColor = background === undefined ? undefined : new vscode.ThemeColor(background);
		const reason = system ? ` Level ${level}: ${system.levelReason}` : '';
		const spoken = `${level ? `, level ${level}` : ''}${forecast ? `, ${visibleText(forecast.text, 60)}` : ''}`;
		const what = several ? `resident sets of ${formatCount(all.processes)} processes` : 'resident set';
		const when = forecast ? ` ${visibleText(forecast.text, 120)}: ${visibleText(forecast.meaning, 500)}` : '';
		this.#item.tooltip = `${visibleText(header.title)}: ${what} ${rss}.${reason}${when} Opens the panel.`;
		this.#item.accessibilityInformation = { label: `Memory of ${visibleText(header.title)}: ${rss}${spoken}` };
		this.#item.show();
	}
}
