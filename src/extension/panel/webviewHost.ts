import * as vscode from 'vscode';
import type { Channel } from '../../protocol/messenger.ts';
import { createNonce, webviewPage } from './webviewPage.ts';

export type BundleName = 'panel' | 'sidebar' | 'snapshot';

/** Gives a webview its page; the messenger must listen before, since the page speaks first. */
export function loadBundle(webview: vscode.Webview, extensionUri: vscode.Uri, name: BundleName, title: string): void {
	const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
	webview.options = { enableScripts: true, localResourceRoots: [folder] };
	webview.html = webviewPage({
		title,
		rootId: `memory-manager-${name}`,
		scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.js`)).toString(),
		styleUri: webview.asWebviewUri(vscode.Uri.joinPath(folder, `${name}.css`)).toString(),
		cspSource: webview.cspSource,
		nonce: createNonce(),
	});
}

export const webviewChannel = (webview: vscode.Webview): Channel => ({
	post: message => void webview.postMessage(message),
	listen: onMessage => {
		const subscription = webview.onDidReceiveMessage(onMessage);
		return () => subscription.dispose();
	},
});
