import { spawn } from 'node:child_process';
import { findOnPath } from './command.ts';

/** A display that a window can appear on; always there on Windows and macOS. */
export function hasDisplay(
	platform: NodeJS.Platform = process.platform,
	env: NodeJS.ProcessEnv = process.env,
): boolean {
	return platform === 'win32' || platform === 'darwin' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

/** Opens the address in the user's browser, where the system has a way to; the address is printed in any case. */
export function openBrowser(url: string): void {
	const [command, args] = opener(url);
	if (!hasDisplay() || !command) return;
	const child = spawn(command, args, { stdio: 'ignore', detached: true });
	child.once('error', error =>
		console.log(`The browser could not be opened (${error.message}); open the address yourself.`),
	);
	child.unref();
}

function opener(url: string): [string | undefined, string[]] {
	if (process.platform === 'darwin') return ['open', [url]];
	// `start` of cmd would read the & of the address as its own.
	if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
	return [findOnPath(['xdg-open']), [url]];
}
