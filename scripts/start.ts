// `npm start [-- [--no-open] [--served] [script]]`: a VS Code with this extension and the examples.
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodeOf, findOnPath, runCommand } from './command.ts';
import { missingServedVscode } from './installServedVscode.ts';
import { hasDisplay, openBrowser } from './openBrowser.ts';
import { cacheFolder, projectRoot } from './paths.ts';
import { startServedVscode } from './servedVscode.ts';

const examples = join(projectRoot, 'examples');

async function main(): Promise<number> {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: { 'no-open': { type: 'boolean' }, served: { type: 'boolean' } },
	});
	const [script, ...rest] = positionals;
	if (rest.length > 0)
		throw new Error(`One script at most; its arguments are a setting of the extension: ${rest.join(' ')}`);
	const target = script === undefined ? undefined : resolve(process.env.INIT_CWD ?? process.cwd(), script);
	if (target !== undefined && !existsSync(target)) throw new Error(`There is no script ${target}.`);
	const env = target === undefined ? {} : { MEMORY_MANAGER_PROFILE_ON_START: target };
	const folder = target === undefined || isInside(target, examples) ? examples : dirname(target);

	console.log('Compiling the extension');
	await runCommand(process.execPath, ['--run', 'compile'], { cwd: projectRoot });
	const desktop = findOnPath(['code']);
	if (desktop && hasDisplay() && !values.served) return startDesktop(desktop, folder, env);
	await startServed(folder, env, values['no-open'] !== true);
	return 0;
}

function isInside(file: string, folder: string): boolean {
	return !relative(folder, file).startsWith('..');
}

function startDesktop(code: string, folder: string, env: NodeJS.ProcessEnv): Promise<number> {
	console.log(`Opening ${code}. Nothing is downloaded.`);
	const args = ['--new-window', `--extensionDevelopmentPath=${projectRoot}`, folder];
	const options = { env: { ...process.env, ...env } };
	// A `.cmd` starts only through the command interpreter.
	if (process.platform === 'win32') return exitCodeOf('cmd.exe', ['/d', '/c', code, ...args], options);
	return exitCodeOf(code, args, options);
}

async function startServed(folder: string, env: NodeJS.ProcessEnv, open: boolean): Promise<void> {
	const missing = [...missingServedVscode()];
	console.log(
		missing.length > 0
			? `No desktop VS Code was found. To be downloaded, once:\n${missing.map(line => `  ${line}`).join('\n')}`
			: 'No desktop VS Code was found: using the served one, already installed. Nothing is downloaded.',
	);
	const server = await startServedVscode({
		extensionPath: projectRoot,
		serverDataDir: join(cacheFolder, 'vscode-data'),
		env,
	});
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void server.stop());
	const address = server.url({ folder });
	console.log(`\nVS Code with Memory Manager: ${address}\nCtrl-C stops it.`);
	if (open) openBrowser(address);
	await server.stopped;
	console.log('Stopped.');
}

try {
	process.exitCode = await main();
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
