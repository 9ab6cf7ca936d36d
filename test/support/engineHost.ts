// A process that profiles a script and is killed by a test: `engineHost.ts <script> <node> [args…]`.
import { writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { launchSession } from '../../src/engine/launchSession.ts';
import { cleanEnvironment, recordingFile, runtimeDir } from './engineRuns.ts';

const [path = '', nodePath = '', ...args] = process.argv.slice(2);
const recordingPath = recordingFile();
const session = await launchSession({
	target: { kind: 'script', path, args },
	cwd: tmpdir(),
	env: cleanEnvironment(),
	nodePath,
	runtimeDir,
	recordingPath,
});
session.stdout?.resume();
let first: number | undefined;
session.onDidAddEntries(entries => {
	for (const { type, t } of entries) {
		if (type !== 'sample') continue;
		first ??= t;
		// By then something is on disk. At once: what is on its way through a stream would be lost with us.
		if (t > first + 500) writeSync(1, `seen ${session.pid} ${recordingPath} ${t}\n`);
	}
});
