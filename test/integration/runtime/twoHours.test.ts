import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nodeBinary } from '../../../scripts/nodes.ts';
import { plainEnvironment, requireBundles, run, runtimeFolder } from './runtimeHost.ts';

const KB = 1024;
const LIMIT_MS = 240_000;

describe('two simulated hours under the profiler', () => {
	before(requireBundles);

	// The newest, whose collector has changed most; a run takes ten seconds.
	for (const major of [26] as const) {
		it(`leave the memory of the runtime flat on Node ${major}`, async function () {
			this.timeout(LIMIT_MS);
			const runtime = pathToFileURL(join(runtimeFolder, 'index.mjs')).href;
			const args = ['--expose-gc', '--no-warnings', 'twoHours.mjs', runtime];
			const { code, stdout, stderr } = await run(await nodeBinary(major), args, plainEnvironment());
			assert.equal(code, 0, stderr);
			const { readings, told, stats } = JSON.parse(stdout) as {
				readings: number[];
				told: number;
				stats: { cache: { bytes: number }; weak: number; pool: { leaked: number; inUse: number } };
			};
			assert.ok(told > 144_000, 'everything was told');
			assert.ok(stats.cache.bytes <= 64 * KB && stats.pool.leaked === 0 && stats.pool.inUse === 0);
			assert.ok(stats.weak < 5_000, `${stats.weak} weak entries`);
			// V8's own tables grow in steps of megabytes; 50 bytes kept for each of 24 000 polls would be 1.2 MB from reading to reading.
			const growth = (readings.at(-1) ?? 0) - Math.max(...readings.slice(0, -1));
			assert.ok(growth < 600 * KB, `${readings.map(bytes => (bytes / KB).toFixed(0))} KB`);
		});
	}
});
