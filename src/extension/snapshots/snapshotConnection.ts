import type * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposables.ts';
import { Messenger } from '../../protocol/messenger.ts';
import { type FromSnapshotView, queryChecks, type ToSnapshotView } from '../../protocol/snapshotView.ts';
import { webviewChannel } from '../panel/webviewHost.ts';
import type { SnapshotDocument } from './snapshotDocument.ts';

export interface SnapshotConnectionOptions {
	webview: vscode.Webview;
	document: SnapshotDocument;
	/** Lets a person choose the other snapshot; undefined when they chose none. */
	chooseOther: () => Promise<string | undefined>;
}

/** One page and the snapshot it shows. The page speaks first; a hidden one is gone and says `ready` again. */
export class SnapshotConnection implements Disposable {
	readonly #store = new DisposableStore();

	constructor({ webview, document, chooseOther }: SnapshotConnectionOptions) {
		const messenger = new Messenger<ToSnapshotView, FromSnapshotView>(webviewChannel(webview), {
			ready: () => {
				messenger.notify('state', document.state);
				void document.open();
			},
			cancel: () => document.cancel(),
			retry: () => document.open(),
			compare: async () => {
				const path = await chooseOther();
				if (path !== undefined) await document.compareWith(path);
			},
			endComparison: () => document.endComparison(),
			classes: query => document.ask('classes', queryChecks.classes(query)),
			objects: query => document.ask('objects', queryChecks.objects(query)),
			retainers: query => document.ask('retainers', queryChecks.retainers(query)),
			path: query => document.ask('path', queryChecks.path(query)),
			owners: query => document.ask('owners', queryChecks.owners(query)),
			changes: query => document.ask('changes', queryChecks.changes(query)),
		});
		this.#store.add({ dispose: () => messenger.close() });
		this.#store.add(document.onDidChange(() => messenger.notify('state', document.state)));
	}

	dispose(): void {
		this.#store.dispose();
	}
}
