import assert from 'node:assert/strict';
import { bestOf } from '../../../src/cli/testCommand.ts';
import { configurationsFor, type Trial } from '../../../src/cli/trials.ts';

const MB = 1024 * 1024;
const [asItIs, heapLimit, youngSpace] = configurationsFor(512 * MB);

const survivor = (configuration: Trial['configuration'] | undefined, ms: number, outputDigest: string): Trial => {
	assert.ok(configuration);
	return { configuration, outcome: 'survived', usesRuntime: false, ms, outputDigest };
};

describe('a script under a limit', () => {
	it('is best off with the fastest configuration in which it says the same', () => {
		const trials = [survivor(asItIs, 300, 'a'), survivor(heapLimit, 100, 'b'), survivor(youngSpace, 200, 'a')];
		assert.equal(bestOf(trials)?.configuration, youngSpace);
		assert.equal(bestOf(trials.slice(0, 2))?.configuration, asItIs);
		assert.equal(bestOf([]), undefined);
	});

	it('gets a budget that the runtime accepts, however small', () => {
		for (const { env } of configurationsFor(MB / 2)) assert.notEqual(env.MEMORY_MANAGER_MAX_MEMORY, '0MB');
	});
});
