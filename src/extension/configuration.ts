import * as vscode from 'vscode';
import { SETTINGS_SECTION, type SettingKey, settingKeys } from './ids.ts';
import { readSettings, type Settings } from './settings.ts';

/** Reads the settings anew at every use: they may change at any time and differ between folders. */
export class Configuration {
	readonly #warn: (sentence: string) => void;
	/** A sentence is logged once, not at every reading. */
	readonly #warned = new Set<string>();

	constructor(warn: (sentence: string) => void) {
		this.#warn = warn;
	}

	read(scope?: vscode.Uri): Settings {
		const section = vscode.workspace.getConfiguration(SETTINGS_SECTION, scope ?? null);
		return readSettings(
			key => section.get<unknown>(key),
			sentence => {
				if (this.#warned.size > 100) this.#warned.clear();
				if (this.#warned.has(sentence)) return;
				this.#warned.add(sentence);
				this.#warn(sentence);
			},
		);
	}

	toggleCodeLens(): Promise<boolean> {
		return this.#set(settingKeys.codeLensEnabled, !this.read().codeLensEnabled);
	}

	toggleLineAnnotations(): Promise<boolean> {
		return this.#set(settingKeys.lineAnnotations, !this.read().lineAnnotations);
	}

	/** Turns a setting on or off where its value comes from now: workspace before user. */
	async #set(key: SettingKey, enabled: boolean): Promise<boolean> {
		const section = vscode.workspace.getConfiguration(SETTINGS_SECTION);
		const inWorkspace = section.inspect(key)?.workspaceValue !== undefined;
		const { Global, Workspace } = vscode.ConfigurationTarget;
		await section.update(key, enabled, inWorkspace ? Workspace : Global);
		return enabled;
	}
}
