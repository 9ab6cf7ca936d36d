import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LINK_VARIABLE, type Link } from '../../protocol/runtimeLink.ts';
import { errors } from '../errors.ts';
import { scriptIndex, shellQuote, splitCommandLine } from './commandLine.ts';
import type { NodeFacts } from './nodeFacts.ts';

/** Everything `spawn` needs, and nothing decided later. */
export interface LaunchPlan {
	command: string;
	args: string[];
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Run `command` by the system's shell (package scripts). */
	shell: boolean;
	/** The profiled script where one is named. */
	script?: string;
	/** What a person calls this run. */
	title: string;
}

export type PlannedTarget =
	| {
			kind: 'script';
			path: string;
			args: readonly string[];
			nodeArgs: readonly string[];
			tsxLoader?: string | undefined;
	  }
	| { kind: 'command'; args: readonly string[] }
	| { kind: 'packageScript'; folder: string; packageJson: string; name: string; line: string; args: readonly string[] };

export interface PlanInput {
	target: PlannedTarget;
	/** Absent for package scripts: the script chooses its own. */
	node?: NodeFacts;
	cwd: string;
	env: NodeJS.ProcessEnv;
	preload: string;
	link: Omit<Link, 'nodeOptions'>;
}

const TYPESCRIPT = /\.[mc]?ts$/;
export const SCRIPT_EXTENSION = /\.[mc]?[jt]s$/;
export const isTypeScript = (path: string): boolean => TYPESCRIPT.test(path);

/** Pure: what to start, so that the script sees what it would see without us, and the preload finds us. */
export function launchPlan(input: PlanInput): LaunchPlan {
	const { target, cwd } = input;
	const env = linkedEnvironment(input);
	if (target.kind === 'packageScript') {
		const line = [target.line, ...target.args.map(shellQuote)].join(' ');
		return {
			command: line,
			args: [],
			cwd: target.folder,
			env: packageEnvironment(env, target),
			shell: true,
			title: `npm run ${target.name}`,
		};
	}
	if (!input.node) throw errors.nodeNotFound('node');
	refusePermissionModel(splitCommandLine(input.env.NODE_OPTIONS ?? ''));
	if (target.kind === 'command') {
		const at = scriptIndex(target.args);
		const script = target.args[at];
		refusePermissionModel(at < 0 ? target.args : target.args.slice(0, at));
		const title = ['node', ...target.args].join(' ');
		return {
			command: input.node.path,
			args: [...target.args],
			cwd,
			env,
			shell: false,
			title,
			...(script && { script }),
		};
	}
	refusePermissionModel(target.nodeArgs);
	const args = [...target.nodeArgs, ...typescriptArgs(target, input.node), target.path, ...target.args];
	const title = target.path.split(/[\\/]/).at(-1) ?? target.path;
	return { command: input.node.path, args, cwd, env, shell: false, script: target.path, title };
}

function typescriptArgs(target: Extract<PlannedTarget, { kind: 'script' }>, node: NodeFacts): string[] {
	if (!isTypeScript(target.path) || node.typescript === 'on') return [];
	if (target.tsxLoader) return ['--import', pathToFileURL(target.tsxLoader).href];
	if (node.typescript === 'flag') return ['--experimental-strip-types'];
	throw errors.typescriptUnsupported(node.version);
}

function refusePermissionModel(options: readonly string[]): void {
	if (options.some(arg => arg === '--permission' || arg === '--experimental-permission'))
		throw errors.permissionModel();
}

function linkedEnvironment({ env, preload, link }: PlanInput): NodeJS.ProcessEnv {
	const nodeOptions = env.NODE_OPTIONS;
	const full: Link = { ...link, ...(nodeOptions !== undefined && { nodeOptions }) };
	// Our preload goes first; "http" keeps "Debugger listening on …" off stderr.
	const options = [
		'--inspect-publish-uid=http',
		'--require',
		optionQuote(preload),
		...(nodeOptions ? [nodeOptions] : []),
	];
	return { ...env, NODE_OPTIONS: options.join(' '), [LINK_VARIABLE]: JSON.stringify(full) };
}

/** What a package manager sets around a script, as far as scripts rely on it. */
function packageEnvironment(
	env: NodeJS.ProcessEnv,
	target: Extract<PlannedTarget, { kind: 'packageScript' }>,
): NodeJS.ProcessEnv {
	const bins: string[] = [];
	for (let folder = target.folder; ; folder = dirname(folder)) {
		bins.push(join(folder, 'node_modules', '.bin'));
		if (dirname(folder) === folder) break;
	}
	const path = Object.keys(env).find(key => key.toUpperCase() === 'PATH') ?? 'PATH';
	return {
		...env,
		[path]: [...bins, env[path] ?? ''].join(delimiter),
		npm_lifecycle_event: target.name,
		npm_lifecycle_script: target.line,
		npm_package_json: target.packageJson,
	};
}

/** A value inside NODE_OPTIONS: Node splits at blanks outside double quotes and takes a backslash as escape inside them. */
export function optionQuote(value: string): string {
	return /[\s"\\]/.test(value) ? `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : value;
}
