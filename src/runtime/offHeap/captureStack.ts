/** Frames kept of a stack: deeper ones are cut off at the outer end. */
const MAX_FRAMES = 48;

const { captureStackTrace } = Error;
const { getOwnPropertyDescriptor, set, defineProperty, deleteProperty } = Reflect;
const structured = (_error: unknown, sites: NodeJS.CallSite[]): NodeJS.CallSite[] => sites;

/**
 * The stack below `called`, innermost frame first, asynchronous callers included.
 * What the script set for stacks is put back; where it froze `Error`, there is no stack. 2 to 5 µs.
 */
export function captureStack(called: (...args: never[]) => unknown): NodeJS.CallSite[] {
	const prepare = getOwnPropertyDescriptor(Error, 'prepareStackTrace');
	const limit = getOwnPropertyDescriptor(Error, 'stackTraceLimit');
	const isStructured = set(Error, 'prepareStackTrace', structured);
	const isLimited = isStructured && set(Error, 'stackTraceLimit', MAX_FRAMES);
	let sites: unknown;
	try {
		const holder: { stack?: unknown } = {};
		captureStackTrace(holder, called);
		sites = holder.stack;
	} finally {
		if (isLimited) restore('stackTraceLimit', limit);
		if (isStructured) restore('prepareStackTrace', prepare);
	}
	return Array.isArray(sites) ? (sites as NodeJS.CallSite[]) : [];
}

function restore(name: string, before: PropertyDescriptor | undefined): void {
	if (before) defineProperty(Error, name, before);
	else deleteProperty(Error, name);
}
