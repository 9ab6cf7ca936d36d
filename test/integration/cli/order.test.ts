import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { cleanEnvironment } from '../../support/engineRuns.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const SCRIPT = `const fs = require('node:fs');
for (let i = 0; i < 100; i++) { fs.writeSync(1, 'out ' + i + '\\n'); fs.writeSync(2, 'err ' + i + '\\n'); }`;

describe('stdout and stderr of a profiled script', () => {
	it('keep their order in a file that holds both, as without the profiler', async () => {
		const folder = temporaryFolder('order');
		try {
			const script = join(folder.path, 'order.cjs');
			writeFileSync(script, SCRIPT);
			const run = (name: string, ...command: string[]): string => {
				const log = join(folder.path, name);
				const line = `"$0" "$@" > "${log}" 2>&1`;
				execFileSync('/bin/sh', ['-c', line, process.execPath, ...command], {
					cwd: folder.path,
					env: cleanEnvironment(),
				});
				return readFileSync(log, 'utf8');
			};
			const main = join(projectRoot, 'src', 'cli', 'main.ts');
			assert.equal(run('with.log', main, 'run', '--quiet', script), run('without.log', script));
		} finally {
			await folder.remove();
		}
	});
});
