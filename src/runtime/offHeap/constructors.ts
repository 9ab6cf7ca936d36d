import { asksForSample } from './budget.ts';
import { disguise, replace, withoutOurFrames } from './disguise.ts';
import { bytesOf, isArrayBuffer, isSharedArrayBuffer, wasm } from './natives.ts';
import type { OffHeapRecorder } from './recorder.ts';
import { type Construct, type Note, wrappers } from './wrappers.ts';

type AnyFunction = (...args: never[]) => unknown;

/** Typed arrays of up to this size lie in the heap. */
export const IN_HEAP_BYTES = 64;
/** In the order of `OFF_HEAP_KINDS`. */
const KIND = { arrayBuffer: 1, sharedArrayBuffer: 2, typedArray: 3 } as const;

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

const { apply, getOwnPropertyDescriptor, setPrototypeOf } = Reflect;
const globals = globalThis as unknown as Record<string, Construct | undefined>;

/** Replaces the globals; what Node's own modules took before stays the original. */
export function hookConstructors(recorder: OffHeapRecorder): void {
	hookArrayBuffer(recorder, 'ArrayBuffer', KIND.arrayBuffer);
	hookArrayBuffer(recorder, 'SharedArrayBuffer', KIND.sharedArrayBuffer);
	for (const name of TYPED_ARRAYS) hookTypedArray(recorder, name);
	// `Buffer` inherits from what a script knows as `Uint8Array`.
	if (globals.Uint8Array) setPrototypeOf(Buffer, globals.Uint8Array);
	// All of them are followed: they grow from inside their modules.
	if (wasm)
		install(wasm, 'Memory', wrapper => (_descriptor, made) => {
			recorder.sampleMemory(made, 'new WebAssembly.Memory', wrapper());
			return made;
		});
}

function hookArrayBuffer(recorder: OffHeapRecorder, name: string, kind: number): void {
	const label = `new ${name}`;
	install(globalThis, name, (wrapper, Original) => {
		const bytes = getOwnPropertyDescriptor(Original.prototype as object, 'byteLength')?.get as () => number;
		return (length, made) => {
			// What V8 made of something that is no number, or of NaN.
			const size = typeof length === 'number' && length >= 0 ? length : apply(bytes, made, []);
			if (asksForSample(size) && size > 0) recorder.sample(made, size, kind, label, wrapper());
			return made;
		};
	});
}

function hookTypedArray(recorder: OffHeapRecorder, name: string): void {
	const label = `new ${name}`;
	install(globalThis, name, (wrapper, Original) => {
		const elementBytes = (Original as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;
		return (first, made) => {
			let size = 0;
			if (typeof first === 'number') size = first * elementBytes;
			else if (typeof first === 'object' && first !== null && !isArrayBuffer(first) && !isSharedArrayBuffer(first))
				size = bytesOf(made);
			if (size > IN_HEAP_BYTES && asksForSample(size)) recorder.sample(made, size, KIND.typedArray, label, wrapper());
			return made;
		};
	});
}

/** Both the name and `prototype.constructor`, or none: `x.constructor === Float64Array`. */
function install(
	owner: object,
	name: string,
	noteFor: (wrapper: () => AnyFunction, Original: Construct) => Note,
): void {
	const Original = (owner as Record<string, Construct | undefined>)[name];
	const make = wrappers[name];
	if (!Original || !make) return;
	const note = noteFor(() => wrapper, Original);
	const wrapper = make(Original, note, error => withoutOurFrames(error, wrapper)) as AnyFunction;
	disguise(wrapper, Original as unknown as AnyFunction);
	if (!replace(owner, name, wrapper)) return;
	if (!replace(Original.prototype as object, 'constructor', wrapper))
		replace(owner, name, Original as unknown as AnyFunction);
}
