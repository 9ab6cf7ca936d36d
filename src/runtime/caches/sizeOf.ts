/** Objects looked at for one estimate; what is left then is extrapolated. Keeps an estimate under about 2 ms. */
const MAX_VISITS = 10_000;
/** Elements looked at in a large array, map or set; the rest counts like these. */
const MAX_ELEMENTS = 256;
const POINTER = 8;
const HEADER = 24;
const WIDE = /[\u0100-\uffff]/;

interface Pending {
	readonly value: unknown;
	/** How many values of this kind it stands for. */
	readonly weight: number;
}

/**
 * Estimates how many bytes `value` keeps alive: strings, numbers, array buffers behind buffers and typed arrays (each once),
 * arrays, maps, sets and objects with their own properties, cycles included. Getters are not called; functions, promises and
 * what native objects hold count with a small fixed size. An estimate: large collections are sampled.
 */
export function sizeOf(value: unknown): number {
	const estimate = new Estimate();
	estimate.add(value, 1);
	return estimate.finish();
}

class Estimate {
	readonly #seen = new Set<object>();
	readonly #pending: Pending[] = [];
	#bytes = 0;
	#visits = 0;

	add(value: unknown, weight: number): void {
		if (typeof value === 'string') this.#bytes += weight * stringBytes(value);
		else if (typeof value === 'bigint') this.#bytes += weight * HEADER;
		else if (typeof value === 'number') this.#bytes += Number.isInteger(value) ? 0 : weight * 2 * POINTER;
		else if (typeof value === 'function') this.#bytes += weight * 64;
		else if (typeof value === 'object' && value !== null && !this.#seen.has(value)) {
			this.#seen.add(value);
			this.#pending.push({ value, weight });
		}
	}

	finish(): number {
		for (let next = this.#pending.pop(); next; next = this.#pending.pop()) {
			if (++this.#visits > MAX_VISITS) {
				const left = this.#pending.length + 1;
				return Math.ceil(this.#bytes * (1 + left / MAX_VISITS));
			}
			this.#object(next.value as object, next.weight);
		}
		return Math.ceil(this.#bytes);
	}

	#object(value: object, weight: number): void {
		if (ArrayBuffer.isView(value)) this.#view(value, weight);
		else if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
			this.#bytes += weight * (value.byteLength + 2 * HEADER);
		} else if (Array.isArray(value)) {
			this.#bytes += weight * (HEADER + POINTER * value.length);
			const step = Math.max(1, value.length / MAX_ELEMENTS);
			for (let i = 0; i < value.length; i += step) this.add(value[Math.floor(i)], weight * step);
		} else if (value instanceof Map) {
			this.#bytes += weight * (2 * HEADER + 5 * POINTER * value.size);
			this.#sampled(value.size, Map.prototype.entries.call(value), weight, ([key, item], each) => {
				this.add(key, each);
				this.add(item, each);
			});
		} else if (value instanceof Set) {
			this.#bytes += weight * (2 * HEADER + 4 * POINTER * value.size);
			this.#sampled(value.size, Set.prototype.values.call(value), weight, (item, each) => this.add(item, each));
		} else this.#plain(value, weight);
	}

	#view(view: ArrayBufferView, weight: number): void {
		this.#bytes += weight * 4 * HEADER;
		const { buffer } = view;
		if (this.#seen.has(buffer)) return;
		this.#seen.add(buffer);
		// Part of a buffer: its neighbours most likely look at the same one, so it stands for itself alone.
		this.#bytes += (view.byteLength < buffer.byteLength ? 1 : weight) * (buffer.byteLength + 2 * HEADER);
	}

	/** An iterator cannot jump, but walking past elements is cheap: they are not looked into. */
	#sampled<T>(size: number, items: Iterable<T>, weight: number, add: (item: T, weight: number) => void): void {
		const step = Math.max(1, size / MAX_ELEMENTS);
		let index = 0;
		let next = 0;
		for (const item of items) {
			if (index++ < next) continue;
			next += step;
			add(item, weight * step);
			if (index > MAX_ELEMENTS * 64) return;
		}
	}

	#plain(value: object, weight: number): void {
		let keys: PropertyKey[];
		try {
			keys = Reflect.ownKeys(value);
		} catch {
			keys = [];
		}
		this.#bytes += weight * (HEADER + POINTER * keys.length);
		const step = Math.max(1, keys.length / MAX_ELEMENTS);
		// Many keys make it a dictionary, whose keys are its own; a few are shared by all objects of the shape.
		if (step > 1) this.#bytes += weight * 3 * POINTER * keys.length;
		for (let i = 0; i < keys.length; i += step) {
			const key = keys[Math.floor(i)];
			if (key === undefined) continue;
			if (step > 1) this.add(key, weight * step);
			this.add(ownValue(value, key), weight * step);
		}
	}
}

function ownValue(owner: object, key: PropertyKey): unknown {
	try {
		return Object.getOwnPropertyDescriptor(owner, key)?.value;
	} catch {
		return undefined;
	}
}

/** V8 keeps a string in one byte a character where it can; the first thousand characters stand for the rest. */
function stringBytes(text: string): number {
	const wide = WIDE.test(text.length > 1_000 ? text.slice(0, 1_000) : text);
	return 16 + (wide ? 2 * text.length : text.length);
}
