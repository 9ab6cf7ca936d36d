import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import {
	entriesOfType,
	type FinishedRun,
	fixture,
	isAlive,
	onNode,
	onOuterNodes,
	ProfiledRun,
	profiledRun,
	type RunOptions,
} from '../../support/engineRuns.ts';
import { type TemporaryFolder, temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

/** How much of the end a signal that cannot be caught may take from the recording, ms. */
const LOST_MS = 1_000;

/** What sessions leave in the folder for temporary files, which is these tests' own so that nobody else's is counted. */
const leftOver = (): string[] => readdirSync(tmpdir()).filter(name => !name.endsWith('.memrec'));
let temporary: TemporaryFolder;
const { TMPDIR } = process.env;
describe('signals and ends', () => {
	before(() => {
		temporary = temporaryFolder('signals');
		process.env.TMPDIR = temporary.path;
	});
	after(() => {
		if (TMPDIR === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = TMPDIR;
		return temporary.remove();
	});

	interface Signalled extends FinishedRun {
		readonly pid: number;
	}

	async function signalled(options: RunOptions, act: (run: ProfiledRun, pid: number) => void): Promise<Signalled> {
		await using run = await ProfiledRun.start({ script: 'signals.cjs', ...options });
		await run.printed('ready');
		// So that there is something to lose.
		await run.entry('sample', ({ t }) => t > 600);
		const { pid = 0 } = run.session;
		act(run, pid);
		const finished = await run.finished();
		await waitFor(() => !isAlive(pid), { what: 'the end of the script' });
		assert.deepEqual(leftOver(), []);
		return { ...finished, pid };
	}

	function assertNearlyWhole({ entries, opened }: FinishedRun): void {
		const ended = entriesOfType(entries, 'state').at(-1);
		assert.equal(ended?.state, 'ended');
		const lastSample = entriesOfType(entries, 'sample').at(-1)?.t ?? 0;
		assert.ok(ended.t - lastSample < LOST_MS, `the last sample is ${ended.t - lastSample} ms before the end`);
		assert.deepEqual([opened.damagedLines, opened.cutLastLine], [0, false]);
	}

	onOuterNodes('a script that gets a signal', (_major, node) => {
		for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL', 'SIGHUP'] as const)
			it(`${signal} from outside ends by it, and what was seen is kept`, async () => {
				const run = await signalled({ nodePath: node() }, (_run, pid) => process.kill(pid, signal));
				assert.deepEqual(run.reason, { kind: 'signal', signal });
				assertNearlyWhole(run);
			});
		it('handles SIGTERM as without us', async () => {
			const run = await signalled({ nodePath: node(), args: ['handler'] }, ({ session }) => session.kill('SIGTERM'));
			assert.deepEqual(run.reason, { kind: 'exit', code: 11 });
			assert.equal(run.stdout.toString(), 'ready\ngot SIGTERM\n');
			assert.equal(run.opened.model.profiles.at(-1)?.cause, 'final');
		});
		it('sends itself a signal', async () => {
			const run = await profiledRun({ script: 'rows.mjs', args: ['kill', '0'], nodePath: node() });
			assert.deepEqual(run.reason, { kind: 'signal', signal: 'SIGTERM' });
			assert.equal(run.opened.model.profiles.at(-1)?.cause, 'final');
			assert.equal(run.stderr.toString(), '');
		});
		it('aborts', async () => {
			const run = await profiledRun({ script: 'rows.mjs', args: ['abort', '700'], nodePath: node() });
			assert.deepEqual(run.reason, { kind: 'signal', signal: 'SIGABRT' });
			assertNearlyWhole(run);
		});
	});

	onNode(24, 'a session', (_major, node) => {
		it('that is stopped has a final profile and leaves nothing running', async () => {
			const run = await signalled({ nodePath: node() }, ({ session }) => void session.stop());
			assert.deepEqual(run.reason, { kind: 'stopped' });
			assert.equal(run.opened.model.profiles.at(-1)?.cause, 'final');
		});
		it('stops a script that ignores SIGTERM', async () => {
			const run = await signalled({ nodePath: node(), args: ['stubborn'] }, ({ session }) => void session.stop());
			assert.deepEqual(run.reason, { kind: 'stopped' });
			assert.equal(run.stdout.toString(), 'ready\nignores SIGTERM\n');
		});
		it('stops a script that never comes to an end of its computing', async () => {
			await using run = await ProfiledRun.start({ script: 'rows.mjs', args: ['end', '60000'], nodePath: node() });
			await run.entry('sample', ({ t }) => t > 500);
			await run.session.stop();
			assert.deepEqual(await run.session.ended, { kind: 'stopped' });
			assert.equal(run.session.model.profiles.at(-1)?.cause, 'final');
		});
		it('is stopped by its abort signal', async () => {
			const abort = new AbortController();
			const run = await signalled({ nodePath: node(), signal: abort.signal }, () => abort.abort());
			assert.deepEqual(run.reason, { kind: 'stopped' });
		});
		it('is let go by a signal that lives on', async () => {
			const { signal } = new AbortController();
			await using run = await ProfiledRun.start({ script: 'signals.cjs', nodePath: node(), signal });
			assert.equal(getEventListeners(signal, 'abort').length, 1);
			await run.session.stop();
			assert.equal(getEventListeners(signal, 'abort').length, 0);
		});
		it('is stopped by an abort at any early moment', async () => {
			await assert.rejects(
				ProfiledRun.start({ script: 'signals.cjs', nodePath: node(), signal: AbortSignal.abort() }),
				{
					name: 'AbortError',
				},
			);
			const abort = new AbortController();
			await using run = await ProfiledRun.start({ script: 'signals.cjs', nodePath: node(), signal: abort.signal });
			abort.abort();
			assert.deepEqual((await run.finished()).reason, { kind: 'stopped' });
			assert.deepEqual(leftOver(), []);
		});
		it('may be stopped many times, and after its end', async () => {
			await using run = await ProfiledRun.start({ script: 'signals.cjs', nodePath: node() });
			await run.printed('ready');
			await Promise.all([run.session.stop(), run.session.stop()]);
			await run.session.stop();
			run.session.kill('SIGTERM');
			await assert.rejects(run.session.command({ kind: 'clearCache' }), { code: 'notRunning' });
			await assert.rejects(run.session.refreshAllocations(), { code: 'notRunning' });
		});

		for (const args of [[], ['stubborn']])
			it(`takes its script with it when its process is killed (${args.join() || 'plain'})`, async () => {
				const host = spawn(
					process.execPath,
					[join(projectRoot, 'test', 'support', 'engineHost.ts'), fixture('signals.cjs'), node(), ...args],
					{ stdio: ['ignore', 'pipe', 'inherit'] },
				);
				const [chunk] = (await once(host.stdout, 'data')) as [Buffer];
				const [, pid, recording = ''] = chunk.toString().trim().split('\n')[0]?.split(' ') ?? [];
				assert.ok(isAlive(Number(pid)));
				host.kill('SIGKILL');
				await waitFor(() => !isAlive(Number(pid)), { what: 'the end of the script' });
				await waitFor(() => leftOver().length === 0, { what: 'the end of the temporary folder' });
				const { model, damagedLines } = await readRecording(recording);
				assert.ok(model.latest && damagedLines === 0);
				rmSync(recording);
			});
	});

	onOuterNodes('a script that needs more memory than it may have', (_major, node) => {
		it('is told to be out of memory, and what filled it', async () => {
			const nodeArgs = ['--max-old-space-size=64'];
			const run = await profiledRun({ script: 'outOfMemory.mjs', nodeArgs, nodePath: node() });
			assert.equal(run.reason.kind, 'outOfMemory');
			assert.ok(run.reason.kind === 'outOfMemory' && (run.reason.limitBytes ?? 0) > 60 << 20);
			const { model } = run.opened;
			const profile = model.latestProfile;
			assert.ok(profile);
			const held = profile.live.reduce((sum, [, bytes]) => sum + bytes, 0);
			assert.ok(held > 10 << 20, `${held} bytes live`);
			const names = new Set(profile.live.map(([id]) => model.nodes.get(id)?.frame.functionName));
			const callers = [...profile.live].map(
				([id]) => model.nodes.get(model.nodes.get(id)?.parent ?? 0)?.frame.functionName,
			);
			assert.ok(names.has('hoard') || callers.includes('hoard'), [...names].join());
		});
	});
});
