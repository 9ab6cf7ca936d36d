import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { deadPid, linkedEnvironment, requireBundles, run } from './runtimeHost.ts';

const script = join(projectRoot, 'examples/bigFile.mjs');

describe('examples/bigFile.mjs', () => {
	let folder: TemporaryFolder;

	before(() => {
		requireBundles();
		folder = temporaryFolder('big-file');
	});
	after(() => folder.remove());

	it('gets the same sums line by line in a fraction of the memory, and cleans up', async () => {
		const env = {
			...linkedEnvironment(folder.path, await deadPid()),
			FILE_MB: '40',
			TMPDIR: folder.path,
			TEMP: folder.path,
		};
		const results = [];
		for (const args of [[], ['--whole']]) {
			const { code, stdout, stderr } = await run(process.execPath, [script, ...args], env);
			assert.equal(code, 0, stderr);
			results.push({ stdout, peakMb: Number(/Peak of the resident set: (\d+) MB/.exec(stderr)?.[1]) });
		}
		const [lines, whole] = results;
		assert.ok(lines && whole);
		assert.equal(lines.stdout, whole.stdout);
		assert.match(lines.stdout, /^\w{3}: \d+ flights[\s\S]*airports in \d+ MB\n$/);
		assert.ok(lines.peakMb * 2 < whole.peakMb, `${lines.peakMb} MB by lines, ${whole.peakMb} MB at once`);
		const left = readdirSync(folder.path).filter(name => name.startsWith('big-file-'));
		assert.deepEqual(left, []);
	});
});
