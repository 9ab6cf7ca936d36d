// `npm run test:host`: the suite of test/host inside the extension host of the served VS Code.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'node:util';
import { projectRoot } from '../../scripts/paths.ts';
import { startServedVscode } from '../../scripts/servedVscode.ts';
import { judge, parseTotals, totalsLine, totalsVariable } from '../../scripts/totals.ts';
import { launchBrowser } from './browser.ts';
import { copyExamples } from './exampleWorkspace.ts';
import { suiteBegins, suiteEnds } from './hostMarkers.ts';
import { temporaryFolder } from './temporaryFolder.ts';

const suite = join(projectRoot, 'dist', 'test', 'host.cjs');
const deadlineMs = 600_000;

async function main(): Promise<number> {
	if (!existsSync(suite)) throw new Error(`${suite} is not there: run "npm run compile" first.`);
	const folder = temporaryFolder('host');
	const workspace = await copyExamples();
	try {
		const file = process.env[totalsVariable] ?? join(folder.path, 'totals.json');
		const code = await runInHost(join(folder.path, 'server'), workspace.folder, { [totalsVariable]: file });
		const { totals, problem } = judge(code, parseTotals(await readFile(file, 'utf8').catch(() => '')));
		console.log(`${totalsLine(totals)}${problem ? `: the suite ${problem}` : ''}`);
		return totals.failed > 0 ? 1 : 0;
	} finally {
		await workspace.remove();
		await folder.remove();
	}
}

/** The exit code of the suite. Its console output is shown as it comes. */
async function runInHost(serverDataDir: string, folder: string, env: NodeJS.ProcessEnv): Promise<number> {
	const server = await startServedVscode({ extensionPath: projectRoot, serverDataDir, env });
	try {
		const browser = await launchBrowser();
		try {
			const page = await browser.newPage();
			const output = createSuiteOutput();
			const ended = Promise.withResolvers<number>();
			const timer = setTimeout(() => ended.reject(new Error(`not ended after ${deadlineMs} ms`)), deadlineMs);
			void server.stopped.then(code =>
				ended.reject(new Error(`the server ended with exit code ${code}\n${server.log()}`)),
			);
			// The names that VS Code's own test driver calls in the page.
			await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => output.add(format(...args)));
			await page.exposeFunction('codeAutomationExit', (code: number) => ended.resolve(code));
			await page.goto(server.url({ folder, testsPath: suite }));
			try {
				const code = await ended.promise;
				output.end();
				return code;
			} catch (error) {
				output.end();
				throw error;
			} finally {
				clearTimeout(timer);
			}
		} finally {
			await browser.close();
		}
	} finally {
		await server.stop();
	}
}

/** Shows the lines of the suite; those before it only when it never began. */
function createSuiteOutput(): { add(line: string): void; end(): void } {
	let state: 'before' | 'during' | 'after' = 'before';
	const before: string[] = [];
	return {
		add(line) {
			if (line.includes(suiteBegins)) state = 'during';
			else if (line.includes(suiteEnds)) state = 'after';
			else if (state === 'during') console.log(line);
			else if (state === 'before') before.push(line);
		},
		end() {
			if (state === 'before') console.log(before.slice(-200).join('\n'));
		},
	};
}

// An exit, unlike the signal itself, runs what removes folders and stops the server.
process.once('SIGINT', () => process.exit(130));
process.exitCode = await main();
