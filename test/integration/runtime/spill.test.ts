import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allNodes, nodeBinary } from '../../../scripts/nodes.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';
import { fixtures, type Outcome, outcome, plainEnvironment, requireBundles, runtimeFolder } from './runtimeHost.ts';

const script = join(fixtures, 'spill.mjs');

describe('files of a SpillCache', () => {
	let folder: TemporaryFolder;
	let node: string;
	const running: ChildProcess[] = [];
	const env = (more: object = {}) => ({ ...plainEnvironment(), RUNTIME: join(runtimeFolder, 'index.cjs'), ...more });
	const start = (command: string, args: string[], more?: object): ChildProcess => {
		const child = spawn(command, args, { env: env(more), stdio: ['ignore', 'pipe', 'pipe'] });
		running.push(child);
		return child;
	};
	const run = (way: string, more?: object): Promise<Outcome> => outcome(start(node, [script, way, folder.path], more));
	const folders = () => readdirSync(folder.path).filter(name => name.startsWith('memory-manager-spill-'));
	const hold = async (): Promise<{ child: ChildProcess; name: string }> => {
		const before = folders();
		const child = start(node, [script, 'hold', folder.path]);
		let text = '';
		child.stdout?.on('data', data => {
			text += data;
		});
		await waitFor(() => text.includes('"right":12'), { what: 'values on disk' });
		const name = folders().find(other => !before.includes(other));
		assert.ok(name);
		return { child, name };
	};

	before(async () => {
		requireBundles();
		node = await nodeBinary(24);
	});
	beforeEach(() => {
		folder = temporaryFolder('spill');
	});
	afterEach(async () => {
		for (const child of running.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
		await folder.remove();
	});

	for (const major of allNodes) {
		it(`are gone when the process ends, on Node ${major}`, async () => {
			const binary = await nodeBinary(major);
			for (const [way, code] of [
				['end', 0],
				['dispose', 0],
				['exit', 3],
				['throw', 1],
			] as const) {
				const result = await outcome(start(binary, [script, way, folder.path]));
				assert.deepEqual(
					[result.code, result.stdout.trim()],
					[code, '{"right":12,"failed":0,"corrupt":0,"dropped":0}'],
				);
				assert.deepEqual(readdirSync(folder.path), [], way);
			}
		});
	}

	it('that a killed process left are removed by the next one, those of living processes are not', async () => {
		const killed = await hold();
		const living = await hold();
		killed.child.kill('SIGKILL');
		await outcome(killed.child);
		assert.deepEqual(folders().sort(), [killed.name, living.name].sort());
		assert.equal((await run('end')).code, 0);
		assert.deepEqual(folders(), [living.name]);
		assert.ok(readdirSync(join(folder.path, living.name)).length >= 10);
	});

	it('that belong to an earlier process of the same id are removed', async function () {
		if (process.platform !== 'linux') {
			console.log('      skipped: the start of another process is known on Linux only');
			this.skip();
		}
		const { name } = await hold();
		const [, , , pid, machine, begin] = name.split('-');
		const earlier = `memory-manager-spill-${pid}-${machine}-${Number(begin) - 1}-abcdef`;
		mkdirSync(join(folder.path, earlier));
		writeFileSync(join(folder.path, earlier, '1'), 'left over');
		await run('end');
		assert.deepEqual(folders(), [name]);
	});

	it('may grow too large for the process: values are lost, counted and warned of once, and the script goes on', async function () {
		if (process.platform === 'win32') {
			console.log('      skipped: Windows has no limit for the size of a file');
			this.skip();
		}
		const args = ['-c', 'ulimit -f 64 && exec "$0" "$@"', node, script, 'end', folder.path];
		const result = await outcome(start('sh', args, { BLOCK_BYTES: '1000000' }));
		assert.deepEqual([result.code, result.stdout.trim()], [0, '{"right":2,"failed":10,"corrupt":0,"dropped":0}']);
		assert.equal(result.stderr.split('MemoryManagerWarning: SpillCache "fixture": a value could not').length, 2);
		assert.match(result.stderr, /EFBIG/);
		assert.deepEqual(folders(), []);
	});

	it('may fill the disk: what fits comes back', async function () {
		const mount = 'mount -t tmpfs -o size=64k none "$1"';
		const possible = await outcome(start('unshare', ['-rm', 'sh', '-c', mount, 'sh', folder.path])).catch(
			() => undefined,
		);
		if (possible?.code !== 0) {
			console.log('      skipped: no file system can be mounted here');
			this.skip();
		}
		const args = ['-rm', 'sh', '-c', `${mount} && exec "$0" "$2" end "$1"`, node, folder.path, script];
		const result = await outcome(start('unshare', args, { BLOCK_BYTES: '16384' }));
		assert.equal(result.code, 0, result.stderr);
		const { right, failed, corrupt } = JSON.parse(result.stdout);
		assert.ok(failed > 0 && right >= 3 && right + failed >= 12 && corrupt === 0, result.stdout);
		assert.match(result.stderr, /ENOSPC/);
	});
});
