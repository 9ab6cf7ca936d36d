import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/paths.ts';
import { stopTree } from '../../scripts/stopTree.ts';
import { waitFor } from '../support/waitFor.ts';

const wrapper = join(projectRoot, 'scripts', 'serverChild.ts');

/** Stands for the server: it has a child of its own, and both ignore SIGTERM. */
const server = `
	import { spawn } from 'node:child_process';
	import { writeFileSync } from 'node:fs';
	process.on('SIGTERM', () => {});
	const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('ready')";
	const child = spawn(process.execPath, ['-e', stubborn], { stdio: ['ignore', 'pipe', 'inherit'] });
	child.stdout.once('data', () => writeFileSync(process.argv[2], process.pid + ' ' + child.pid));
`;

describe('the process of the served VS Code', () => {
	let folder = '';
	let parent: ChildProcess | undefined;

	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'memory-manager-child-'));
		await writeFile(join(folder, 'server.mjs'), server);
	});
	afterEach(async () => {
		parent?.kill('SIGKILL');
		await rm(folder, { recursive: true, force: true });
	});

	it('ends with everything it started when it is stopped', async () => {
		const child = spawn(process.execPath, [wrapper, join(folder, 'server.mjs'), join(folder, 'pids')], {
			detached: true,
			stdio: ['pipe', 'ignore', 'inherit'],
		});
		parent = child;
		const pids = await readPids();
		await stopTree(child);
		await waitFor(() => pids.every(ended), { what: `the end of ${pids}` });
	});

	it('ends with everything it started when its parent is killed', async () => {
		const script = `require('node:child_process').spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })`;
		const args = ['-e', script, wrapper, join(folder, 'server.mjs'), join(folder, 'pids')];
		parent = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
		const pids = await readPids();
		parent.kill('SIGKILL');
		await waitFor(() => pids.every(ended), { what: `the end of ${pids}` });
	});

	async function readPids(): Promise<number[]> {
		const text = await waitFor(() => readFile(join(folder, 'pids'), 'utf8'), { what: 'the start of the server' });
		const pids = text.split(' ').map(Number);
		assert.equal(pids.filter(pid => !ended(pid)).length, 2);
		return pids;
	}
});

function ended(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return false;
	} catch {
		return true;
	}
}
