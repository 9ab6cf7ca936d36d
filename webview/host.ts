import type { Channel } from '../src/protocol/messenger.ts';

/** What VS Code gives a webview, once. */
export interface VscodeApi {
	postMessage(message: unknown): void;
	getState(): unknown;
	setState(state: unknown): void;
}

declare global {
	function acquireVsCodeApi(): VscodeApi;
}

export const webviewChannel = (api: VscodeApi): Channel => ({
	post: message => api.postMessage(message),
	listen: onMessage => {
		const listener = (event: MessageEvent<unknown>) => onMessage(event.data);
		window.addEventListener('message', listener);
		return () => window.removeEventListener('message', listener);
	},
});
