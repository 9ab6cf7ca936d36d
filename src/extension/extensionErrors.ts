import { basename } from 'node:path';
import { messageOf } from '../engine/errors.ts';
import { visibleText } from '../protocol/text.ts';
import { SETTINGS_SECTION, settingKeys } from './ids.ts';

export type ExtensionErrorCode =
	| 'untrusted'
	| 'noScript'
	| 'unsaved'
	| 'noSession'
	| 'cannotRestart'
	| 'noDebugSession'
	| 'noPackageJson'
	| 'noPackageScripts'
	| 'brokenPackageJson'
	| 'unsavedPackageJson'
	| 'sourceMissing'
	| 'recordingMissing'
	| 'recordingInUse'
	| 'cannotRecord'
	| 'cannotDelete'
	| 'nameTaken'
	| 'badName'
	| 'runtimeMissing';

/** What can go wrong in the editor itself. Like the engine's errors: the cause and the next step, for a person. */
export class ExtensionError extends Error {
	override readonly name = 'ExtensionError';
	readonly code: ExtensionErrorCode;

	constructor(code: ExtensionErrorCode, message: string, options?: ErrorOptions) {
		super(message, options);
		this.code = code;
	}
}

const short = (text: string) => visibleText(text, 300);

export const extensionErrors = {
	untrusted: () =>
		new ExtensionError(
			'untrusted',
			'Profiling runs the script, and this workspace is not trusted. Trust the workspace to profile; recordings can be viewed without.',
		),
	noScript: () =>
		new ExtensionError(
			'noScript',
			'There is no script to profile. Open a .js, .mjs, .cjs, .ts, .mts or .cts file and try again.',
		),
	unsaved: () => new ExtensionError('unsaved', 'Node runs files. Save this one first, then profile it.'),
	noSession: () =>
		new ExtensionError('noSession', 'No script is being profiled. Start one with "Profile with memory manager".'),
	cannotRestart: () =>
		new ExtensionError('cannotRestart', 'This recording does not come from a run of this window. Profile its script.'),
	noDebugSession: () =>
		new ExtensionError(
			'noDebugSession',
			'No JavaScript debug session is active. Start debugging a Node script, then attach.',
		),
	noPackageJson: () =>
		new ExtensionError('noPackageJson', 'There is no package.json in this workspace. Run "npm init" first.'),
	noPackageScripts: (path: string) => new ExtensionError('noPackageScripts', `"${short(path)}" has no scripts.`),
	brokenPackageJson: (path: string, cause: unknown) =>
		new ExtensionError('brokenPackageJson', `"${short(path)}" is not a valid package.json. Repair it and try again.`, {
			cause,
		}),
	unsavedPackageJson: (path: string) =>
		new ExtensionError('unsavedPackageJson', `"${short(path)}" has unsaved changes. Save it and try again.`),
	sourceMissing: (file: string) =>
		new ExtensionError(
			'sourceMissing',
			`The source "${short(file)}" is not on this machine any more, or was never a file here.`,
		),
	recordingMissing: (path: string) =>
		new ExtensionError('recordingMissing', `The recording "${short(path)}" is not there any more.`),
	recordingInUse: (path: string) =>
		new ExtensionError('recordingInUse', `"${short(basename(path))}" is still being written. Stop its script first.`),
	cannotRecord: (path: string, cause: unknown) =>
		new ExtensionError(
			'cannotRecord',
			`Recordings cannot be written to "${short(path)}": ${short(messageOf(cause))}. Set ${SETTINGS_SECTION}.${settingKeys.recordingsFolder} to a folder that can.`,
			{ cause },
		),
	cannotDelete: (path: string, cause: unknown) =>
		new ExtensionError('cannotDelete', `"${short(path)}" could not be deleted. The log says why.`, { cause }),
	nameTaken: (name: string) =>
		new ExtensionError('nameTaken', `There is already a recording "${short(name)}". Choose another name.`),
	badName: () => new ExtensionError('badName', 'A name has one to 200 characters and none of / \\ : * ? " < > |.'),
	runtimeMissing: (path: string) =>
		new ExtensionError(
			'runtimeMissing',
			`The runtime package is missing at "${short(path)}". Reinstall the extension.`,
		),
};
