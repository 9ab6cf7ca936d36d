import { AsyncLocalStorage } from 'node:async_hooks';
import { fileURLToPath } from 'node:url';
import type { Site } from '../../protocol/entries.ts';

/** Frames looked at for one that lies in a file: between us and the user may stand natives such as `Array.map`. */
const FRAMES = 4;

type AnyFunction = (...args: never[]) => unknown;
type AnyClass = abstract new (...args: never[]) => unknown;

let behalf: AsyncLocalStorage<Site | undefined> | undefined;

/**
 * Runs `fn` on behalf of a caller who stands at `site`: what it makes and opens, also later and asynchronously, is reported with his
 * place and not with one of ours.
 */
export function calledFrom<T>(site: Site | undefined, fn: () => T): T {
	behalf ??= new AsyncLocalStorage();
	return behalf.run(site, fn);
}

/**
 * Where the function or class `called` was called from, in positions of the running file: source maps are applied by the reader.
 * About 10 µs. `undefined` when the stack cannot be read (a frozen `Error`, code without a file).
 */
export function callSiteOf(called: AnyFunction | AnyClass): Site | undefined {
	const caller = behalf?.getStore();
	if (caller) return caller;
	try {
		return withStructuredStacks(() => {
			const holder: { stack?: unknown } = {};
			Error.captureStackTrace(holder, called as AnyFunction);
			const frames = Array.isArray(holder.stack) ? (holder.stack as NodeJS.CallSite[]) : [];
			for (const frame of frames) {
				const site = siteOf(frame);
				if (site) return site;
			}
			return undefined;
		});
	} catch {
		return undefined;
	}
}

function withStructuredStacks<T>(read: () => T): T {
	const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
	const limit = Error.stackTraceLimit;
	// Each by itself and without a throw: where the script froze one of them, the other must still be put back.
	const structured = Reflect.set(Error, 'prepareStackTrace', (_error: Error, frames: NodeJS.CallSite[]) => frames);
	const limited = structured && Reflect.set(Error, 'stackTraceLimit', FRAMES);
	try {
		return read();
	} finally {
		if (limited) Reflect.set(Error, 'stackTraceLimit', limit);
		if (structured && prepare) Reflect.defineProperty(Error, 'prepareStackTrace', prepare);
		else if (structured) Reflect.deleteProperty(Error, 'prepareStackTrace');
	}
}

function siteOf(frame: NodeJS.CallSite): Site | undefined {
	const file = frame.getFileName();
	const line = frame.getLineNumber();
	const column = frame.getColumnNumber();
	if (!file || file.startsWith('node:') || line === null || column === null) return undefined;
	const functionName = frame.getFunctionName();
	return {
		file: file.startsWith('file:') ? fileURLToPath(file) : file,
		line,
		column,
		...(functionName && { functionName }),
	};
}
