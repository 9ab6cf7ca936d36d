import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ProfileName } from '../analysis/recommendations.ts';
import { USER_ERROR_CODE } from './exitCode.ts';
import { collectIn } from './gcCommand.ts';
import { launchTarget } from './launchTarget.ts';
import { leastIntervalMs, monitor } from './monitorCommand.ts';
import { optimize, PROFILES } from './optimizeCommand.ts';
import { parseDuration, parseLimit, parsePid } from './parseOptions.ts';
import { testLimit, testText } from './testCommand.ts';

interface MonitorFlags {
	pid?: number;
	address?: string;
	duration?: number;
	interval: number;
}

interface TestFlags {
	maxMemory: number;
	node?: string;
	npmScript?: string;
	json?: boolean;
}

/** The commands that look at memory without recording it. */
export function addMemoryCommands(root: Command, runtimeDir: () => string): void {
	root
		.command('monitor')
		.description('watch the memory of this machine, and of a process: a table on a terminal, else JSON lines')
		.option('--pid <pid>', 'a process to watch from outside: its RSS', parsePid)
		.addOption(
			new Option(
				'--address <host:port>',
				'the inspector of a Node process to ask: RSS, heap, external memory',
			).conflicts('pid'),
		)
		.option('--duration <time>', 'how long, for example 60s or 5m (default: until Ctrl-C)', parseDuration)
		.option('--interval <time>', 'time between two readings (default: 1s)', parseDuration, 1_000)
		.exitOverride()
		.action(async ({ pid, address, duration, interval }: MonitorFlags) => {
			const of = pid === undefined ? {} : { pid };
			const options = { ...of, intervalMs: Math.max(interval, leastIntervalMs(of)) };
			await untilInterrupted(signal =>
				monitor(
					{
						...options,
						signal,
						...(address !== undefined && { address }),
						...(duration !== undefined && { durationMs: duration }),
					},
					process.stdout,
				),
			);
		});
	root
		.command('optimize')
		.description('recommend settings for this machine, and changes to the script of a recording')
		.argument('[recording]', 'a .memrec file')
		.option('--profile <name>', `one of ${PROFILES.join(', ')} (default: what suits the machine)`, parseProfile)
		.option('--json', 'as JSON')
		.exitOverride()
		.action(async (recording: string | undefined, flags: { profile?: ProfileName; json?: boolean }) => {
			const path = recording === undefined ? undefined : resolve(recording);
			process.stdout.write(await optimize(path, flags.profile, flags.json === true));
		});
	root
		.command('test')
		.description('run a script under a memory limit in several configurations and tell which survive, and at what cost')
		.argument('[script]', 'a script, or "node" and its own command line')
		.argument('[args...]', 'passed to the script untouched')
		.requiredOption('--max-memory <size>', 'the most RSS it may take, for example 512MB', parseLimit)
		.option('--node <path>', 'the Node to run the script with (default: node on the PATH)')
		.option('--npm-script <name>', 'run a script of the nearest package.json')
		.option('--json', 'as JSON')
		.passThroughOptions()
		.exitOverride()
		.action((script: string | undefined, args: string[], flags: TestFlags, command: Command) =>
			testAction(script === undefined ? [] : [script, ...args], flags, command, runtimeDir()),
		);
	root
		.command('gc')
		.description('force a garbage collection in a running Node process')
		.argument('<process>', "a process id, an inspector's port, or host:port")
		.addHelpText(
			'after',
			'\nA process without an inspector is asked to open one, as by "kill -USR1": Node then says so on the process\'s stderr. It is closed again.',
		)
		.exitOverride()
		.action(async (word: string) => {
			await untilInterrupted(async signal => void process.stdout.write(await collectIn(word, signal)));
		});
}

async function testAction(words: string[], flags: TestFlags, command: Command, runtimeDir: string): Promise<void> {
	const cwd = process.cwd();
	const target = launchTarget(words, flags.npmScript, cwd);
	if (!target) command.error('error: name a script to run', { exitCode: USER_ERROR_CODE });
	await untilInterrupted(async signal => {
		const result = await testLimit(
			{
				target,
				cwd,
				runtimeDir,
				maxBytes: flags.maxMemory,
				signal,
				...(flags.node !== undefined && { nodePath: flags.node }),
			},
			name => process.stderr.write(`running: ${name}\n`),
		);
		process.stdout.write(flags.json ? `${JSON.stringify(result, undefined, '\t')}\n` : testText(result));
		if (!result.best) process.exitCode = 1;
	});
}

/** The first Ctrl-C ends the work in good order, a second one ends us. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
	const controller = new AbortController();
	const abort = () => controller.abort();
	process.once('SIGINT', abort);
	process.once('SIGTERM', abort);
	try {
		await work(controller.signal);
	} finally {
		process.off('SIGINT', abort);
		process.off('SIGTERM', abort);
	}
}

function parseProfile(text: string): ProfileName {
	const found = PROFILES.find(name => name === text);
	if (!found) throw new InvalidArgumentError(`Give one of ${PROFILES.join(', ')}.`);
	return found;
}
