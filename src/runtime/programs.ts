/**
 * Programs that some formats need and that are not part of this package: where they are. How one is run: `childProgram.ts`.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { isString } from '../protocol/guards.ts';
import { MemoryManagerError, runtimeErrors, shownPath } from './runtimeError.ts';

export { ChildProgram, type ChildProgramOptions, ProgramError, type ProgramExit } from './childProgram.ts';

export type ProgramName = 'ffmpeg' | 'ffprobe';

/** What names a program instead of `PATH`. */
export const PROGRAM_VARIABLES: Readonly<Record<ProgramName, string>> = {
	ffmpeg: 'MEMORY_MANAGER_FFMPEG',
	ffprobe: 'MEMORY_MANAGER_FFPROBE',
};

/** All come with one package. */
const HOW_TO_GET =
	'Install FFmpeg: "apt install ffmpeg" on Debian and Ubuntu, "brew install ffmpeg" on macOS, "winget install ffmpeg" on Windows';

/**
 * The program's file: `chosen` (an option of the caller's), or else what the environment names, or else the first on `PATH`. A name without
 * a folder is looked for on `PATH` wherever it comes from. Throws `missingProgram`, which says how to get it, and `invalidOption`.
 */
export function findProgram(name: ProgramName, chosen?: string): string {
	if (chosen !== undefined && (!isString(chosen) || chosen === '' || chosen.includes('\0'))) {
		throw runtimeErrors.invalidOption(name, name, 'the path of a program', chosen);
	}
	const variable = PROGRAM_VARIABLES[name];
	const fromEnvironment = process.env[variable] || undefined;
	const wanted = chosen ?? fromEnvironment ?? name;
	const found = /[/\\]/.test(wanted) ? executable(resolve(wanted)) : onPath(wanted);
	if (found !== undefined) return found;
	if (chosen !== undefined) throw notThere(name, chosen, `the option "${name}"`);
	if (fromEnvironment !== undefined) throw notThere(name, fromEnvironment, variable);
	throw new MemoryManagerError(
		'missingProgram',
		`The program ${name} is needed here and is not on PATH. ${HOW_TO_GET}; or name it by ${variable}.`,
	);
}

function notThere(name: ProgramName, wanted: string, by: string): MemoryManagerError {
	return new MemoryManagerError(
		'missingProgram',
		`The program ${name} is needed here, but ${shownPath(wanted)}, which ${by} names, is no program that can be run. Correct it, or leave it out so that PATH counts.`,
	);
}

function onPath(name: string): string | undefined {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		// What lies in the current folder, or below it, came with the data perhaps.
		if (!isAbsolute(folder)) continue;
		const found = executable(join(folder, name));
		if (found !== undefined) return found;
	}
	return undefined;
}

function executable(path: string): string | undefined {
	// Without a shell, Windows starts nothing but these.
	const files = process.platform === 'win32' && !/\.(exe|com)$/i.test(path) ? [`${path}.exe`, `${path}.com`] : [path];
	return files.find(file => {
		try {
			accessSync(file, constants.X_OK);
			return statSync(file).isFile();
		} catch {
			return false;
		}
	});
}
