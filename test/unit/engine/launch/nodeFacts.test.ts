import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { nodeFacts } from '../../../../src/engine/launch/nodeFacts.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../support/temporaryFolder.ts';

describe('nodeFacts', () => {
	let folder: TemporaryFolder;
	before(() => {
		folder = temporaryFolder('facts');
	});
	after(() => folder.remove());

	const executable = (name: string, body: string): string => {
		const path = join(folder.path, name);
		writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
		return path;
	};
	const facts = (path: string | undefined, env: NodeJS.ProcessEnv = process.env) => nodeFacts(path, env, folder.path);

	it('knows this Node', async () => {
		const { version, major, minor, path } = await facts(process.execPath);
		assert.equal(version, process.versions.node);
		assert.equal(`${major}.${minor}`, process.versions.node.split('.').slice(0, 2).join('.'));
		assert.equal(path, process.execPath);
	});
	it('finds Node on the PATH of the environment that it is given', async () => {
		const env = { PATH: dirname(process.execPath) };
		assert.equal((await facts(undefined, env)).path, process.execPath);
		assert.equal((await facts(basename(process.execPath), env)).path, process.execPath);
		await assert.rejects(facts(undefined, { PATH: folder.path }), { code: 'nodeNotFound' });
		await assert.rejects(facts(undefined, {}), { code: 'nodeNotFound' });
	});
	it('is not led astray by NODE_OPTIONS', async () => {
		await facts(process.execPath, { ...process.env, NODE_OPTIONS: '--require ./nowhere.cjs' });
	});
	for (const path of ['/nowhere/node', './nowhere', '.'])
		it(`does not find ${path}`, () => assert.rejects(facts(path), { code: 'nodeNotFound' }));

	if (process.platform === 'win32') return;
	it('resolves a relative path from the working directory', () => {
		executable('relative', 'echo \'["24.0.0","strip","string"]\'');
		return facts('./relative').then(({ typescript }) => assert.equal(typescript, 'on'));
	});
	for (const [name, body] of [
		['silent', ''],
		['python', 'echo Python 3.13'],
		['failing', 'exit 3'],
		['almost', 'echo \'["24.0.0","strip","undefined"]\''],
		['chatty', 'yes'],
	] as const)
		it(`says that a program is not Node (${name})`, () =>
			assert.rejects(facts(executable(name, body)), { code: 'notNode', message: new RegExp(name) }));
	it('says that /bin/true is not Node', () => assert.rejects(facts('/bin/true'), { code: 'notNode' }));
	it('does not take a text file', () => {
		writeFileSync(join(folder.path, 'text'), 'hello', { mode: 0o644 });
		return assert.rejects(facts('./text'), { code: 'nodeNotFound' });
	});
	it('says that a Node is too old', () =>
		assert.rejects(facts(executable('old', 'echo \'["18.20.1","undefined","string"]\'')), {
			code: 'nodeTooOld',
			message: /18\.20\.1/,
		}));
	it('asks in the folder of the run, as version managers want it', async () => {
		const path = executable('shim', 'test -e here && echo \'["24.1.0","strip","string"]\' || exit 1');
		await assert.rejects(facts(path), { code: 'notNode' });
		writeFileSync(join(folder.path, 'here'), '');
		assert.equal((await facts(path)).version, '24.1.0');
	});
	it('asks again after a failure, so that a repaired path works', async () => {
		const path = executable('repaired', 'exit 1');
		await assert.rejects(facts(path), { code: 'notNode' });
		executable('repaired', 'echo \'["22.7.0","undefined","string"]\'');
		assert.equal((await facts(path)).typescript, 'flag');
	});
});
