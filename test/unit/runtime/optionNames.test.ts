import assert from 'node:assert/strict';
import {
	BatchProcessor,
	BoundedCache,
	BufferPool,
	FileReader,
	GcOptimizer,
	MemoryManagerError,
	MemoryPredictor,
	ObjectPool,
	SpillCache,
	StreamingProcessor,
	WeakValueCache,
} from '../../../src/runtime/index.ts';

/** What is slipped in beside good options. */
const slip = { onEror: undefined };

const makers: [name: string, make: () => unknown, message: RegExp][] = [
	[
		'BoundedCache',
		() => new BoundedCache({ name: 'c', maxBytes: 1, ...slip }),
		/^BoundedCache "c": .* are name, maxBytes, ttlMs, /,
	],
	[
		'SpillCache',
		() => new SpillCache({ name: 's', maxBytes: 1, maxDiskBytes: 1, ...slip }),
		/^SpillCache "s": .* are name, maxBytes, maxDiskBytes, /,
	],
	['WeakValueCache', () => new WeakValueCache({ name: 'w', ...slip }), /^WeakValueCache: .* are name\.$/],
	[
		'ObjectPool',
		() => new ObjectPool({ name: 'p', max: 1, create: () => ({}), ...slip }),
		/^ObjectPool "p": .* are name, max, create, reset, /,
	],
	[
		'BufferPool',
		() => new BufferPool({ name: 'b', max: 1, bufferBytes: 8, ...slip }),
		/^BufferPool "b": .* are name, bufferBytes, max, /,
	],
	[
		'BatchProcessor',
		() => new BatchProcessor<number, number>({ name: 'w', process: batch => batch, ...slip }),
		/^BatchProcessor "w": .* onError, /,
	],
	[
		'MemoryPredictor',
		() => new MemoryPredictor({ file: 'none.json', ...slip }),
		/^MemoryPredictor: .* are file, maxOperations, maxObservations, collect\.$/,
	],
	['FileReader', () => new FileReader('none.csv', slip as object), /^FileReader: .* are name, chunkBytes, /],
	[
		'StreamingProcessor',
		() => new StreamingProcessor({ transform: chunk => chunk, ...slip }),
		/^StreamingProcessor: .* are transform, mode, /,
	],
	['GcOptimizer', () => new GcOptimizer(slip as object), /^GcOptimizer: .* are strategy, intervalMs, /],
];

describe('names of options', () => {
	for (const [name, make, message] of makers) {
		it(`are checked by ${name}, which names those it knows`, () => {
			assert.throws(make, (error: unknown) => {
				assert.ok(error instanceof MemoryManagerError);
				assert.equal(error.code, 'invalidOption');
				assert.match(error.message, message);
				assert.match(error.message, /there is no option "onEror"\. The options are /);
				return true;
			});
		});
	}

	it('are checked where a collection is asked for', () => {
		using gc = new GcOptimizer();
		assert.throws(
			() => gc.collect({ forced: true } as object),
			/^.*no option "forced"\. The options are force, minor\.$/,
		);
	});

	it('that every object has are no options', () => {
		assert.throws(() => new GcOptimizer({ toString: () => '' } as object), /no option "toString"/);
	});
});
