/**
 * Lets scripts import `memory-manager-runtime` where it is not installed: the copy that lies beside the preload answers. The
 * normal resolution is always tried first, so an installed copy wins.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithinPackage, notFound, packageTarget } from './packageTarget.ts';

interface ModuleInternals {
	_resolveFilename(request: string, ...rest: unknown[]): string;
	registerHooks?(hooks: { resolve: ResolveHook }): unknown;
	register?(url: string, options: { data: unknown }): unknown;
}
type Resolved = { url: string; format?: string; shortCircuit?: boolean };
type ResolveContext = { conditions?: readonly string[] };
type ResolveHook = (
	specifier: string,
	context: ResolveContext,
	next: (specifier: string, context?: ResolveContext) => Resolved,
) => Resolved;

/** `dir` is the package's folder; `isHooksThread` marks Node 20's loader thread, which must not register hooks itself. */
export function installResolution(dir: string, isHooksThread: boolean): void {
	const internals = Module as unknown as ModuleInternals;
	const find = finder(dir);
	patchRequire(internals, find);
	if (internals.registerHooks) internals.registerHooks({ resolve: resolveHook(find) });
	else if (!isHooksThread && internals.register) {
		// Node 20 only: later versions warn about this way, and it costs a thread and some 35 ms.
		internals.register(pathToFileURL(join(dir, 'resolveHooks.mjs')).href, { data: { dir } });
	}
}

type Find = (specifier: string, condition: 'import' | 'require') => string | undefined;

function finder(dir: string): Find {
	let manifest: unknown;
	return (specifier, condition) => {
		manifest ??= JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
		const target = packageTarget(manifest, specifier, condition);
		return target && join(dir, target);
	};
}

/** Everywhere: loaders such as tsx take `require` past the hooks. */
function patchRequire(internals: ModuleInternals, find: Find): void {
	const original = internals._resolveFilename;
	internals._resolveFilename = function (request, ...rest) {
		if (!isWithinPackage(request)) return Reflect.apply(original, this, [request, ...rest]);
		try {
			return Reflect.apply(original, this, [request, ...rest]);
		} catch (error) {
			const found = notFound(error) ? find(request, 'require') : undefined;
			if (found === undefined) throw error;
			return found;
		}
	};
}

function resolveHook(find: Find): ResolveHook {
	return (specifier, context, next) => {
		if (!isWithinPackage(specifier)) return next(specifier, context);
		try {
			return next(specifier, context);
		} catch (error) {
			const condition = context.conditions?.includes('import') ? 'import' : 'require';
			const found = notFound(error) ? find(specifier, condition) : undefined;
			if (found === undefined) throw error;
			return { url: pathToFileURL(found).href, shortCircuit: true };
		}
	};
}
