import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import type { Selection } from '../../protocol/panel.ts';
import { isScript } from '../commands/chooseFile.ts';
import type { Configuration } from '../configuration.ts';
import { commands, SETTINGS_SECTION, settingKeys } from '../ids.ts';
import type { SessionStore, ShownSession } from '../sessions/sessionStore.ts';
import { findTrackedFunctions, type TrackedFunction } from './findTrackedFunctions.ts';
import { matchResults, RunResults, resultText } from './runResults.ts';

export const LANGUAGES = ['javascript', 'javascriptreact', 'typescript', 'typescriptreact'] as const;
/** Parsing more than this on every pause in typing would be felt. */
const MAX_LENGTH = 2 * 1024 * 1024;
/** While a script runs, its figures change all the time: lenses that move more often than this disturb reading. */
const REFRESH_MS = 1_000;

interface Parsed {
	version: number;
	functions: TrackedFunction[];
}

/** "Profile" above every tracked function, and what the last run says about it. */
export class CodeLensProvider implements vscode.CodeLensProvider, Disposable {
	readonly #configuration: Configuration;
	readonly #results = new RunResults();
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #store = new DisposableStore();
	readonly #parsed = new WeakMap<vscode.TextDocument, Parsed>();
	#timer: NodeJS.Timeout | undefined;
	#window: Selection['window'];

	readonly onDidChangeCodeLenses = this.#changed.event;

	constructor(store: SessionStore, configuration: Configuration) {
		this.#configuration = configuration;
		const selector = LANGUAGES.map(language => ({ language, scheme: '*' }));
		this.#store.add(vscode.languages.registerCodeLensProvider(selector, this));
		this.#store.add(this.#changed);
		this.#store.add({ dispose: () => clearTimeout(this.#timer) });
		this.#store.add(
			vscode.workspace.onDidChangeConfiguration(event => {
				if (event.affectsConfiguration(`${SETTINGS_SECTION}.${settingKeys.codeLensEnabled}`)) this.#changed.fire();
			}),
		);
		this.#store.add(store.onDidStart(shown => this.#follow(shown)));
		this.#store.add(store.onDidEnd(({ model }) => this.#update(model)));
		this.#store.add(
			store.onDidChange(() => {
				const { shown } = store;
				if (shown && !shown.session) this.#update(shown.model);
			}),
		);
	}

	provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
		if (!this.#configuration.read(document.uri).codeLensEnabled) return [];
		const functions = this.#functions(document);
		if (functions.length === 0) return [];
		const matched = matchResults(functions, this.#results.get(document.uri.fsPath));
		return functions.flatMap(fn => {
			const range = document.validateRange(new vscode.Range(fn.line - 1, fn.column - 1, fn.line - 1, fn.column));
			const lenses: vscode.CodeLens[] = [];
			// A module without a file of its own that Node runs (a .tsx) can be measured, not started.
			if (isScript(document.uri)) {
				const tooltip = 'Run this file with the memory manager';
				const command = { title: '$(pulse) Profile', tooltip, command: commands.profile, arguments: [document.uri] };
				lenses.push(new vscode.CodeLens(range, command));
			}
			const results = matched.get(fn);
			if (results) {
				const tooltip = 'Of the last run. Opens the panel';
				const title = resultText(results);
				lenses.push(
					new vscode.CodeLens(range, { title, tooltip, command: commands.openPanel, arguments: ['regions'] }),
				);
			}
			return lenses;
		});
	}

	/** The part of the run that the panel's figures are taken from has changed. */
	select({ window }: Selection, shown: ShownSession | undefined): void {
		this.#window = window;
		if (shown) this.#update(shown.model);
	}

	/** Also what an opened recording knows. */
	addResults({ model }: ShownSession): void {
		this.#update(model);
	}

	dispose(): void {
		this.#store.dispose();
	}

	#functions(document: vscode.TextDocument): TrackedFunction[] {
		const known = this.#parsed.get(document);
		if (known?.version === document.version) return known.functions;
		const text = document.getText();
		const functions = text.length > MAX_LENGTH ? [] : findTrackedFunctions(text, document.uri.path);
		this.#parsed.set(document, { version: document.version, functions });
		return functions;
	}

	#follow({ session, model }: ShownSession): void {
		this.#window = undefined;
		const subscription = session?.onDidAddEntries(entries => {
			if (this.#timer || !entries.some(({ type }) => type === 'regionStats')) return;
			this.#timer = setTimeout(() => this.#update(model), REFRESH_MS);
		});
		void session?.ended.then(() => subscription?.dispose());
	}

	#update(model: ShownSession['model']): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#results.update(model, this.#window);
		this.#changed.fire();
	}
}
