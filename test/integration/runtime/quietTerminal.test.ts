import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { profile, requireBundles } from './runtimeHost.ts';

/** From util-linux: runs a command on a terminal of its own. */
const script = '/usr/bin/script';

describe('a quiet terminal', () => {
	before(function () {
		requireBundles();
		if (process.platform === 'linux' && existsSync(script)) return;
		console.log(`      skipped: ${script} of util-linux is needed for a terminal`);
		this.skip();
	});

	for (const major of allNodes) {
		it(`sees nothing of the debugger and all of stderr on Node ${major}`, async () => {
			const node = await nodeBinary(major);
			const command = ['-qec', `"${node}" terminal.cjs`, '/dev/null'];
			const quiet = await profile(script, command, { quietTerminal: true });
			assert.equal(quiet.stdout, 'stream true\r\nraw\r\nchild true\r\n');
			const loud = await profile(script, command);
			assert.equal(loud.stdout, `Debugger attached.\r\n${quiet.stdout}`);
		});
	}
});
