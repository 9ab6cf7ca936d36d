import { syncBuiltinESMExports } from 'node:module';
import { asksForSample, budget, COUNTED } from './budget.ts';
import { IN_HEAP_BYTES } from './constructors.ts';
import { disguise, replace, withoutOurFrames } from './disguise.ts';
import { backingBytes, bufferOf, bytesOf, isArrayBuffer, isSharedArrayBuffer, isTypedArray } from './natives.ts';
import { hookOrigins } from './origins.ts';
import type { OffHeapRecorder } from './recorder.ts';

type AnyFunction = (...args: never[]) => unknown;
type Method = (this: unknown, ...args: unknown[]) => unknown;

const KIND = { buffer: 0, arrayBuffer: 1, sharedArrayBuffer: 2, typedArray: 3, received: 5 } as const;
/** Objects looked into for the buffers of a clone or a message, and how deep. */
const MAX_LOOKED_AT = 256;
const MAX_DEPTH = 3;

const { apply, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { isArray } = Array;
const { values } = Object;

/** What the built-ins make inside themselves, seen when they return. */
export function hookResults(recorder: OffHeapRecorder): void {
	const typedArrays = getPrototypeOf(Uint8Array.prototype) as object;
	for (const name of ['toReversed', 'toSorted', 'with']) hookResult(recorder, typedArrays, name, KIND.typedArray);
	hookResult(recorder, TextEncoder.prototype, 'encode', KIND.buffer);
	hookClones(recorder, globalThis, 'structuredClone', 'structuredClone');
	hookMoved(recorder, 'transfer');
	hookMoved(recorder, 'transferToFixedLength');
	hookGrowth(recorder, ArrayBuffer.prototype, 'resize', KIND.arrayBuffer);
	hookGrowth(recorder, SharedArrayBuffer.prototype, 'grow', KIND.sharedArrayBuffer);
	const v8 = builtin('node:v8');
	if (v8) hookClones(recorder, v8, 'deserialize', 'v8.deserialize');
	hookMessages(recorder);
	hookSmallFiles(recorder);
	hookOrigins(recorder.origins, () => recorder.isRecording);
	syncBuiltinESMExports();
}

/** What is not loaded with Node itself is hooked once the script has loaded it: asked at every drain. */
export function lateHooks(recorder: OffHeapRecorder): () => void {
	const list = (process as unknown as { moduleLoadList?: readonly string[] }).moduleLoadList;
	const waiting = new Map([
		['NativeModule crypto', hookRandomBytes],
		['NativeModule internal/streams/readable', hookArrivals],
	]);
	let known = 0;
	return () => {
		if (!isArray(list) || waiting.size === 0 || list.length === known) return;
		for (; known < list.length; known++) {
			const name = list[known] as string;
			const late = waiting.get(name);
			waiting.delete(name);
			try {
				late?.(recorder);
			} catch {
				// Made of something else than expected: it stays unattributed.
			}
		}
	};
}

function builtin(name: string): object | undefined {
	try {
		return require(name) as object;
	} catch {
		return undefined;
	}
}

/** A wrapper that looks at what `original` returned. As a method it has neither `prototype` nor `new`, like most built-ins. */
function hook(
	owner: object,
	name: string | symbol,
	after: (result: unknown, wrapper: AnyFunction, self: unknown, left: number) => void,
	before?: (self: unknown) => number,
): boolean {
	const original = (owner as Record<string | symbol, unknown>)[name] as Method | undefined;
	if (typeof original !== 'function') return false;
	const call = (self: unknown, args: unknown[]): unknown => {
		const left = before ? before(self) : (budget[COUNTED] as number);
		let result: unknown;
		try {
			result = apply(original, self, args);
		} catch (error) {
			throw withoutOurFrames(error, wrapper as AnyFunction);
		}
		try {
			after(result, wrapper as AnyFunction, self, left);
		} catch {
			// Its size cannot be read: it stays unattributed.
		}
		return result;
	};
	const wrapper: Method = likeOriginal(original, call);
	disguise(wrapper as AnyFunction, original as AnyFunction);
	return replace(owner, name, wrapper as AnyFunction);
}

/** Built-ins written in JavaScript as functions have a `prototype`, methods have none. */
function likeOriginal(original: Method, call: (self: unknown, args: unknown[]) => unknown): Method {
	if (getOwnPropertyDescriptor(original, 'prototype'))
		return function (this: unknown, ...args: unknown[]): unknown {
			return call(this, args);
		};
	return {
		method(this: unknown, ...args: unknown[]): unknown {
			return call(this, args);
		},
	}.method;
}

function hookResult(recorder: OffHeapRecorder, owner: object, name: string, kind: number): void {
	const label = name === 'encode' ? 'TextEncoder.encode' : name;
	hook(owner, name, (made, wrapper, _self, counted) => {
		if (budget[COUNTED] !== counted) return;
		const bytes = bytesOf(made);
		if (bytes > IN_HEAP_BYTES && asksForSample(bytes)) recorder.sample(made as object, bytes, kind, label, wrapper);
	});
}

function hookClones(recorder: OffHeapRecorder, owner: object, name: string, label: string): boolean {
	return hook(owner, name, (made, wrapper) => noteReceived(recorder, made, label, wrapper));
}

/** `transfer` moves the memory to another object: what is known of it moves along. */
function hookMoved(recorder: OffHeapRecorder, name: string): void {
	hook(ArrayBuffer.prototype, name, (made, wrapper, self) =>
		recorder.moved(self as object, made as object, `ArrayBuffer.${name}`, wrapper),
	);
}

function hookGrowth(recorder: OffHeapRecorder, owner: object, name: string, kind: number): void {
	const label = `${kind === KIND.arrayBuffer ? 'ArrayBuffer' : 'SharedArrayBuffer'}.${name}`;
	hook(
		owner,
		name,
		(_made, wrapper, self, before) => {
			const bytes = backingBytes(self as object) - before;
			if (bytes > 0 && asksForSample(bytes)) recorder.sample(self as object, bytes, kind, label, wrapper, before);
		},
		self => (isArrayBuffer(self) || isSharedArrayBuffer(self) ? backingBytes(self) : 0),
	);
}

/** Read by Node 26 in one piece in C++, up to this size; anything else reads into `Buffer.allocUnsafeSlow`. */
const ONE_ROUND_TRIP_BYTES = 512 * 1024;

function hookSmallFiles(recorder: OffHeapRecorder): void {
	const [major = '0'] = process.versions.node.split('.');
	if (Number(major) < 26) return;
	const { promises } = require('node:fs') as typeof import('node:fs');
	const owner = promises as unknown as Record<string, Method>;
	const original = owner.readFile;
	if (typeof original !== 'function') return;
	// An `async` function like the original; what it gives is settled a turn of the microtasks later.
	const { wrapper } = {
		async wrapper(this: unknown, ...args: unknown[]): Promise<unknown> {
			try {
				const made = await apply(original, this, args);
				const bytes = recorder.isRecording && isTypedArray(made) ? bytesOf(made) : 0;
				if (bytes > 0 && bytes <= ONE_ROUND_TRIP_BYTES && asksForSample(bytes))
					recorder.sample(made as object, bytes, KIND.received, 'fs.promises.readFile', wrapper as AnyFunction);
				return made;
			} catch (error) {
				throw withoutOurFrames(error, wrapper as AnyFunction);
			}
		},
	};
	disguise(wrapper as AnyFunction, original as AnyFunction);
	replace(promises, 'readFile', wrapper as AnyFunction);
}

function hookRandomBytes(recorder: OffHeapRecorder): void {
	const crypto = builtin('node:crypto');
	if (!crypto) return;
	hook(crypto, 'randomBytes', (made, wrapper) => {
		const bytes = isTypedArray(made) ? bytesOf(made) : 0;
		if (bytes > 0 && asksForSample(bytes))
			recorder.sample(made as object, bytes, KIND.buffer, 'crypto.randomBytes', wrapper);
	});
	syncBuiltinESMExports();
}

/** Chunks of sockets and HTTP bodies are made in C++ and come to the script by `push`; those of files and zlib are made by `Buffer`. */
function hookArrivals(recorder: OffHeapRecorder): void {
	const { Readable } = require('node:stream') as typeof import('node:stream');
	const original = Readable.prototype.push as Method;
	const wrapper = function (this: object, chunk: unknown, encoding: unknown): unknown {
		if (typeof chunk === 'object' && chunk !== null && recorder.isRecording) {
			try {
				if (isFromNetwork(this))
					recorder.arrive(this, () => noteReceived(recorder, chunk, 'stream chunk', wrapper as AnyFunction));
				else recorder.adopt(chunk, this);
			} catch {
				// A stream of the script's own kind: it stays with Node's functions.
			}
		}
		return apply(original, this, [chunk, encoding]);
	};
	disguise(wrapper as AnyFunction, original as AnyFunction);
	replace(Readable.prototype, 'push', wrapper as AnyFunction);
}

/** `net.Socket`, TLS included, has `connecting`; an HTTP message its version. */
function isFromNetwork(stream: object): boolean {
	return 'connecting' in stream || 'httpVersionMajor' in stream;
}

/** Messages come from C++ through here, to listeners of every kind. */
function hookMessages(recorder: OffHeapRecorder): void {
	const dispatch = Symbol.for('nodejs.internal.kHybridDispatch');
	const owner = EventTarget.prototype as unknown as Record<symbol, Method | undefined>;
	const original = owner[dispatch];
	if (typeof original !== 'function') return;
	const wrapper = {
		method(this: unknown, value: unknown, type: unknown, event: unknown): unknown {
			if (event === undefined && type === 'message' && typeof value === 'object' && recorder.isRecording)
				noteReceived(recorder, value, 'message', wrapper as AnyFunction);
			return apply(original, this, [value, type, event]);
		},
	}.method as Method;
	disguise(wrapper as AnyFunction, original as AnyFunction);
	replace(owner, dispatch, wrapper as AnyFunction);
}

/** Each array buffer in `value` once, as far as a short look finds them. */
function noteReceived(recorder: OffHeapRecorder, value: unknown, label: string, called: AnyFunction): void {
	if (typeof value !== 'object' || value === null || !recorder.isRecording) return;
	const seen = new Set<object>();
	let left = MAX_LOOKED_AT;
	const look = (part: unknown, depth: number): void => {
		if (typeof part !== 'object' || part === null || left-- <= 0) return;
		const isView = isTypedArray(part);
		if (isView && bytesOf(part) <= IN_HEAP_BYTES) return;
		const buffer = isView ? bufferOf(part) : part;
		if (isArrayBuffer(buffer)) {
			if (seen.has(buffer)) return;
			seen.add(buffer);
			const bytes = backingBytes(buffer);
			if (bytes > 0 && asksForSample(bytes)) recorder.sample(buffer, bytes, KIND.received, label, called);
			return;
		}
		if (isView || depth >= MAX_DEPTH) return;
		for (const inner of isArray(part) ? part.slice(0, MAX_LOOKED_AT) : values(part)) look(inner, depth + 1);
	};
	try {
		look(value, 0);
	} catch {
		// A getter of the script's own: what it hides stays unattributed.
	}
}
