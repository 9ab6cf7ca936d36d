import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { LaunchTarget } from '../engine/sessionTypes.ts';

/** What the words after `run` ask for. `undefined` when they name nothing to run. */
export function launchTarget(
	words: readonly string[],
	npmScript: string | undefined,
	cwd: string,
): LaunchTarget | undefined {
	if (npmScript !== undefined) {
		return { kind: 'packageScript', packageJson: nearestPackageJson(cwd), name: npmScript, args: words };
	}
	const [first, ...args] = words;
	if (first === undefined) return undefined;
	if (isNode(first)) return { kind: 'command', command: words.map(quoted).join(' ') };
	return { kind: 'script', path: first, args };
}

const isNode = (word: string): boolean => /^node(\.exe)?$/i.test(basename(word.replaceAll('\\', '/')));

/** The word as the engine's command line reader takes it apart again: any word comes through unchanged. */
export const quoted = (word: string): string => `"${word.replace(/["\\]/g, '\\$&')}"`;

/** In `cwd` or the next folder above; when there is none the engine says that it could not read the one in `cwd`. */
function nearestPackageJson(cwd: string): string {
	for (let folder = resolve(cwd); ; folder = dirname(folder)) {
		const file = join(folder, 'package.json');
		if (existsSync(file)) return file;
		if (folder === dirname(folder)) return join(cwd, 'package.json');
	}
}

/** `flights-20260131-174502.memrec` in `cwd`, or with `-2`, `-3` … where that exists. */
export function recordingPath(target: LaunchTarget, cwd: string, now: Date): string {
	const name = nameOf(target)
		.replace(/[^\p{L}\p{N}._-]+/gu, '-')
		.slice(0, 60);
	const two = (n: number) => String(n).padStart(2, '0');
	const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
	const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
	for (let n = 1; ; n++) {
		const path = join(cwd, `${name}-${date}-${time}${n > 1 ? `-${n}` : ''}.memrec`);
		if (!existsSync(path)) return path;
	}
}

function nameOf(target: LaunchTarget): string {
	if (target.kind === 'packageScript') return target.name;
	if (target.kind === 'command') return 'node';
	return basename(target.path, extname(target.path));
}
