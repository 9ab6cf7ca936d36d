import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from '../../scripts/paths.ts';
import { withDeadline } from '../../src/base/deadlines.ts';
import { cleanEnvironment } from './engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from './temporaryFolder.ts';

export const CLI_MAIN = join(projectRoot, 'src', 'cli', 'main.ts');
/** Longest a command of these tests may take before it counts as hanging. */
export const COMMAND_DEADLINE_MS = 40_000;

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Our command line, run as real children in a folder of its own. */
export class CommandLine {
	readonly folder: TemporaryFolder = temporaryFolder('cli');
	readonly children: ChildProcess[] = [];

	/** A path in the folder, with this content where some is given. */
	file(name: string, content = ''): string {
		const path = join(this.folder.path, name);
		if (content !== '') writeFileSync(path, content);
		return path;
	}

	start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
		return this.spawn([CLI_MAIN, ...args], args.join(' '));
	}

	/** Any Node process of the test, ended with the others. */
	spawn(args: readonly string[], name = args.join(' ')): { child: ChildProcess; ended: Promise<Ended> } {
		const env = cleanEnvironment();
		const child = spawn(process.execPath, args, { cwd: this.folder.path, env, stdio: 'pipe' });
		this.children.push(child);
		child.stdin.end('input');
		const exit = new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
			child.once('exit', (code, signal) => resolve([code, signal])),
		);
		const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
			([[code, signal], stdout, stderr]) => ({ code, signal, stdout, stderr }),
		);
		return { child, ended: withDeadline(ended, COMMAND_DEADLINE_MS, `${name} did not end`) };
	}

	run(...args: string[]): Promise<Ended> {
		return this.start(...args).ended;
	}

	async dispose(): Promise<void> {
		for (const child of this.children.splice(0))
			if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
		await this.folder.remove();
	}
}
