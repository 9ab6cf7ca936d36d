// biome-ignore-all lint/suspicious/noShadowRestrictedNames: the names are the point
// biome-ignore-all lint/complexity/useArrowFunction: only functions can be constructors
/**
 * Functions that stand for the built-in constructors. Written out one by one: V8 names objects in heap snapshots and messages by the
 * source of their constructor (a function's own name would be changed in the bundle), and learns for each of them separately what it is called with.
 */
export type Construct = new (...args: unknown[]) => object;
/** Counts what was made from the first argument, and gives it back. */
export type Note = (first: unknown, made: object) => object;
/** The error, without the wrapper on its stack. */
export type Failed = (error: unknown) => unknown;
export type Wrapper = (a: unknown, b?: unknown, c?: unknown) => object;

const { construct } = Reflect;

/** Called without `new`, or for a subclass. */
function unusual(Original: Construct, target: unknown, args: unknown[]): object {
	if (target === undefined) return (Original as unknown as Wrapper)(args[0]);
	return construct(Original, args, target as Construct);
}

export const wrappers: Readonly<Record<string, (Original: Construct, note: Note, failed: Failed) => Wrapper>> = {
	ArrayBuffer: (Original, note, failed) => {
		const { ArrayBuffer: self } = {
			ArrayBuffer: function (a: unknown, b?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b]));
					return note(a, b === undefined ? new Original(a) : new Original(a, b));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	SharedArrayBuffer: (Original, note, failed) => {
		const { SharedArrayBuffer: self } = {
			SharedArrayBuffer: function (a: unknown, b?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b]));
					return note(a, b === undefined ? new Original(a) : new Original(a, b));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Int8Array: (Original, note, failed) => {
		const { Int8Array: self } = {
			Int8Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Uint8Array: (Original, note, failed) => {
		const { Uint8Array: self } = {
			Uint8Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Uint8ClampedArray: (Original, note, failed) => {
		const { Uint8ClampedArray: self } = {
			Uint8ClampedArray: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Int16Array: (Original, note, failed) => {
		const { Int16Array: self } = {
			Int16Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Uint16Array: (Original, note, failed) => {
		const { Uint16Array: self } = {
			Uint16Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Int32Array: (Original, note, failed) => {
		const { Int32Array: self } = {
			Int32Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Uint32Array: (Original, note, failed) => {
		const { Uint32Array: self } = {
			Uint32Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Float16Array: (Original, note, failed) => {
		const { Float16Array: self } = {
			Float16Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Float32Array: (Original, note, failed) => {
		const { Float32Array: self } = {
			Float32Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Float64Array: (Original, note, failed) => {
		const { Float64Array: self } = {
			Float64Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	BigInt64Array: (Original, note, failed) => {
		const { BigInt64Array: self } = {
			BigInt64Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	BigUint64Array: (Original, note, failed) => {
		const { BigUint64Array: self } = {
			BigUint64Array: function (a: unknown, b?: unknown, c?: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a, b, c]));
					return note(a, b === undefined && c === undefined ? new Original(a) : new Original(a, b, c));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
	Memory: (Original, note, failed) => {
		const { Memory: self } = {
			Memory: function (a: unknown): object {
				try {
					if (new.target !== (self as unknown)) return note(a, unusual(Original, new.target, [a]));
					return note(a, new Original(a));
				} catch (error) {
					throw failed(error);
				}
			},
		};
		return self;
	},
};
