import assert from 'node:assert/strict';
import { configure, currentConfig, onConfigure, resetConfig } from '../../../src/runtime/config.ts';
import type { MemoryConfigOptions } from '../../../src/runtime/configuration/memoryConfig.ts';
import { memoryProfiles } from '../../../src/runtime/configuration/profiles.ts';
import { MemoryManagerError } from '../../../src/runtime/runtimeError.ts';
import { recordingHub } from './hub.ts';

const MB = 1024 * 1024;

describe('configuration', () => {
	beforeEach(resetConfig);
	after(resetConfig);

	it('caps nobody who did not ask for it', () => {
		const { maxMemoryBytes: _, ...rest } = memoryProfiles.default;
		assert.deepEqual(currentConfig(), rest);
	});

	it('has the figures of the documents', () => {
		const figures = Object.values(memoryProfiles).map(
			({ profile, maxMemoryBytes, cacheBytes, chunkBytes, maxBatchSize }) => [
				profile,
				maxMemoryBytes,
				cacheBytes,
				chunkBytes,
				maxBatchSize,
			],
		);
		assert.deepEqual(figures, [
			['default', 1024 * MB, 256 * MB, MB, 500],
			['constrained', 512 * MB, 64 * MB, MB / 4, 100],
			['largeCollection', 2048 * MB, 512 * MB, 2 * MB, 1_000],
		]);
		assert.equal(memoryProfiles.constrained.gcThresholdBytes, 256 * MB);
		assert.deepEqual(memoryProfiles.default.warning, { availableBytes: 500 * MB, share: 0.85 });
		assert.deepEqual(memoryProfiles.default.critical, { availableBytes: 200 * MB, share: 0.95 });
	});

	it('takes a profile, single figures and parts of a threshold', () => {
		assert.deepEqual(configure(memoryProfiles.constrained), memoryProfiles.constrained);
		const changed = configure({ cacheBytes: 5 * MB, warning: { share: 0.5 } });
		assert.equal(changed.profile, 'constrained');
		assert.equal(changed.cacheBytes, 5 * MB);
		assert.deepEqual(changed.warning, { availableBytes: 500 * MB, share: 0.5 });
		assert.equal(configure({ profile: 'constrained' }).cacheBytes, 64 * MB);
	});

	it('takes optional figures back with undefined', () => {
		configure({ profile: 'constrained', cacheTtlMs: 5 });
		const free = configure({ maxMemoryBytes: undefined, gcThresholdBytes: undefined, cacheTtlMs: undefined });
		assert.ok(!('maxMemoryBytes' in free) && !('gcThresholdBytes' in free) && !('cacheTtlMs' in free));
	});

	const wrong: [options: unknown, said: RegExp][] = [
		[undefined, /"options" must be an object/],
		[{ maxMemoryBytes: 512 }, /"maxMemoryBytes" must be a whole number of bytes, at least 1 MB, not 512\./],
		[{ maxMemoryBytes: -5 }, /"maxMemoryBytes"/],
		[{ cacheBytes: Number.NaN }, /"cacheBytes" must be a positive whole number of bytes, not NaN\./],
		[{ chunkBytes: '1MB' }, /"chunkBytes".*not "1MB"\./],
		[{ minBatchSize: 0 }, /"minBatchSize"/],
		[{ minBatchSize: 600 }, /"minBatchSize" must be at most maxBatchSize \(500\)/],
		[{ gcIntervalMs: -1 }, /"gcIntervalMs"/],
		[{ monitorIntervalMs: 1 }, /"monitorIntervalMs" must be a whole number of ms from 10/],
		[{ monitoring: 'never' }, /"monitoring" must be "auto" or "manual", not "never"\./],
		[{ profile: 'huge' }, /"profile" must be one of default, constrained, largeCollection, not "huge"\./],
		[{ profile: 'toString' }, /"profile"/],
		[{ warning: { share: 0.99 } }, /"warning\.share" must be at most critical\.share \(95 %\), not 0\.99\./],
		[{ warning: { availableBytes: 5 } }, /"warning\.availableBytes" must be at least critical/],
		[{ critical: { share: 2 } }, /"critical\.share"/],
		[{ warning: 85 }, /"warning" must be an object/],
		[{ warning: [85] }, /"warning" must be an object/],
		[
			{ warning: { percent: 85 } },
			/there is no option "warning\.percent"\. The options are warning\.availableBytes, warning\.share/,
		],
		[[], /"options" must be an object/],
		[{ maxMemory: 5 }, /there is no option "maxMemory"\. The options are profile, maxMemoryBytes/],
	];
	for (const [options, said] of wrong) {
		it(`refuses ${JSON.stringify(options)} and changes nothing`, () => {
			const before = currentConfig();
			assert.throws(
				() => configure(options as MemoryConfigOptions),
				(error: unknown) =>
					error instanceof MemoryManagerError && error.code === 'invalidConfig' && said.test(error.message),
			);
			assert.equal(currentConfig(), before);
		});
	}

	it('cannot be changed from outside', () => {
		const config = currentConfig();
		assert.throws(() => {
			(config as { cacheBytes: number }).cacheBytes = 1;
		}, TypeError);
		assert.ok(Object.isFrozen(config.warning));
	});

	it('reports the limits as text, also to who listens later', () => {
		configure({ profile: 'constrained' });
		const [entry, ...others] = recordingHub()
			.drain()
			.entries.filter(({ type }) => type === 'config');
		assert.equal(others.length, 0);
		assert.ok(entry?.type === 'config');
		assert.equal(entry.profile, 'constrained');
		assert.deepEqual(entry.limits.slice(0, 4), [
			['Memory', '512 MB'],
			['Warning', 'below 500 MB available or above 85 % in use'],
			['Critical', 'below 200 MB available or above 95 % in use'],
			['Cache', '64.0 MB'],
		]);
	});

	it('tells who follows', () => {
		const seen: number[] = [];
		const end = onConfigure(({ cacheBytes }) => seen.push(cacheBytes));
		configure({ cacheBytes: 1 });
		end();
		configure({ cacheBytes: 2 });
		assert.deepEqual(seen, [1]);
	});

	it('reads the environment at the first use, and again after a mistake was mended', () => {
		process.env.MEMORY_MANAGER_MAX_MEMORY = '12';
		try {
			assert.throws(() => currentConfig(), /"MEMORY_MANAGER_MAX_MEMORY" must be at least 1 MB, as 512MB, 1\.5GB/);
			process.env.MEMORY_MANAGER_MAX_MEMORY = '64MB';
			assert.equal(currentConfig().maxMemoryBytes, 64 * MB);
		} finally {
			delete process.env.MEMORY_MANAGER_MAX_MEMORY;
		}
	});

	const crossed: [variable: string, value: string, said: RegExp][] = [
		[
			'MEMORY_MANAGER_WARNING_THRESHOLD',
			'97%',
			/reached before critical, which is 200 MB left or 95 % in use, not "97%"/,
		],
		['MEMORY_MANAGER_WARNING_THRESHOLD', '100MB', /reached before critical/],
		[
			'MEMORY_MANAGER_CRITICAL_THRESHOLD',
			'80%',
			/reached after the warning, which is 500 MB left or 85 % in use, not "80%"/,
		],
	];
	for (const [variable, value, said] of crossed) {
		it(`names ${variable} where ${value} leaves no room between the levels`, () => {
			process.env[variable] = value;
			try {
				assert.throws(() => currentConfig(), said);
				assert.throws(() => currentConfig(), new RegExp(`"${variable}"`));
			} finally {
				delete process.env[variable];
			}
		});
	}
});
