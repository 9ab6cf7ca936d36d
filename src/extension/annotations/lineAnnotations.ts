import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { lineFigures } from '../../analysis/attributionLines.ts';
import { MAIN_PROCESS } from '../../analysis/sessionModel.ts';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import type { Selection } from '../../protocol/panel.ts';
import type { Configuration } from '../configuration.ts';
import { commands, SETTINGS_SECTION, settingKeys } from '../ids.ts';
import type { SessionStore, ShownSession } from '../sessions/sessionStore.ts';
import { heatDecorations } from './heatIcons.ts';
import { SourceEdits } from './lineShifts.ts';
import { type LineText, lineTexts } from './lineTexts.ts';

/** Figures that move more often than this beside the text that a person reads are in the way. */
const REFRESH_MS = 1_000;
/** The clock of a file system may be coarse. */
const FILE_TIME_MS = 2_000;

/** Heat in the gutter and text after the lines that hold memory, of the session and of the part of it that the panel shows. */
export class LineAnnotations implements Disposable {
	readonly #sessions: SessionStore;
	readonly #configuration: Configuration;
	readonly #store = new DisposableStore();
	readonly #heat = heatDecorations();
	readonly #edits = new SourceEdits();
	/** Files that were changed after the run, as far as they were looked at: by path and run. */
	readonly #changedSince = new Map<string, boolean>();
	#selection: Selection = { process: MAIN_PROCESS };
	#shown: ShownSession | undefined;
	#following: Disposable | undefined;
	#texts = new Map<string, LineText[]>();
	#timer: NodeJS.Timeout | undefined;

	constructor(sessions: SessionStore, configuration: Configuration) {
		this.#sessions = sessions;
		this.#configuration = configuration;
		for (const decoration of this.#heat) this.#store.add(decoration);
		this.#store.add({ dispose: () => clearTimeout(this.#timer) });
		this.#store.add({ dispose: () => this.#following?.dispose() });
		// A run begins with what is saved, and an editor saves before it: from here on edits count.
		this.#store.add(sessions.onDidStart(({ id }) => this.#edits.begin(id)));
		this.#store.add(sessions.onDidChange(() => this.#follow()));
		this.#store.add(
			vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
				if (document.uri.scheme !== 'file' || contentChanges.length === 0) return;
				this.#edits.changed(document.uri.fsPath, contentChanges);
				this.#draw();
			}),
		);
		this.#store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#draw()));
		this.#store.add(
			vscode.workspace.onDidChangeConfiguration(event => {
				if (event.affectsConfiguration(`${SETTINGS_SECTION}.${settingKeys.lineAnnotations}`)) this.#refresh();
			}),
		);
		this.#follow();
	}

	/** What the panel's figures are taken from now. */
	select(selection: Selection, shown: ShownSession | undefined): void {
		if (shown !== this.#sessions.shown) return;
		this.#selection = selection;
		this.#refresh();
	}

	/** The line of the run that stands where the cursor is. */
	placeAt({ document, selection }: vscode.TextEditor): { file: string; line: number } {
		const file = document.uri.fsPath;
		const cursor = selection.active.line + 1;
		const known = this.#texts
			.get(file)
			?.find(({ line }) => this.#edits.lineNow(this.#shown?.id ?? '', file, line) === cursor);
		return { file, line: known?.line ?? cursor };
	}

	dispose(): void {
		this.#store.dispose();
	}

	#follow(): void {
		const { shown } = this.#sessions;
		if (shown !== this.#shown) {
			this.#following?.dispose();
			this.#following = shown?.session?.onDidAddEntries(entries => {
				if (entries.some(({ type }) => type === 'allocations' || type === 'offHeap'))
					this.#timer ??= setTimeout(() => this.#refresh(), REFRESH_MS);
			});
			if (shown?.id !== this.#shown?.id) {
				this.#selection = { process: MAIN_PROCESS };
				this.#changedSince.clear();
			}
			if (shown) this.#edits.begin(shown.id);
			this.#shown = shown;
		}
		this.#refresh();
	}

	#refresh(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const shown = this.#shown;
		const isOn = this.#configuration.read().lineAnnotations;
		this.#texts = shown && isOn ? lineTexts(lineFigures(shown.model, this.#selection), this.#selection) : new Map();
		this.#draw();
	}

	#draw(): void {
		for (const editor of vscode.window.visibleTextEditors) {
			const { uri } = editor.document;
			if (uri.scheme === 'file') this.#decorate(editor, this.#texts.get(uri.fsPath) ?? []);
		}
	}

	#decorate(editor: vscode.TextEditor, texts: readonly LineText[]): void {
		const { document } = editor;
		const { fsPath } = document.uri;
		const byHeat: vscode.DecorationOptions[][] = this.#heat.map(() => []);
		for (const { line, heat, text, meaning } of texts) {
			const now = this.#edits.lineNow(this.#shown?.id ?? '', fsPath, line);
			if (now === undefined || now > document.lineCount) continue;
			const { range } = document.lineAt(now - 1);
			byHeat[heat]?.push({
				range,
				hoverMessage: this.#hover(fsPath, line, meaning),
				renderOptions: { after: { contentText: text } },
			});
		}
		for (const [heat, decoration] of this.#heat.entries()) editor.setDecorations(decoration, byHeat[heat] ?? []);
	}

	#hover(file: string, line: number, meaning: readonly string[]): vscode.MarkdownString {
		const hover = new vscode.MarkdownString();
		hover.isTrusted = { enabledCommands: [commands.showLine] };
		const sentences = this.#wasChanged(file)
			? [...meaning, 'The file was changed after this run began: the line may be another one.']
			: meaning;
		// As text: a function may have any name.
		for (const sentence of sentences) hover.appendText(sentence).appendMarkdown('\n\n');
		const place = encodeURIComponent(JSON.stringify([{ file, line }]));
		return hover.appendMarkdown(`[Show in the flame graph](command:${commands.showLine}?${place})`);
	}

	/** Whether the file was changed before the recording was opened: what comes later is followed. Looked up once, behind the drawing. */
	#wasChanged(file: string): boolean {
		const shown = this.#shown;
		if (!shown || shown.session) return false;
		const key = `${shown.id}\0${file}`;
		const known = this.#changedSince.get(key);
		if (known !== undefined) return known;
		this.#changedSince.set(key, false);
		stat(file).then(
			({ mtimeMs }) => {
				const isNewer = mtimeMs > shown.model.header.originEpochMs + FILE_TIME_MS;
				this.#changedSince.set(key, isNewer);
				if (isNewer) this.#draw();
			},
			() => {
				// Not a file any more: then nothing is known of its age.
			},
		);
		return false;
	}
}
