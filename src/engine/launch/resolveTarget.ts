import { readFileSync, type Stats, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { isRecord, isString } from '../../protocol/guards.ts';
import { parseJson } from '../../protocol/recording.ts';
import { errors } from '../errors.ts';
import type { LaunchTarget } from '../sessionTypes.ts';
import { nodeCommand } from './commandLine.ts';
import { isTypeScript, type PlannedTarget, SCRIPT_EXTENSION } from './launchPlan.ts';
import { type NodeFacts, nodeFacts } from './nodeFacts.ts';

/** Looks at the disk for what the plan must know; rejects with the catalogue's errors. */
export async function resolveTarget(
	target: LaunchTarget,
	nodePath: string | undefined,
	env: NodeJS.ProcessEnv,
	cwd: string,
): Promise<{ target: PlannedTarget; node?: NodeFacts }> {
	if (target.kind === 'packageScript') return { target: packageScript(target) };
	if (!isFolder(cwd)) throw errors.cwdNotFound(cwd);
	if (target.kind === 'command') {
		const [command, ...args] = nodeCommand(target.command);
		const named = command !== 'node';
		return { target: { kind: 'command', args }, node: await nodeFacts(named ? command : nodePath, env, cwd) };
	}
	const path = resolve(cwd, target.path);
	if (!isFile(path)) throw errors.scriptNotFound(path);
	if (!SCRIPT_EXTENSION.test(path)) throw errors.notAScript(path);
	const node = await nodeFacts(nodePath, env, cwd);
	const tsxLoader = isTypeScript(path) && node.typescript !== 'on' ? findTsx(path, cwd) : undefined;
	return { target: { kind: 'script', path, args: target.args, nodeArgs: target.nodeArgs ?? [], tsxLoader }, node };
}

/** Names of the scripts in a package.json; empty when there are none. Throws `cannotRead`. */
export function packageScripts(packageJson: string): Record<string, string> {
	let text: string;
	try {
		text = readFileSync(packageJson, 'utf8');
	} catch (error) {
		throw errors.cannotRead(packageJson, error);
	}
	const value = parseJson(text);
	if (!isRecord(value)) throw errors.cannotRead(packageJson, new Error('it is not JSON'));
	if (!isRecord(value.scripts)) return {};
	return Object.fromEntries(
		Object.entries(value.scripts).filter((entry): entry is [string, string] => isString(entry[1])),
	);
}

function packageScript(target: Extract<LaunchTarget, { kind: 'packageScript' }>): PlannedTarget {
	const packageJson = resolve(target.packageJson);
	const scripts = packageScripts(packageJson);
	const line = Object.hasOwn(scripts, target.name) ? scripts[target.name] : undefined;
	if (line === undefined) throw errors.packageScriptMissing(target.name, packageJson, Object.keys(scripts));
	return {
		kind: 'packageScript',
		folder: dirname(packageJson),
		packageJson,
		name: target.name,
		line,
		args: target.args,
	};
}

function findTsx(script: string, cwd: string): string | undefined {
	for (const from of [script, resolve(cwd, 'noop.js')]) {
		try {
			return createRequire(from).resolve('tsx');
		} catch {
			// Not installed there: the next place, then the plan's own error.
		}
	}
	return undefined;
}

const isFile = (path: string): boolean => statsOf(path)?.isFile() ?? false;
const isFolder = (path: string): boolean => statsOf(path)?.isDirectory() ?? false;

function statsOf(path: string): Stats | undefined {
	try {
		return statSync(path);
	} catch {
		// Not there, not ours to see, or no path at all: the caller's error names it.
		return undefined;
	}
}
