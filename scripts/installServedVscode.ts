import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmInstall } from './command.ts';
import { type Installation, installOnce, isInstalled } from './installOnce.ts';
import { cacheFolder } from './paths.ts';

/** The npm package that holds a complete VS Code server; this release is VS Code 1.139 and needs Node 24. */
const version = '4.139.1';

const installation: Installation = {
	name: `the served VS Code (code-server ${version})`,
	version,
	size: '200 MB to download, 600 MB on disk',
	folder: join(cacheFolder, 'vscode-server'),
	async install(folder) {
		await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
		await npmInstall(folder, [`code-server@${version}`], 'step 1 of 2, the server');
		// Its own parts. Those that need a compiler stay away: no shell terminals and no log files, all else works.
		await npmInstall(serverFolder(folder), ['--omit=dev'], 'step 2 of 2, its parts');
	},
};

function serverFolder(folder: string): string {
	return join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
}

/** What `installServedVscode` would download, for the user. */
export function missingServedVscode(): string[] {
	return isInstalled(installation) ? [] : [`${installation.name}: ${installation.size}`];
}

/** The file that starts the server; installed first where it is not there yet. */
export async function installServedVscode(): Promise<string> {
	await installOnce(installation);
	return join(serverFolder(installation.folder), 'out', 'server-main.js');
}
