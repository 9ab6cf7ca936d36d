/**
 * Libraries that a format needs and that are not part of this package: loaded when they are first used, from wherever the script has
 * them. The copy of this package that a profiler brings lies elsewhere, so the script's own folders are looked through as well.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MemoryManagerError, messageOf } from './runtimeError.ts';

const loaded = new Map<string, Promise<unknown>>();

/**
 * The module `specifier` (`h5wasm/node`), which is asked for at most once. Rejects with `missingPackage`, which names the package to
 * install and `what` it is needed for ("reading HDF5").
 */
export function loadPeer<T>(specifier: string, what: string): Promise<T> {
	let module = loaded.get(specifier);
	if (!module) {
		module = load(specifier, what);
		loaded.set(specifier, module);
		// It may be installed before the next attempt.
		module.catch(() => loaded.delete(specifier));
	}
	return module as Promise<T>;
}

/** Where `import` finds the module, for a thread or a program of its own. Rejects as `loadPeer`, without loading it. */
export function peerUrl(specifier: string, what: string): string {
	const file = findPeer(specifier);
	if (file === undefined) throw missing(specifier, what);
	return pathToFileURL(file).href;
}

async function load(specifier: string, what: string): Promise<unknown> {
	try {
		return await import(specifier);
	} catch (error) {
		if (!isAbsent(error, specifier)) throw broken(specifier, what, error);
		const file = findPeer(specifier);
		if (file === undefined) throw missing(specifier, what);
		return import(pathToFileURL(file).href).catch((cause: unknown) => {
			throw broken(specifier, what, cause);
		});
	}
}

const packageOf = (specifier: string): string =>
	specifier
		.split('/')
		.slice(0, specifier.startsWith('@') ? 2 : 1)
		.join('/');

function isAbsent(error: unknown, specifier: string): boolean {
	const { code } = (error ?? {}) as { code?: unknown };
	const absent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
	return absent && messageOf(error).includes(`'${packageOf(specifier)}'`);
}

function findPeer(specifier: string): string | undefined {
	const starts = [dirname(process.argv[1] ?? ''), process.cwd(), import.meta.dirname];
	for (const start of starts) {
		for (let folder = start; ; folder = dirname(folder)) {
			const file = fileIn(join(folder, 'node_modules'), specifier);
			if (file !== undefined) return file;
			if (folder === dirname(folder)) break;
		}
	}
	return undefined;
}

function fileIn(modules: string, specifier: string): string | undefined {
	const name = packageOf(specifier);
	const manifestFile = join(modules, name, 'package.json');
	if (!existsSync(manifestFile)) return undefined;
	const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { exports?: unknown; main?: unknown };
	const target = exported(manifest.exports, `.${specifier.slice(name.length)}`) ?? manifest.main ?? 'index.js';
	return typeof target === 'string' ? join(modules, name, target) : undefined;
}

/** The target of a manifest's `exports` for `import` under Node, in the order in which the conditions stand. */
function exported(exports: unknown, subpath: string): string | undefined {
	if (typeof exports === 'string') return subpath === '.' ? exports : undefined;
	if (typeof exports !== 'object' || exports === null) return undefined;
	const table = exports as Record<string, unknown>;
	return conditional(Object.keys(table).some(key => key.startsWith('.')) ? table[subpath] : table);
}

function conditional(target: unknown): string | undefined {
	if (typeof target === 'string') return target;
	if (typeof target !== 'object' || target === null) return undefined;
	for (const [condition, inner] of Object.entries(target)) {
		if (!['node', 'import', 'module-sync', 'default'].includes(condition)) continue;
		const found = conditional(inner);
		if (found !== undefined) return found;
	}
	return undefined;
}

function missing(specifier: string, what: string): MemoryManagerError {
	const name = packageOf(specifier);
	return new MemoryManagerError(
		'missingPackage',
		`The package "${name}" is needed for ${what} and is not installed. Install it: npm install ${name}`,
	);
}

function broken(specifier: string, what: string, cause: unknown): MemoryManagerError {
	const why = messageOf(cause).split('\n', 1)[0];
	return new MemoryManagerError(
		'missingPackage',
		`The package "${packageOf(specifier)}" is needed for ${what} and cannot be loaded: ${why}`,
		{ cause },
	);
}
