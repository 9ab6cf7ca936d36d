import { asksForSample, budget, COUNTED } from './budget.ts';
import { disguise, replace, withoutOurFrames } from './disguise.ts';
import { bufferOf, bytesOf } from './natives.ts';
import type { OffHeapRecorder } from './recorder.ts';

type AnyFunction = (...args: never[]) => unknown;
type Maker = (a: unknown, b?: unknown, c?: unknown) => Buffer;

const BUFFER = 0;
const { apply } = Reflect;
const MAKERS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'from', 'concat', 'copyBytesFrom'] as const;

/**
 * Small buffers are slices of a slab that Node shares among them: each stands for its own bytes of it and lives as long as the slab.
 * `Buffer.concat` ends in `Buffer.allocUnsafe`, in some versions: what was counted within is not counted again.
 */
export function hookBuffers(recorder: OffHeapRecorder): void {
	const statics = Buffer as unknown as Record<string, Maker | undefined>;
	for (const name of MAKERS) {
		const original = statics[name];
		if (original) hookMaker(recorder, name, original);
	}
}

function hookMaker(recorder: OffHeapRecorder, name: (typeof MAKERS)[number], original: Maker): void {
	const label = `Buffer.${name}`;
	const wrapper = (name === 'from' ? fromWrapper() : makerWrapper()) as AnyFunction;
	disguise(wrapper, original as AnyFunction);
	replace(Buffer, name, wrapper);

	function makerWrapper(): Maker {
		return function (this: unknown, a, b, c) {
			const counted = budget[COUNTED] as number;
			let made: Buffer;
			try {
				made =
					c !== undefined ? apply(original, this, [a, b, c]) : apply(original, this, b === undefined ? [a] : [a, b]);
			} catch (error) {
				throw withoutOurFrames(error, wrapper);
			}
			if (budget[COUNTED] === counted) {
				const size = made.length;
				if (asksForSample(size)) sample(made, size);
			}
			return made;
		};
	}

	function fromWrapper(): Maker {
		return function (this: unknown, a, b, c) {
			const counted = budget[COUNTED] as number;
			let made: Buffer;
			try {
				made =
					c !== undefined ? apply(original, this, [a, b, c]) : apply(original, this, b === undefined ? [a] : [a, b]);
			} catch (error) {
				throw withoutOurFrames(error, wrapper);
			}
			if (budget[COUNTED] !== counted) return made;
			const size = made.length;
			// A view of the given array buffer makes nothing.
			if (typeof a === 'object' && size > 0 && isView(a, made)) return made;
			if (asksForSample(size)) sample(made, size);
			return made;
		};
	}

	function sample(made: Buffer, size: number): void {
		if (size > 0) recorder.sample(made, bytesOf(made), BUFFER, label, wrapper);
	}
}

function isView(source: unknown, made: Buffer): boolean {
	return bufferOf(made) === source;
}
