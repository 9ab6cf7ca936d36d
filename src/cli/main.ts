import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { UserError } from '../engine/errors.ts';
import { ENGINE_VERSION } from '../engine/version.ts';
import { exitCodeOf, RAISED_AGAIN, USER_ERROR_CODE } from './exitCode.ts';
import { launchTarget, recordingPath } from './launchTarget.ts';
import { addMemoryCommands } from './memoryCommands.ts';
import { parseInterval, parsePercent, parseRate } from './parseOptions.ts';
import { reportRecording } from './reportCommand.ts';
import { run } from './runCommand.ts';
import { describeSnapshot } from './snapshotCommand.ts';

interface RunFlags {
	out?: string;
	node?: string;
	samplesPerSecond?: number;
	interval?: number;
	allocations: boolean;
	offHeap: boolean;
	children: boolean;
	overheadBudget?: number;
	npmScript?: string;
	json?: string;
	quiet?: boolean;
	status: boolean;
}

function program(): Command {
	const root = new Command('memory-manager')
		.description('See where the memory of a Node.js data script goes.')
		.version(ENGINE_VERSION)
		.enablePositionalOptions()
		.exitOverride();
	root
		.command('run')
		.description('run a script, record its memory and print a summary on stderr')
		.argument('[script]', 'a .js, .mjs, .cjs, .ts, .mts or .cts file, or "node" and its own command line')
		.argument('[args...]', 'passed to the script untouched')
		.option('-o, --out <file>', 'where the recording goes (default: <script>-<date>-<time>.memrec here)')
		.option('--node <path>', 'the Node to run the script with (default: node on the PATH)')
		.option('--samples-per-second <number>', 'memory samples a second (default: 20)', parseRate)
		.option('--interval <size>', 'mean bytes between two allocation samples (default: 128KB)', parseInterval)
		.option('--no-allocations', 'leave the sampling of allocations off')
		.option('--no-off-heap', 'do not look for the lines that hold Buffers and array buffers')
		.option('--no-children', 'leave worker threads and child processes out')
		.option('--overhead-budget <percent>', 'what profiling may cost (default: 3; 0 sets no bound)', parsePercent)
		.option('--npm-script <name>', 'run a script of the nearest package.json')
		.option('--json <file>', 'write the summary as JSON to a file, too')
		.option('-q, --quiet', 'neither status line nor summary')
		.option('--no-status', 'no status line on a terminal')
		.passThroughOptions()
		.exitOverride()
		.action((script: string | undefined, args: string[], flags: RunFlags, command: Command) =>
			runAction(script === undefined ? [] : [script, ...args], flags, command),
		);
	root
		.command('report')
		.description('print what a recording holds')
		.argument('<file>', 'a .memrec file')
		.option('--json', 'as JSON')
		.exitOverride()
		.action(async (file: string, flags: { json?: boolean }) => {
			process.stdout.write(await reportRecording(resolve(file), flags.json === true));
		});
	root
		.command('snapshot')
		.description('print what a heap snapshot holds: classes, retained sizes, owners of array buffers')
		.argument('<file>', 'a .heapsnapshot file')
		.option('--compare <file>', 'print what has changed since this earlier snapshot')
		.exitOverride()
		.action(async (file: string, { compare }: { compare?: string }) => {
			const workerPath = join(runtimeDir(), '..', 'snapshotWorker.cjs');
			const flags = { workerPath, ...(compare !== undefined && { compare: resolve(compare) }) };
			process.stdout.write(await describeSnapshot(resolve(file), flags));
		});
	addMemoryCommands(root, runtimeDir);
	return root;
}

async function runAction(words: readonly string[], flags: RunFlags, command: Command): Promise<void> {
	const cwd = process.cwd();
	const target = launchTarget(words, flags.npmScript, cwd);
	if (!target) command.error('error: name a script to run', { exitCode: USER_ERROR_CODE });
	const reason = await run({
		target,
		cwd,
		runtimeDir: runtimeDir(),
		recordingPath: flags.out === undefined ? recordingPath(target, cwd, new Date()) : resolve(flags.out),
		allocations: flags.allocations,
		offHeap: flags.offHeap,
		children: flags.children,
		...(flags.overheadBudget !== undefined && { overheadBudget: flags.overheadBudget / 100 }),
		quiet: flags.quiet === true,
		status: flags.status,
		...(flags.node !== undefined && { nodePath: flags.node }),
		...(flags.samplesPerSecond !== undefined && { samplesPerSecond: flags.samplesPerSecond }),
		...(flags.interval !== undefined && { intervalBytes: flags.interval }),
		...(flags.json !== undefined && { jsonPath: flags.json }),
	});
	process.exitCode = exitCodeOf(reason);
	if (reason.kind === 'signal' && RAISED_AGAIN.includes(reason.signal)) process.kill(process.pid, reason.signal);
}

/** Beside the bundle; when run from the sources, where the build puts it. */
function runtimeDir(): string {
	const here = dirname(realpathSync(process.argv[1] ?? ''));
	const beside = join(here, 'runtime');
	return existsSync(beside) ? beside : join(here, '..', '..', 'dist', 'runtime');
}

async function main(): Promise<void> {
	// stderr belongs to the script. One of our packages calls url.parse(), for which newer Nodes print a warning there.
	process.noDeprecation = true;
	// A reader such as `head` may go before everything is written: that is no failure.
	process.stdout.on('error', error => {
		if (!('code' in error && error.code === 'EPIPE')) throw error;
	});
	try {
		await program().parseAsync();
	} catch (error) {
		if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USER_ERROR_CODE;
		else if (error instanceof UserError) {
			process.stderr.write(`${error.message}\n`);
			process.exitCode = USER_ERROR_CODE;
		} else throw error;
	}
}

void main();
