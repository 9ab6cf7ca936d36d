/** What a wrapper needs in order to pass for the built-in that it stands for. */
type AnyFunction = (...args: never[]) => unknown;

const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, set, setPrototypeOf } = Reflect;
const { captureStackTrace } = Error;
const originals = new WeakMap<object, AnyFunction>();
const findOriginal = originals.get.bind(originals);

/** Name, length, prototype chain and own properties of the original, in its order; `prototype` is the same object. */
export function disguise(wrapper: AnyFunction, original: AnyFunction): void {
	const { prototype } = original as { prototype?: unknown };
	// An assignment: a prototype set by `defineProperty` makes `instanceof` six times as slow.
	if (prototype !== undefined) (wrapper as { prototype?: unknown }).prototype = prototype;
	setPrototypeOf(wrapper, getPrototypeOf(original));
	for (const key of ownKeys(original)) {
		if (key === 'prototype') continue;
		defineProperty(wrapper, key, getOwnPropertyDescriptor(original, key) as PropertyDescriptor);
	}
	originals.set(wrapper, original);
}

/** Puts a wrapper in the place of `owner[name]`, with the attributes of what was there. False where it cannot be replaced. */
export function replace(owner: object, name: string | symbol, wrapper: AnyFunction): boolean {
	const present = getOwnPropertyDescriptor(owner, name);
	if (!present || !('value' in present)) return false;
	if (present.configurable) return defineProperty(owner, name, { ...present, value: wrapper });
	return present.writable === true && set(owner, name, wrapper);
}

/** `String(Buffer.alloc)` shows the source of the original. */
export function disguiseSources(): void {
	const original = Function.prototype.toString;
	const wrapper = {
		toString(this: AnyFunction) {
			try {
				return apply(original, (typeof this === 'function' && findOriginal(this)) || this, []);
			} catch (error) {
				throw withoutOurFrames(error, wrapper);
			}
		},
	}.toString;
	disguise(wrapper, original);
	replace(Function.prototype, 'toString', wrapper);
}

const OURS = /[/\\](?:preload(?:Guest)?\.cjs|runtime[/\\]offHeap[/\\]\w+\.ts):\d/;
const FRAME = /^ {4}at /;

/** The error as it would have been without `called` on the stack: what the original adds above it stays. */
export function withoutOurFrames(error: unknown, called: AnyFunction): unknown {
	try {
		const target = error as { stack?: unknown };
		if (typeof error !== 'object' || error === null || typeof target.stack !== 'string') return error;
		const lines = target.stack.split('\n');
		const first = lines.findIndex(line => OURS.test(line));
		if (first < 0) return error;
		// Of those below, one more than is there now: our frame took a place.
		const below: { stack?: unknown } = {};
		captureStackTrace(below, called);
		if (typeof below.stack !== 'string') return error;
		const head = lines.slice(0, first);
		const kept = head.filter(line => FRAME.test(line)).length;
		const tail = below.stack.split('\n').filter(line => FRAME.test(line));
		const stack = [...head, ...tail.slice(0, Math.max(0, Error.stackTraceLimit - kept))].join('\n');
		set(target, 'stack', stack);
	} catch {
		// A stack of its own kind: it stays as it is.
	}
	return error;
}
