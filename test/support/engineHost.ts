// A process that profiles a script and is killed by a test: `engineHost.ts <script> <node> [args…]`.
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
// By then something is on disk.
session.onDidAddEntries(entries => {
	if (entries.some(({ t }) => t > 500)) console.log(`seen ${session.pid} ${recordingPath}`);
});
