/** Taken before the script runs: what it replaces later must not reach us, and what it replaced must not be asked. */
type Getter<T> = (this: unknown) => T;

const { apply, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;

const viewBuffer = getter<ArrayBufferLike>(typedArrayPrototype, 'buffer');
const viewBytes = getter<number>(typedArrayPrototype, 'byteLength');
const viewTag = getter<string | undefined>(typedArrayPrototype, Symbol.toStringTag);
const bufferBytes = getter<number>(ArrayBuffer.prototype, 'byteLength');
const sharedBytes = getter<number>(SharedArrayBuffer.prototype, 'byteLength');

interface Wasm {
	Memory: { prototype: object };
}
/** Absent with `--jitless`. */
export const wasm = (globalThis as { WebAssembly?: Wasm }).WebAssembly;
const memoryBuffer = wasm && getter<ArrayBufferLike>(wasm.Memory.prototype, 'buffer');

const ownHasInstance = getOwnPropertyDescriptor(Function.prototype, Symbol.hasInstance)?.value as (
	value: unknown,
) => boolean;
const [NativeArrayBuffer, NativeShared] = [ArrayBuffer, SharedArrayBuffer];
const NativeMemory = wasm?.Memory;

function getter<T>(owner: object, name: string | symbol): Getter<T> {
	const get = getOwnPropertyDescriptor(owner, name)?.get;
	if (!get) throw new TypeError(`no getter for ${String(name)}`);
	return get;
}

export function isTypedArray(value: unknown): value is NodeJS.TypedArray {
	return apply(viewTag, value, []) !== undefined;
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
	return apply(ownHasInstance, NativeArrayBuffer, [value]);
}

export function isSharedArrayBuffer(value: unknown): value is SharedArrayBuffer {
	return apply(ownHasInstance, NativeShared, [value]);
}

/** Of a typed array, whatever its class. Not for one of up to 64 bytes: V8 would move it out of the heap for the answer. */
export function bufferOf(view: unknown): ArrayBufferLike {
	return apply(viewBuffer, view, []);
}

export function bytesOf(view: unknown): number {
	return apply(viewBytes, view, []);
}

/** Bytes that an array buffer, a shared one or a WebAssembly memory has now; 0 when it was detached. */
export function backingBytes(owner: object): number {
	if (NativeMemory && memoryBuffer && apply(ownHasInstance, NativeMemory, [owner]))
		return backingBytes(apply(memoryBuffer, owner, []));
	return isSharedArrayBuffer(owner) ? apply(sharedBytes, owner, []) : apply(bufferBytes, owner, []);
}
