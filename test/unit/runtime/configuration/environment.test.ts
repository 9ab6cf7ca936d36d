import assert from 'node:assert/strict';
import { fromEnvironment } from '../../../../src/runtime/configuration/environment.ts';
import { memoryProfiles } from '../../../../src/runtime/configuration/profiles.ts';
import { MemoryManagerError } from '../../../../src/runtime/runtimeError.ts';

const MB = 1024 * 1024;

describe('fromEnvironment', () => {
	it('names only what is set', () => {
		assert.deepEqual(fromEnvironment({ MEMORY_MANAGER_LINK: '{}', MEMORY_MANAGER_PROFILE: ' ', PATH: '/bin' }), {});
	});

	it('reads sizes, shares and profiles', () => {
		assert.deepEqual(
			fromEnvironment({
				MEMORY_MANAGER_PROFILE: 'constrained',
				MEMORY_MANAGER_MAX_MEMORY: '1.5GB',
				MEMORY_MANAGER_WARNING_THRESHOLD: '85%',
				MEMORY_MANAGER_CRITICAL_THRESHOLD: '97.5 %, 100MB',
			}),
			{
				...memoryProfiles.constrained,
				maxMemoryBytes: 1_536 * MB,
				warning: { share: 0.85 },
				critical: { share: 0.975, availableBytes: 100 * MB },
			},
		);
		assert.deepEqual(fromEnvironment({ MEMORY_MANAGER_WARNING_THRESHOLD: '1048576' }), {
			warning: { availableBytes: MB },
		});
	});

	const wrong: [variable: string, value: string, forms: RegExp][] = [
		['MEMORY_MANAGER_PROFILE', 'tiny', /one of default, constrained, largeCollection/],
		['MEMORY_MANAGER_MAX_MEMORY', 'lots', /at least 1 MB, as 512MB, 1\.5GB or a number of bytes/],
		['MEMORY_MANAGER_MAX_MEMORY', '-512MB', /512MB/],
		['MEMORY_MANAGER_MAX_MEMORY', '512', /at least 1 MB/],
		['MEMORY_MANAGER_WARNING_THRESHOLD', '120%', /the share in use \(85%\)/],
		['MEMORY_MANAGER_WARNING_THRESHOLD', '0%', /85%/],
		['MEMORY_MANAGER_WARNING_THRESHOLD', '80%,90%', /or both \(500MB,85%\)/],
		['MEMORY_MANAGER_CRITICAL_THRESHOLD', 'NaN', /what is left \(512MB/],
		['MEMORY_MANAGER_CRITICAL_THRESHOLD', '500MB,', /500MB,85%/],
	];
	for (const [variable, value, forms] of wrong) {
		it(`names ${variable}, its value ${value} and what it accepts`, () => {
			assert.throws(
				() => fromEnvironment({ [variable]: value }),
				(error: unknown) => {
					assert.ok(error instanceof MemoryManagerError);
					assert.equal(error.code, 'invalidConfig');
					assert.match(error.message, forms);
					assert.ok(error.message.includes(`"${variable}"`) && error.message.includes(JSON.stringify(value)));
					return true;
				},
			);
		});
	}
});
