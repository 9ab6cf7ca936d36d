import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { RUNTIME_PACKAGE } from '../../protocol/runtimeLink.ts';

const MAX_FILES = 100;
const MAX_BYTES = 1024 * 1024;
const EXTENSIONS = [
	'',
	'.js',
	'.mjs',
	'.cjs',
	'.ts',
	'.mts',
	'.cts',
	'.tsx',
	'.jsx',
	'/index.js',
	'/index.mjs',
	'/index.cjs',
	'/index.ts',
];
/** A TypeScript import may name the file that it will be compiled to. */
const COMPILED = new Map([
	['.js', '.ts'],
	['.mjs', '.mts'],
	['.cjs', '.cts'],
]);
/** Every quoted relative path counts: imports, but also workers and children. */
const RELATIVE = /(['"`])(\.{1,2}(?:\/[^'"`\n$]*)?)\1/g;
/** Where these lead cannot be read off. */
const UNCLEAR = [
	// Loading something else than a text; comments in there are not worth telling apart.
	/\b(import|require)\s*\(\s*[^\s'"`)]/,
	/\bWorker\s*\(\s*(?!new\s+URL\b)[^\s'"`)]/,
	/\b(import|require|Worker|URL)\s*\(\s*`[^`]*\$\{/,
	// Aliases and addresses.
	/(['"])(#|file:|data:|~\/|@\/)/,
	// Somebody else's hooks.
	/\bregister(Hooks)?\s*\(/,
];

/**
 * Whether the program that starts with `mainPath` might import the runtime, read off its own files in a few ms. False only when
 * everything was read and nothing names it; packages in node_modules bring along what they need. The answer spares other scripts
 * the resolution hooks: a thread on Node 20, frames in the stack of a failed import everywhere.
 */
export function mayImportRuntime(mainPath: string | undefined, execArgv: readonly string[], nodeOptions = ''): boolean {
	if (
		mainPath === undefined ||
		[...execArgv, nodeOptions].some(option =>
			/(^|\s)(-e|-p|-pe|--eval|--print|-i|-r|--import|--require|--loader|--experimental-loader)\b/.test(option),
		)
	)
		return true;
	const main = resolve(mainPath);
	const queue = [main];
	const seen = new Set(queue);
	let bytes = 0;
	for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
		// Commands of packages have no extension.
		const file = next === main && isFile(main) ? main : existing(next);
		if (file === undefined) continue;
		let text: string;
		try {
			if (statSync(file).size > MAX_BYTES) return true;
			text = readFileSync(file, 'utf8');
		} catch {
			return true;
		}
		bytes += text.length;
		if (bytes > MAX_BYTES || text.includes(RUNTIME_PACKAGE) || UNCLEAR.some(pattern => pattern.test(text))) return true;
		for (const [, , path] of text.matchAll(RELATIVE)) {
			if (path === undefined) continue;
			const target = join(dirname(file), path);
			if (seen.has(target)) continue;
			seen.add(target);
			queue.push(target);
		}
		if (seen.size > MAX_FILES) return true;
	}
	return false;
}

/** The script file that a path means; data files are none. */
function existing(path: string): string | undefined {
	const compiled = COMPILED.get(extname(path));
	const candidates = EXTENSIONS.map(extension => path + extension);
	if (compiled) candidates.push(path.slice(0, -extname(path).length) + compiled);
	return candidates.find(candidate => /\.[cm]?[jt]sx?$/.test(candidate) && isFile(candidate));
}

function isFile(path: string): boolean {
	try {
		return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
	} catch {
		// Below a file, Node 20 throws; so do folders that may not be read.
		return false;
	}
}
