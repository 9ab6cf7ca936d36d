import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { errors } from '../errors.ts';

export interface NodeFacts {
	path: string;
	/** Without the v: `24.21.0`. */
	version: string;
	major: number;
	minor: number;
	/** `on`: runs TypeScript as it is; `flag`: with --experimental-strip-types; `none`. */
	typescript: 'on' | 'flag' | 'none';
}

const known = new Map<string, Promise<NodeFacts>>();

/** Asks a Node binary what it is, once per file and change. Rejects with `nodeNotFound`, `notNode` or `nodeTooOld`. */
export async function nodeFacts(nodePath: string | undefined, env: NodeJS.ProcessEnv, cwd: string): Promise<NodeFacts> {
	const path = findNode(nodePath ?? 'node', env, cwd);
	const { mtimeMs, size } = statSync(path);
	// A version manager's stand-in for Node may answer by the folder that it is asked in.
	const key = `${path}\0${mtimeMs}\0${size}\0${cwd}`;
	let facts = known.get(key);
	if (!facts) {
		facts = ask(path, env, cwd);
		known.set(key, facts);
		facts.catch(() => known.delete(key));
	}
	return facts;
}

function ask(path: string, env: NodeJS.ProcessEnv, cwd: string): Promise<NodeFacts> {
	const code = 'JSON.stringify([process.versions.node,String(process.features.typescript),typeof process.versions.v8])';
	const quietEnv = { ...env, NODE_OPTIONS: undefined };
	return new Promise((done, failed) => {
		execFile(path, ['-p', code], { env: quietEnv, cwd, timeout: 10_000, windowsHide: true }, (error, stdout) => {
			if (error) return failed(errors.notNode(path, error));
			const facts = parse(path, stdout);
			if (!facts) return failed(errors.notNode(path));
			if (facts.major < 20) return failed(errors.nodeTooOld(facts.version));
			done(facts);
		});
	});
}

function parse(path: string, stdout: string): NodeFacts | undefined {
	const match = /^\["((\d+)\.(\d+)\.[^"]+)","(\w+)","string"\]\s*$/.exec(stdout);
	if (!match) return undefined;
	const [, version = '', majorText, minorText, feature] = match;
	const major = Number(majorText);
	const minor = Number(minorText);
	const on = feature === 'strip' || feature === 'transform';
	const flag = major > 22 || (major === 22 && minor >= 6);
	return { path, version, major, minor, typescript: on ? 'on' : flag ? 'flag' : 'none' };
}

function findNode(name: string, env: NodeJS.ProcessEnv, cwd: string): string {
	if (isAbsolute(name) || name.includes('/') || name.includes('\\')) {
		const path = resolve(cwd, name);
		if (isExecutable(path)) return path;
		throw errors.nodeNotFound(path);
	}
	const pathVariable = Object.keys(env).find(key => key.toUpperCase() === 'PATH');
	const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
	for (const folder of (pathVariable ? (env[pathVariable] ?? '') : '').split(delimiter)) {
		if (folder === '') continue;
		for (const suffix of suffixes) {
			const path = join(resolve(cwd, folder), name + suffix);
			if (isExecutable(path)) return path;
		}
	}
	throw errors.nodeNotFound(name);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
