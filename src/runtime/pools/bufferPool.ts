import { constants } from 'node:buffer';
import { formatBytes } from '../../protocol/units.ts';
import { checkOptionNames, type OptionNames } from '../optionNames.ts';
import { MemoryManagerError, runtimeErrors } from '../runtimeError.ts';
import { ObjectPool } from './objectPool.ts';
import { type AcquireOptions, checkUnderPressure, type PoolStats, poolOwner } from './poolOptions.ts';

interface BufferPoolBase {
	/** What reports and commands call it. */
	name: string;
	/** Bytes of each buffer. */
	bufferBytes: number;
	/** `shrink` (the default): half of the idle buffers go at the level `elevated`, all at `high` and `critical`. */
	underPressure?: 'shrink' | 'keep';
}

/** The bound is a number of buffers or the bytes of all buffers together. */
export type BufferPoolOptions = BufferPoolBase &
	({ max: number; maxBytes?: never } | { maxBytes: number; max?: never });

export interface AcquireBufferOptions extends AcquireOptions {
	/** Filled with zeros. Otherwise a buffer holds what its last holder left in it, or what lay in memory there. */
	zeroed?: boolean;
}

export interface BufferPoolStats extends PoolStats {
	bufferBytes: number;
	/** Bytes of all buffers that exist, in use and idle. */
	bytes: number;
	/** Buffers allocated since the pool was made. */
	allocations: number;
	/** How often a buffer was handed out again. */
	reuses: number;
	/** Buffers that lie ready. */
	available: number;
}

/**
 * Hands out buffers of one size and takes them back, so that a loop over blocks does not allocate one for each. Each buffer has
 * memory of its own, never a part of Node's shared slab. Who finds none free waits in line, as with {@link ObjectPool}.
 *
 * A buffer that was transferred to another thread comes back empty: it is dropped, and its place goes to a new one. A slice of a
 * buffer must not outlive the release: the next holder writes into the same memory.
 *
 * Throws a `MemoryManagerError` (`invalidOption`) for options without a size or a bound.
 *
 * @example
 * const blocks = new BufferPool({ name: 'blocks', bufferBytes: 1024 * 1024, maxBytes: 16 * 1024 * 1024 });
 * const digest = await blocks.use(async block => hash(block.subarray(0, (await file.read(block)).bytesRead)));
 */
export class BufferPool extends ObjectPool<Buffer> {
	readonly bufferBytes: number;
	readonly #memory: WeakSet<ArrayBufferLike>;

	constructor(options: BufferPoolOptions) {
		const { name, bufferBytes, max, underPressure } = checkBufferPoolOptions(options);
		const memory = new WeakSet<ArrayBufferLike>();
		super({
			name,
			max,
			create: () => allocate(name, bufferBytes, memory),
			// Transferred to another thread: its length is 0.
			isUsable: buffer => buffer.byteLength === bufferBytes,
			bytesOf: buffer => buffer.byteLength,
			...(underPressure !== undefined && { underPressure }),
		});
		this.bufferBytes = bufferBytes;
		this.#memory = memory;
	}

	/** See {@link ObjectPool.acquire}. Rejects with `insufficientMemory` when the system refuses the memory. */
	override acquire(options?: AcquireBufferOptions): Promise<Buffer> {
		const acquired = super.acquire(options);
		return options?.zeroed ? acquired.then(buffer => buffer.fill(0)) : acquired;
	}

	/** A buffer without waiting; `undefined` while all are in use. Throws `disposed` and `insufficientMemory`. */
	override tryAcquire(options?: AcquireBufferOptions): Buffer | undefined {
		const buffer = super.tryAcquire();
		return options?.zeroed ? buffer?.fill(0) : buffer;
	}

	/** See {@link ObjectPool.use}. */
	override use<R>(fn: (buffer: Buffer) => R | Promise<R>, options?: AcquireBufferOptions): Promise<R> {
		return super.use(fn, options);
	}

	override stats(): BufferPoolStats {
		const stats = super.stats();
		const { created, reused, idle, inUse } = stats;
		return {
			...stats,
			bufferBytes: this.bufferBytes,
			bytes: (inUse + idle) * this.bufferBytes,
			allocations: created,
			reuses: reused,
			available: idle,
		};
	}

	protected override refused(object: unknown): Error {
		if (!ArrayBuffer.isView(object) || !this.#memory.has(object.buffer)) return super.refused(object);
		return new MemoryManagerError(
			'notPoolObject',
			`Pool "${this.name}": what was given back is a view of a buffer of this pool. Give back the buffer itself.`,
		);
	}
}

function allocate(pool: string, bytes: number, memory: WeakSet<ArrayBufferLike>): Buffer {
	try {
		const buffer = Buffer.allocUnsafeSlow(bytes);
		memory.add(buffer.buffer);
		return buffer;
	} catch (cause) {
		const message = `Pool "${pool}": the system refused the ${formatBytes(bytes)} of another buffer. Lower "bufferBytes" or the bound.`;
		throw new MemoryManagerError('insufficientMemory', message, { cause });
	}
}

const NAMES: OptionNames<BufferPoolOptions> = {
	name: true,
	bufferBytes: true,
	max: true,
	maxBytes: true,
	underPressure: true,
};

function checkBufferPoolOptions(options: BufferPoolOptions): BufferPoolBase & { max: number } {
	const { invalidOption } = runtimeErrors;
	if (typeof options !== 'object' || options === null) {
		const expected = 'an object with name, bufferBytes and max or maxBytes';
		throw invalidOption('BufferPool', 'options', expected, options);
	}
	const { name, bufferBytes, max, maxBytes, underPressure } = options;
	const owner = poolOwner('BufferPool', name);
	checkOptionNames(owner, options, NAMES);
	checkUnderPressure(owner, underPressure);
	const isCount = (value: unknown, most = Number.MAX_SAFE_INTEGER) =>
		Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= most;
	if (!isCount(bufferBytes, constants.MAX_LENGTH)) {
		const expected = `a whole number of bytes from 1 to ${constants.MAX_LENGTH}`;
		throw invalidOption(owner, 'bufferBytes', expected, bufferBytes);
	}
	if ((max === undefined) === (maxBytes === undefined)) {
		throw runtimeErrors.notExactlyOne(owner, 'max', 'maxBytes', max !== undefined);
	}
	if (max !== undefined && !isCount(max)) throw invalidOption(owner, 'max', 'a positive whole number', max);
	if (max === undefined && !isCount(maxBytes)) {
		throw invalidOption(owner, 'maxBytes', 'a positive whole number of bytes', maxBytes);
	}
	if (max === undefined && maxBytes !== undefined && maxBytes < bufferBytes) {
		throw invalidOption(owner, 'maxBytes', `at least "bufferBytes" (${bufferBytes})`, maxBytes);
	}
	const bound = max ?? Math.floor((maxBytes ?? 0) / bufferBytes);
	return { name, bufferBytes, max: bound, ...(underPressure !== undefined && { underPressure }) };
}
