import type { SnapshotCost } from '../analysis/snapshotCost.ts';
import { formatBytes } from '../protocol/units.ts';

/** Everything that can go wrong for a user of the engine: one factory each, a code, and the fix in the text. */
export type UserErrorCode =
	| 'nodeNotFound'
	| 'notNode'
	| 'nodeTooOld'
	| 'scriptNotFound'
	| 'notAScript'
	| 'cwdNotFound'
	| 'typescriptUnsupported'
	| 'packageScriptMissing'
	| 'notANodeCommand'
	| 'permissionModel'
	| 'inspectorFailed'
	| 'didNotAnswer'
	| 'spawnFailed'
	| 'attachFailed'
	| 'notARecording'
	| 'emptyRecording'
	| 'newerRecording'
	| 'cannotRead'
	| 'cannotWrite'
	| 'badSnapshot'
	| 'snapshotTooLarge'
	| 'notRunning'
	| 'notSampled'
	| 'noSuchProcess'
	| 'notANodeProcess'
	| 'inspectorUnavailable';

/** An error whose message is one or two sentences for the user: the cause and the next step. */
export class UserError extends Error {
	override readonly name = 'UserError';
	readonly code: UserErrorCode;

	constructor(code: UserErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

export const errors = {
	nodeNotFound: (path: string) =>
		new UserError(
			'nodeNotFound',
			`Node was not found at "${path}". Set memoryManager.nodePath (or --node) to the Node to use.`,
		),
	notNode: (path: string, cause?: unknown) =>
		new UserError(
			'notNode',
			`"${path}" is not Node: it did not answer --version as Node does. Set memoryManager.nodePath (or --node) to the Node to use.`,
			{ cause },
		),
	nodeTooOld: (version: string) =>
		new UserError(
			'nodeTooOld',
			`Node ${version} is too old to be profiled: 20 or newer is needed. Set memoryManager.nodePath (or --node).`,
		),
	scriptNotFound: (path: string) =>
		new UserError('scriptNotFound', `There is no script at "${path}". Check the path and the working directory.`),
	notAScript: (path: string) =>
		new UserError(
			'notAScript',
			`"${path}" is not a Node script. Profile a .js, .mjs, .cjs, .ts, .mts or .cts file, a package.json script, or a node command.`,
		),
	cwdNotFound: (path: string) =>
		new UserError('cwdNotFound', `There is no folder "${path}" to run the script in. Check the working directory.`),
	typescriptUnsupported: (version: string) =>
		new UserError(
			'typescriptUnsupported',
			`Node ${version} does not run TypeScript by itself and tsx is not installed here. Use Node 22.18 or newer, or run "npm install --save-dev tsx".`,
		),
	packageScriptMissing: (name: string, file: string, known: readonly string[]) =>
		new UserError(
			'packageScriptMissing',
			`There is no script "${name}" in "${file}".${known.length > 0 ? ` It has: ${known.join(', ')}.` : ''}`,
		),
	notANodeCommand: (command: string) =>
		new UserError(
			'notANodeCommand',
			`"${command}" does not start Node. Give a command line that begins with node, or a script.`,
		),
	permissionModel: () =>
		new UserError(
			'permissionModel',
			"The script runs under Node's permission model, which keeps the inspector and the recording link out. Profile it without --permission.",
		),
	inspectorFailed: (reason: string) => new UserError('inspectorFailed', `Node could not open its inspector: ${reason}`),
	didNotAnswer: (seconds: number) =>
		new UserError(
			'didNotAnswer',
			`The process did not start Node within ${seconds} s, so there is nothing to profile. Check that the command runs a node process.`,
		),
	spawnFailed: (command: string, cause: unknown) =>
		new UserError('spawnFailed', `"${command}" could not be started: ${messageOf(cause)}`, { cause }),
	attachFailed: (address: string, cause: unknown) =>
		new UserError(
			'attachFailed',
			`No Node inspector answers at ${address} (${messageOf(cause)}). Start the script with "node --inspect" and check host and port.`,
			{ cause },
		),
	notARecording: (path: string) =>
		new UserError('notARecording', `"${path}" is not a Memory Manager recording: its first line is not a header.`),
	emptyRecording: (path: string) =>
		new UserError('emptyRecording', `"${path}" is empty: the recording ended before anything was written.`),
	newerRecording: (path: string, format: number) =>
		new UserError(
			'newerRecording',
			`"${path}" was written by a newer Memory Manager (format ${format}). Update the extension to open it.`,
		),
	cannotRead: (path: string, cause: unknown) =>
		new UserError('cannotRead', `"${path}" could not be read: ${messageOf(cause)}`, { cause }),
	cannotWrite: (path: string, cause: unknown) =>
		new UserError(
			'cannotWrite',
			`"${path}" could not be written: ${messageOf(cause)}. The session goes on without a recording.`,
			{ cause },
		),
	cannotWriteReport: (path: string, cause: unknown) =>
		new UserError('cannotWrite', `The summary "${path}" could not be written: ${messageOf(cause)}.`, { cause }),
	cannotWriteSnapshot: (path: string, cause: unknown) =>
		new UserError('cannotWrite', `The heap snapshot "${path}" could not be written: ${messageOf(cause)}.`, { cause }),
	snapshotTakesTooMuch: (cost: SnapshotCost, where: 'machine' | 'container', left: number) =>
		new UserError(
			'snapshotTooLarge',
			`A heap snapshot of ${formatBytes(cost.heapUsedBytes)} of heap may need ${formatBytes(cost.neededBytes)} of memory, and the ${where} has ${formatBytes(left)} left. Use the allocations view, or take the snapshot earlier in the run.`,
		),
	badSnapshot: (path: string, fault: string) =>
		new UserError('badSnapshot', `"${path}" cannot be read as a heap snapshot: ${fault}`),
	snapshotTooLarge: (path: string, needed: string, available: string) =>
		new UserError(
			'snapshotTooLarge',
			`Opening "${path}" needs about ${needed} of memory and ${available} are available. Close other programs, or open it on a larger machine.`,
		),
	noSuchProcess: (pid: number) =>
		new UserError('noSuchProcess', `There is no process ${pid}. Look its number up with "ps" and try again.`),
	notANodeProcess: (pid: number) =>
		new UserError('notANodeProcess', `Process ${pid} is not Node, or not yours to look at; it was left alone.`),
	inspectorPortTaken: (pid: number, port: number, other: number) =>
		new UserError(
			'inspectorUnavailable',
			`Process ${pid} could not open its inspector: port ${port} belongs to process ${other}. End that one's inspector, or start the script with "node --inspect-port=0".`,
		),
	inspectorNotOpened: (pid: number, port: number) =>
		new UserError(
			'inspectorUnavailable',
			`Process ${pid} did not open its inspector on port ${port}. It may be busy in one long call, or handle SIGUSR1 itself; start it with "node --inspect".`,
		),
	cannotSignal: (pid: number, cause: unknown) =>
		new UserError(
			'inspectorUnavailable',
			`Process ${pid} could not be asked to open its inspector: ${messageOf(cause)}.`,
			{
				cause,
			},
		),
	nothingToAskFor: (word: string) =>
		new UserError(
			'noSuchProcess',
			`"${word}" is neither the number of a process nor an inspector's port or host:port. Give one of them.`,
		),
	notRunning: () => new UserError('notRunning', 'The script is not running any more.'),
	processNotRunning: () =>
		new UserError('notRunning', 'This process is not running any more, or can only be seen from outside.'),
	notSampled: () =>
		new UserError(
			'notSampled',
			'Allocation sampling does not run in this process: it was switched off, or many others were sampled when it began.',
		),
};

export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
