import { join } from 'node:path';
import { findOnPath, isExecutable } from './command.ts';
import { canInstallPackages, installPackages } from './debianPackages.ts';

const names = [
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'microsoft-edge',
	'microsoft-edge-stable',
];
const macApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const windowsPrograms = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];

export interface Machine {
	readonly platform: NodeJS.Platform;
	readonly env: NodeJS.ProcessEnv;
	readonly isExecutable: (file: string) => boolean;
	readonly findOnPath: (names: readonly string[], env: NodeJS.ProcessEnv) => string | undefined;
}

const thisMachine: Machine = { platform: process.platform, env: process.env, isExecutable, findOnPath };

/** An installed Chrome, Chromium or Edge. `CHROME_PATH` wins, and is an error when it names no program. */
export function findChromium(machine: Machine = thisMachine): string | undefined {
	const { platform, env } = machine;
	const chosen = env.CHROME_PATH;
	if (chosen) {
		if (!machine.isExecutable(chosen)) throw new Error(`CHROME_PATH is ${chosen}, which is not a program.`);
		return chosen;
	}
	return candidates(platform, env).find(machine.isExecutable) ?? machine.findOnPath(names, env);
}

function candidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
	if (platform === 'darwin') {
		const folders = ['/Applications', join(env.HOME ?? '/', 'Applications')];
		return folders.flatMap(folder => macApplications.map(name => `${folder}/${name}.app/Contents/MacOS/${name}`));
	}
	if (platform === 'win32') {
		const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
			folder => folder !== undefined,
		);
		return folders.flatMap(folder => windowsPrograms.map(program => `${folder}\\${program}`));
	}
	return [];
}

/** What `chromium()` would download, for the user. */
export function missingChromium(): string[] {
	return findChromium() ? [] : [`Chromium, from the system's packages: ${size}`];
}

const size = '80 to 200 MB to download, 300 to 700 MB on disk, by what the system has already';

/** A browser that Playwright can drive; on Debian, as root, it is installed where there is none. */
export async function chromium(): Promise<string> {
	const found = findChromium();
	if (found) return found;
	if (!canInstallPackages()) {
		throw new Error('No Chrome, Chromium or Edge was found. Install one, or set CHROME_PATH to its program.');
	}
	console.log(`Installing Chromium from the system's packages (${size})`);
	// Without fonts every letter of a page is a box.
	await installPackages(['chromium', 'fonts-dejavu-core', 'fonts-liberation']);
	const installed = findChromium();
	if (!installed) throw new Error('Chromium was installed, but its program is not on PATH. Set CHROME_PATH.');
	return installed;
}
