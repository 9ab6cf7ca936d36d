import { asksForSample } from './budget.ts';
import { disguise, replace, withoutOurFrames } from './disguise.ts';
import { bytesOf, isArrayBuffer, isSharedArrayBuffer, wasm } from './natives.ts';
import type { OffHeapRecorder } from './recorder.ts';

type Construct = new (...args: unknown[]) => object;
type AnyFunction = (...args: never[]) => unknown;

/** Typed arrays of up to this size lie in the heap. */
export const IN_HEAP_BYTES = 64;
const KIND = { arrayBuffer: 1, sharedArrayBuffer: 2, typedArray: 3, wasmMemory: 4 } as const;

const TYPED_ARRAYS = [
	'Int8Array',
	'Uint8Array',
	'Uint8ClampedArray',
	'Int16Array',
	'Uint16Array',
	'Int32Array',
	'Uint32Array',
	'Float16Array',
	'Float32Array',
	'Float64Array',
	'BigInt64Array',
	'BigUint64Array',
] as const;

const { apply, construct } = Reflect;
const globals = globalThis as unknown as Record<string, Construct | undefined>;

/** Replaces the globals; what Node's own modules took before stays the original. */
export function hookConstructors(recorder: OffHeapRecorder): void {
	hookArrayBuffer(recorder, 'ArrayBuffer', KIND.arrayBuffer, bytesGetter(ArrayBuffer.prototype));
	hookArrayBuffer(recorder, 'SharedArrayBuffer', KIND.sharedArrayBuffer, bytesGetter(SharedArrayBuffer.prototype));
	for (const name of TYPED_ARRAYS) hookTypedArray(recorder, name);
	// `Buffer` inherits from what a script knows as `Uint8Array`.
	if (globals.Uint8Array) Reflect.setPrototypeOf(Buffer, globals.Uint8Array);
	hookMemory(recorder);
}

function bytesGetter(prototype: object): () => number {
	return Reflect.getOwnPropertyDescriptor(prototype, 'byteLength')?.get as () => number;
}

function hookArrayBuffer(recorder: OffHeapRecorder, name: string, kind: number, bytes: () => number): void {
	const Original = globals[name];
	if (!Original) return;
	const label = `new ${name}`;
	const wrapper = function (this: unknown, length: unknown, options?: unknown): object {
		let made: object;
		try {
			if (new.target === (wrapper as unknown)) {
				made = options === undefined ? new Original(length) : new Original(length, options);
			} else if (new.target === undefined) return (Original as unknown as (length: unknown) => object)(length);
			else made = construct(Original, [length, options], new.target);
		} catch (error) {
			throw withoutOurFrames(error, wrapper as unknown as AnyFunction);
		}
		// Whatever V8 made of it: NaN makes an empty buffer.
		const size = typeof length === 'number' ? length : apply(bytes, made, []);
		if (size > 0 && asksForSample(size)) sample(made, size);
		return made;
	} as unknown as Construct;
	const sample = (made: object, size: number): void =>
		recorder.sample(made, size, kind, label, wrapper as unknown as AnyFunction);
	install(name, Original, wrapper);
}

function hookTypedArray(recorder: OffHeapRecorder, name: string): void {
	const Original = globals[name] as (Construct & { BYTES_PER_ELEMENT: number }) | undefined;
	if (!Original) return;
	const label = `new ${name}`;
	const elementBytes = Original.BYTES_PER_ELEMENT;
	const wrapper = function (this: unknown, a: unknown, b?: unknown, c?: unknown): object {
		let made: object;
		try {
			if (new.target === (wrapper as unknown))
				made = b === undefined && c === undefined ? new Original(a) : new Original(a, b, c);
			else if (new.target === undefined) return (Original as unknown as (a: unknown) => object)(a);
			else made = construct(Original, [a, b, c], new.target);
		} catch (error) {
			throw withoutOurFrames(error, wrapper as unknown as AnyFunction);
		}
		if (typeof a === 'number') {
			const size = a * elementBytes;
			if (size > IN_HEAP_BYTES && asksForSample(size)) sample(made, size);
		} else if (typeof a === 'object' && a !== null) madeFrom(a, made);
		return made;
	} as unknown as Construct;
	const sample = (made: object, size: number): void =>
		recorder.sample(made, size, KIND.typedArray, label, wrapper as unknown as AnyFunction);
	const madeFrom = (source: object, made: object): void => {
		if (isArrayBuffer(source) || isSharedArrayBuffer(source)) return;
		const size = bytesOf(made);
		if (size > IN_HEAP_BYTES && asksForSample(size)) sample(made, size);
	};
	install(name, Original, wrapper);
}

/** Always sampled: there are few of them, and they grow from inside their modules. */
function hookMemory(recorder: OffHeapRecorder): void {
	const Original = wasm?.Memory as unknown as Construct | undefined;
	if (!wasm || !Original) return;
	const wrapper = function (this: unknown, descriptor: unknown): object {
		let made: object;
		try {
			if (new.target === undefined) return (Original as unknown as (descriptor: unknown) => object)(descriptor);
			made =
				new.target === (wrapper as unknown) ? new Original(descriptor) : construct(Original, [descriptor], new.target);
		} catch (error) {
			throw withoutOurFrames(error, wrapper as unknown as AnyFunction);
		}
		recorder.sampleMemory(made, 'new WebAssembly.Memory', wrapper as unknown as AnyFunction);
		return made;
	} as unknown as Construct;
	disguise(wrapper as unknown as AnyFunction, Original as unknown as AnyFunction);
	if (!replace(wasm, 'Memory', wrapper as unknown as AnyFunction)) return;
	replace((Original as unknown as { prototype: object }).prototype, 'constructor', wrapper as unknown as AnyFunction);
}

function install(name: string, Original: Construct, wrapper: Construct): void {
	const { prototype } = Original as unknown as { prototype: object };
	disguise(wrapper as unknown as AnyFunction, Original as unknown as AnyFunction);
	// Both or none: `x.constructor === Float64Array`.
	if (!replace(globalThis, name, wrapper as unknown as AnyFunction)) return;
	if (!replace(prototype, 'constructor', wrapper as unknown as AnyFunction))
		replace(globalThis, name, Original as unknown as AnyFunction);
}
