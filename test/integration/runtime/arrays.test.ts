import assert from 'node:assert/strict';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { projectRoot } from '../../../scripts/paths.ts';
import { isEntry } from '../../../src/protocol/entryGuards.ts';
import { profile, requireBundles } from './runtimeHost.ts';

const example = join(projectRoot, 'examples', 'columns.mjs');

describe('the example columns.mjs', () => {
	before(requireBundles);

	for (const major of allNodes) {
		it(`brings a real table below half of its memory on Node ${major}`, async () => {
			const { code, stdout, stderr, entries } = await profile(await nodeBinary(major), [example]);
			assert.equal(code, 0, stderr);
			assert.match(stdout, /^As they came: 4 columns, 6400000 bytes$/m);
			assert.match(stdout, /delay: float64 → int16/);
			assert.match(stdout, /distance: float64 → uint16/);
			assert.match(stdout, /time: float64 → float32\. As float32 values are off by at most/);
			assert.match(stdout, /^Saved \d+ bytes, and 200000 of temporary columns: 3 columns, 1600000 bytes$/m);
			assert.match(stdout, /^Same result from the small columns: true$/m);
			assert.match(stdout, /^Refused \(insufficientMemory\)/m);
			const share = /measured: (\d+) %/.exec(stdout)?.[1];
			assert.ok(Number(share) <= 50, `${share} %`);
			assert.ok(entries.every(isEntry));
			const conversions = entries.flatMap(entry => (entry.type === 'operation' ? [entry.name] : []));
			assert.deepEqual(conversions.sort(), [
				'float64 → float32',
				'float64 → int16',
				'float64 → uint16',
				'float64 → uint8',
			]);
			const dicts = entries.filter(entry => entry.type === 'tensorDict');
			assert.equal(dicts.at(-1)?.name, 'flights');
			assert.ok(entries.some(entry => entry.type === 'cleanup' && entry.cause === 'freeMemory'));
			assert.ok(
				entries.some(entry => entry.type === 'notice' && entry.message.startsWith('The distance of every flight')),
			);
		});
	}

	it('prints the same every time', async () => {
		const runs = [await profile(process.execPath, [example]), await profile(process.execPath, [example])];
		assert.equal(runs[0]?.stdout, runs[1]?.stdout);
	});

	it('keeps what is not exact in 64 bits when asked to', async () => {
		const { stdout } = await profile(process.execPath, [example, '--exact']);
		assert.match(stdout, /time: 200000 × float64/g);
		assert.match(stdout, /^Same result from the small columns: true$/m);
	});
});
