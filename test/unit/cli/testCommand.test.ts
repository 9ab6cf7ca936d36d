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
	it('is best off with what survives first, or with what is clearly faster and says the same', () => {
		const slow = survivor(asItIs, 9_000, 'a');
		const other = survivor(heapLimit, 1_000, 'b');
		assert.equal(bestOf([slow, other, survivor(youngSpace, 2_000, 'a')])?.configuration, youngSpace);
		assert.equal(bestOf([slow, other])?.configuration, asItIs);
		assert.equal(bestOf([slow, survivor(youngSpace, 8_500, 'a')])?.configuration, asItIs);
		assert.equal(bestOf([survivor(asItIs, 1_200, 'a'), survivor(heapLimit, 400, 'a')])?.configuration, asItIs);
		assert.equal(bestOf([]), undefined);
	});
});
