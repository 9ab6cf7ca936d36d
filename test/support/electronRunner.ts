// `npm run test:electron`: the suite of test/host in a downloaded desktop VS Code.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests, SilentReporter } from '@vscode/test-electron';
import { hasDisplay } from '../../scripts/openBrowser.ts';
import { cacheFolder, projectRoot } from '../../scripts/paths.ts';
import { leftOutText, totalsVariable } from '../../scripts/totals.ts';
import { copyExamples } from './exampleWorkspace.ts';
import { temporaryFolder } from './temporaryFolder.ts';

/** Without an answer for so long a request has failed; there are five at most, which together stay under a minute. */
const requestMs = 10_000;
const suite = join(projectRoot, 'dist', 'test', 'host.cjs');

async function main(): Promise<number> {
	if (!existsSync(suite)) throw new Error(`${suite} is not there: run "npm run compile" first.`);
	if (!hasDisplay()) return skipped('there is no display for its window');
	const program = await download();
	if (program === undefined) return skipped('the desktop VS Code could not be downloaded');
	const workspace = await copyExamples();
	const userData = temporaryFolder('electron');
	try {
		const launchArgs = [
			workspace.folder,
			'--user-data-dir',
			userData.path,
			'--disable-workspace-trust',
			'--disable-gpu',
		];
		return await runTests({
			vscodeExecutablePath: program,
			extensionDevelopmentPath: projectRoot,
			extensionTestsPath: suite,
			launchArgs,
		});
	} finally {
		await workspace.remove();
		await userData.remove();
	}
}

async function download(): Promise<string | undefined> {
	console.log(`Downloading the desktop VS Code, unless it is there (about 150 MB), into ${cacheFolder}`);
	try {
		return await downloadAndUnzipVSCode({
			cachePath: join(cacheFolder, 'vscode-desktop'),
			reporter: new SilentReporter(),
			timeout: requestMs,
		});
	} catch (error) {
		console.log(String(error));
		return undefined;
	}
}

function skipped(reason: string): number {
	const file = process.env[totalsVariable];
	if (file !== undefined) writeFileSync(file, leftOutText(reason));
	console.log(`skipped: ${reason}; "npm run test:host" runs the same suite in the served VS Code.`);
	return 0;
}

process.exitCode = await main();
