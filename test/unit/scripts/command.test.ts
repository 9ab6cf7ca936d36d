import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { exitCodeOf, findOnPath, runCommand } from '../../../scripts/command.ts';

describe('commands', () => {
	it('finds a program on PATH and nothing that is not there', () => {
		const env = { PATH: `/nowhere${process.platform === 'win32' ? ';' : ':'}${dirname(process.execPath)}` };
		assert.equal(findOnPath(['no-such-program', basename(process.execPath, '.exe')], env), process.execPath);
		assert.equal(findOnPath(['no-such-program'], env), undefined);
		assert.equal(findOnPath(['node'], {}), undefined);
	});

	it('gives the exit code, and rejects where the command is to succeed', async () => {
		const args = ['-e', 'process.exit(3)'];
		assert.equal(await exitCodeOf(process.execPath, args), 3);
		await assert.rejects(runCommand(process.execPath, args), /ended with exit code 3/);
	});

	it('says which program could not be started', async () => {
		await assert.rejects(exitCodeOf('/no/such/program', []), /\/no\/such\/program could not be started/);
	});
});
