import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface CommandOptions {
	readonly cwd?: string;
	readonly env?: NodeJS.ProcessEnv;
	/** `errors` keeps standard output away from the user. */
	readonly show?: 'everything' | 'errors';
	/** Printed at the start and, with the seconds, every ten seconds, so that a long step is seen to live. */
	readonly progress?: string;
}

/** Runs a command to its end and gives its exit code (128 + n for a signal is folded to 1). Rejects when it cannot start. */
export function exitCodeOf(command: string, args: readonly string[], options: CommandOptions = {}): Promise<number> {
	const { cwd, env, show = 'everything', progress } = options;
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd,
			env: env ?? process.env,
			stdio: ['ignore', show === 'everything' ? 'inherit' : 'ignore', 'inherit'],
		});
		if (progress !== undefined) console.log(`  ${progress}`);
		const started = performance.now();
		const report = () => console.log(`  ${progress}: ${Math.round((performance.now() - started) / 1000)} s`);
		const timer = progress === undefined ? undefined : setInterval(report, 10_000);
		child.once('error', error => {
			clearInterval(timer);
			reject(new Error(`${command} could not be started`, { cause: error }));
		});
		child.once('close', code => {
			clearInterval(timer);
			resolve(code ?? 1);
		});
	});
}

export async function runCommand(command: string, args: readonly string[], options?: CommandOptions): Promise<void> {
	const code = await exitCodeOf(command, args, options);
	if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}`);
}

/** The first executable file with one of these names on PATH. */
export function findOnPath(names: readonly string[], env: NodeJS.ProcessEnv = process.env): string | undefined {
	const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
	for (const name of names) {
		for (const folder of (env.PATH ?? '').split(delimiter).filter(folder => folder !== '')) {
			for (const suffix of suffixes) {
				const file = join(folder, name + suffix);
				if (isExecutable(file)) return file;
			}
		}
	}
	return undefined;
}

export function isExecutable(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return statSync(file).isFile();
	} catch {
		return false;
	}
}

/** Installs packages into `folder` without their install scripts, which neither needs a compiler nor runs foreign code. */
export async function npmInstall(folder: string, args: readonly string[], progress: string): Promise<void> {
	const cli = process.env.npm_execpath;
	const flags = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...args];
	const env: NodeJS.ProcessEnv = {
		...process.env,
		PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
	};
	// `npm run` hands its own project to children by these; the inner npm is to see only `folder`.
	for (const name of Object.keys(env))
		if (/^npm_(package|lifecycle)_|^npm_config_(local_)?prefix$/i.test(name)) delete env[name];
	const options: CommandOptions = { cwd: folder, env, show: 'errors', progress };
	if (cli?.endsWith('.js')) await runCommand(process.execPath, [cli, ...flags], options);
	else await runCommand(findOnPath(['npm']) ?? 'npm', flags, options);
}
