/**
 * Lets scripts import `memory-manager-runtime` where it is not installed: the copy that lies beside the preload answers. The
 * normal resolution is always tried first, so an installed copy wins.
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isWithinPackage, notFound, packageTarget } from './packageTarget.ts';

interface ModuleInternals {
	_initPaths(): void;
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

export interface ResolutionOptions {
	/** The runtime's folder. */
	dir: string;
	/** Whether `import` must be answered as well; see `mayImportRuntime`. */
	hooks: boolean;
	/** Node 20's thread for loader hooks must not register hooks itself. */
	isHooksThread: boolean;
}

export function installResolution({ dir, hooks, isHooksThread }: ResolutionOptions): void {
	const internals = Module as unknown as ModuleInternals;
	addRequirePath(internals, join(dir, 'lookup'));
	if (!hooks) return;
	if (internals.registerHooks) internals.registerHooks({ resolve: resolveHook(dir) });
	else if (!isHooksThread && internals.register) {
		// Node 20 only: later versions warn about this way, and it costs a thread and some 35 ms.
		internals.register(pathToFileURL(join(dir, 'resolveHooks.mjs')).href, { data: { dir } });
	}
}

/**
 * For `require`: a last place to look, as if it stood in NODE_PATH. No function is replaced, and loaders such as tsx, which take
 * `require` past the hooks, use it as well.
 */
function addRequirePath(internals: ModuleInternals, folder: string): void {
	const { NODE_PATH } = process.env;
	try {
		process.env.NODE_PATH = NODE_PATH ? `${NODE_PATH}${delimiter}${folder}` : folder;
		internals._initPaths();
	} finally {
		if (NODE_PATH === undefined) delete process.env.NODE_PATH;
		else process.env.NODE_PATH = NODE_PATH;
	}
}

function resolveHook(dir: string): ResolveHook {
	let manifest: unknown;
	return (specifier, context, next) => {
		if (!isWithinPackage(specifier)) return withMoreFrames(() => next(specifier, context));
		try {
			return next(specifier, context);
		} catch (error) {
			if (!notFound(error)) throw error;
			manifest ??= JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
			const condition = context.conditions?.includes('import') ? 'import' : 'require';
			const target = packageTarget(manifest, specifier, condition);
			if (target === undefined) throw error;
			return { url: pathToFileURL(join(dir, target)).href, shortCircuit: true };
		}
	};
}

/** Frames that a hook adds to the stack of a failed import: without room for them, the user's own would fall off its end. */
const ADDED_FRAMES = 8;

function withMoreFrames<T>(call: () => T): T {
	const limit = Error.stackTraceLimit;
	if (typeof limit !== 'number' || limit <= 0) return call();
	// A frozen `Error` (--frozen-intrinsics) refuses: the user's frames may then fall off.
	if (!setLimit(limit + ADDED_FRAMES)) return call();
	// No catch: Node shows the line where an error was thrown last, and that must not be ours.
	try {
		return call();
	} finally {
		setLimit(limit);
	}
}

function setLimit(limit: number): boolean {
	try {
		return Reflect.set(Error, 'stackTraceLimit', limit);
	} catch {
		return false;
	}
}
