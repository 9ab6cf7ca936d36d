import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandLine } from '../../support/commandLine.ts';
import { fixture } from '../../support/engineRuns.ts';

describe('memory-manager snapshot', () => {
	let line: CommandLine;
	let earlier: string;
	let later: string;

	before(async () => {
		line = new CommandLine();
		earlier = join(line.folder.path, 'before.heapsnapshot');
		later = join(line.folder.path, 'after.heapsnapshot');
		await promisify(execFile)(process.execPath, [fixture('heapSnapshots.cjs'), earlier, later]);
	});
	after(() => line.dispose());

	it('prints classes and the owners of array buffers', async () => {
		const { code, stdout, stderr } = await line.run('snapshot', earlier);
		assert.equal(code, 0, stderr);
		assert.match(stdout, /^Picture +10 +320 B +9\.5\d MB$/m);
		assert.match(stdout, /^Picture pixels +9\.54 MB +10 +global\.store\.pictures\[\]$/m);
	});

	it('prints what changed since another', async () => {
		const { code, stdout, stderr } = await line.run('snapshot', later, '--compare', earlier);
		assert.equal(code, 0, stderr);
		assert.match(stdout, /object by object/);
		assert.match(stdout, /^Row +\+100 +\+[\d.]+ KB +100 +0$/m);
	});

	it('says in one sentence that a file is none', async () => {
		const { code, stdout, stderr } = await line.run('snapshot', line.file('x.heapsnapshot', '{"a":1}'));
		assert.equal(code, 2);
		assert.equal(stdout, '');
		assert.match(stderr, /^".*x\.heapsnapshot" cannot be read as a heap snapshot: .*another kind of file\.\n$/);
	});
});
