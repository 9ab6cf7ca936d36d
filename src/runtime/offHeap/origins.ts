import { executionAsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { callSites, type HeldStack, holdStack } from './captureStack.ts';
import { disguise, replace, withoutOurFrames } from './disguise.ts';
import { isNodesAlone } from './stackTable.ts';

type AnyFunction = (...args: never[]) => unknown;
type Method = (this: unknown, ...args: unknown[]) => unknown;
type Fields = Readonly<Record<string | symbol, unknown>>;

/** Arguments of a tick that are looked at: a stream is the first or the second. */
const MAX_ARGUMENTS = 3;

const { apply, ownKeys } = Reflect;
const { isArray } = Array;

/** The call that something was made for, its call sites read when they are first asked for. */
interface Origin {
	held: HeldStack | undefined;
	/** Absent when they are Node's own as well. */
	sites: NodeJS.CallSite[] | undefined;
}

/**
 * Who asked for what arrives later. Chunks of files, zlib and sockets are made when only Node's own functions are on the stack: those of
 * the call that made the stream, or asked for the file, are kept with it, for as long as it lives.
 */
export class Origins {
	readonly #byKey = new WeakMap<object, Origin>();
	#ownerSymbol: symbol | undefined;

	/** `key` is made now, for the caller of `called`. */
	note(key: object, called: AnyFunction): void {
		this.#byKey.set(key, { held: holdStack(called), sites: undefined });
	}

	/** Of a stream, or of what stands behind it: the request of a response, the server of a connection. */
	of(made: unknown): NodeJS.CallSite[] | undefined {
		if (!isObject(made)) return undefined;
		return (
			this.#get(made) ??
			this.#get(field(made, 'cb')) ??
			this.#get(field(made, 'req')) ??
			this.#get(field(made, 'server')) ??
			this.#get(field(field(made, 'socket'), 'server'))
		);
	}

	/** Of what the running callback is for. */
	ofRunning(): NodeJS.CallSite[] | undefined {
		const resource = executionAsyncResource() as Fields;
		const file = this.#get(field(field(resource, 'context'), 'callback'));
		if (file) return file;
		const args = field(resource, 'args');
		if (isArray(args)) {
			for (let i = 0; i < args.length && i < MAX_ARGUMENTS; i++) {
				const found = this.of(args[i]);
				if (found) return found;
			}
			return undefined;
		}
		return this.of(resource) ?? this.of(this.#ownerOf(resource));
	}

	#get(key: unknown): NodeJS.CallSite[] | undefined {
		const origin = isObject(key) || typeof key === 'function' ? this.#byKey.get(key as object) : undefined;
		return origin && sitesOf(origin);
	}

	/** The stream of a handle. */
	#ownerOf(resource: Fields): unknown {
		if (this.#ownerSymbol === undefined) {
			const keys = ownKeys(resource);
			for (let i = 0; i < keys.length; i++) {
				const key = keys[i];
				if (typeof key === 'symbol' && key.description === 'owner_symbol') this.#ownerSymbol = key;
			}
		}
		return this.#ownerSymbol && resource[this.#ownerSymbol];
	}
}

function sitesOf(origin: Origin): NodeJS.CallSite[] | undefined {
	if (origin.held) {
		const sites = callSites(origin.held);
		if (!isNodesAlone(sites)) origin.sites = sites;
	}
	origin.held = undefined;
	return origin.sites;
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** Streams, requests and servers are all emitters; a response is found by its request, so that it needs no stack. */
const asksForBytes = (made: object): boolean =>
	('_read' in made && !('_addHeaderLine' in made)) || '_implicitHeader' in made || 'listen' in made;

export function hookOrigins(origins: Origins, isRecording: () => boolean): void {
	executionAsyncResource();
	const init = (EventEmitter as unknown as { init: Method }).init;
	const initWrapper = function (this: object, options: unknown): unknown {
		try {
			if (isRecording() && asksForBytes(this)) origins.note(this, initWrapper as AnyFunction);
		} catch {
			// A proxy that throws: what it brings is told by Node's own functions.
		}
		try {
			return apply(init, this, [options]);
		} catch (error) {
			throw withoutOurFrames(error, initWrapper as AnyFunction);
		}
	};
	disguise(initWrapper as AnyFunction, init as AnyFunction);
	replace(EventEmitter, 'init', initWrapper as AnyFunction);

	const fs = require('node:fs') as object;
	const readFile = (fs as { readFile: Method }).readFile;
	const readFileWrapper = function (this: unknown, ...args: unknown[]): unknown {
		try {
			const callback = args[2] ?? args[1];
			if (typeof callback === 'function' && isRecording()) origins.note(callback, readFileWrapper as AnyFunction);
			return apply(readFile, this, args);
		} catch (error) {
			throw withoutOurFrames(error, readFileWrapper as AnyFunction);
		}
	};
	disguise(readFileWrapper as AnyFunction, readFile as AnyFunction);
	replace(fs, 'readFile', readFileWrapper as AnyFunction);
}
