export interface ServerAddress {
	readonly port: number;
	/** Without it the server refuses: pages of other origins and other users of the machine stay out. */
	readonly token: string;
}

export interface WindowOptions {
	/** The workspace folder, an absolute path. */
	readonly folder: string;
	/** The extension under development. */
	readonly extensionPath: string;
	/** The module that exports `run()`, for a window that runs tests and ends. */
	readonly testsPath?: string | undefined;
}

/** The address of a window of the served VS Code, as the browser needs it. */
export function serverUrl({ port, token }: ServerAddress, { folder, extensionPath, testsPath }: WindowOptions): string {
	const remote = (path: string) => `vscode-remote://127.0.0.1:${port}${urlPath(path)}`;
	const payload = [
		['extensionDevelopmentPath', remote(extensionPath)],
		...(testsPath === undefined ? [] : [['extensionTestsPath', remote(testsPath)]]),
		['skipWelcome', 'true'],
	];
	const query = new URLSearchParams({ tkn: token, folder: urlPath(folder), payload: JSON.stringify(payload) });
	return `http://127.0.0.1:${port}/?${query.toString().replaceAll('+', '%20')}`;
}

/** `C:\data` becomes `/c:/data`; spaces and the like are encoded by the caller where it builds a URI. */
function urlPath(path: string): string {
	const slashes = path.replaceAll('\\', '/');
	return slashes.startsWith('/') ? slashes : `/${slashes}`;
}
