import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { cleanEnvironment, fixture, onEveryNode, ProfiledRun } from '../../support/engineRuns.ts';

const LIMIT_MB = 100;
const FATAL = /^FATAL ERROR: .* - JavaScript heap out of memory$/m;

/** Highest RSS of a process, as the kernel keeps it, looked at until it is gone. */
function peakOf(pid: number): { stop(): number } {
	let peak = 0;
	const look = () => {
		try {
			const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
			peak = Math.max(peak, Number(kilobytes ?? 0) * 1024);
		} catch {
			// It has ended.
		}
	};
	const timer = setInterval(look, 5);
	return {
		stop() {
			clearInterval(timer);
			return peak;
		},
	};
}

describe('the heap limit', () => {
	onEveryNode('a script that reaches it', (_major, node) => {
		for (const point of ['objects', 'array']) {
			it(`with ${point} dies by V8's own hand, as without us, with less than twice the memory`, async function () {
				if (process.platform !== 'linux') this.skip();
				const stamps = join(tmpdir(), `memory-manager-test-${process.pid}-${Math.random()}.stamps`);
				const nodeArgs = [`--max-old-space-size=${LIMIT_MB}`];
				const args = [point, stamps];

				const plain = spawn(node(), [...nodeArgs, fixture('killPoints.cjs'), ...args], {
					env: cleanEnvironment(),
					stdio: ['ignore', 'ignore', 'pipe'],
				});
				let words = '';
				plain.stderr.on('data', (chunk: Buffer) => {
					words += chunk.toString();
				});
				const plainPeak = peakOf(plain.pid ?? 0);
				const [code, signal] = (await once(plain, 'close')) as [number | null, string | null];
				const withoutUs = plainPeak.stop();
				assert.match(words, FATAL, `ended with ${code ?? signal}`);

				await using run = await ProfiledRun.start({
					script: 'killPoints.cjs',
					args,
					nodeArgs,
					nodePath: node(),
					input: Buffer.alloc(0),
				});
				const profiledPeak = peakOf((await run.entry('process')).pid);
				const { reason, stderr, opened } = await run.finished();
				const withUs = profiledPeak.stop();
				rmSync(stamps);
				assert.equal(reason.kind, 'outOfMemory');
				assert.match(stderr.toString(), FATAL);
				assert.equal(signal, 'SIGABRT');
				assert.equal(reason.kind === 'outOfMemory' && reason.limitBytes, LIMIT_MB * 2 ** 20);
				assert.equal(opened.model.latestProfile?.cause, 'outOfMemory');
				if (process.env.MEMORY_MANAGER_SHOW !== undefined)
					console.log(
						`\t${(withoutUs / 2 ** 20).toFixed(0)} MB without us, ${(withUs / 2 ** 20).toFixed(0)} MB with us`,
					);
				assert.ok(withUs < 2 * withoutUs, `${withUs} bytes with us, ${withoutUs} without`);
			});
		}
	});

	it('has its figure read as it is, though V8 raises its own while the script stands at it', async () => {
		await using run = await ProfiledRun.start({
			script: 'outOfMemory.mjs',
			nodeArgs: ['--max_old_space_size=64'],
			input: Buffer.alloc(0),
		});
		const { entries } = await run.finished();
		const limits = new Set<number>();
		for (const entry of entries)
			if (entry.type === 'sample' && entry.heapLimitBytes !== undefined) limits.add(entry.heapLimitBytes);
		assert.deepEqual([...limits], [64 * 2 ** 20]);
	});
});

describe('a process of ours that is killed', () => {
	it('leaves all but the last moment on disk', async function () {
		// On a machine that is busy with other things a tick may come late.
		this.retries(2);
		const stamps = join(tmpdir(), `memory-manager-test-${process.pid}-${Math.random()}.stamps`);
		const host = spawn(
			process.execPath,
			[
				join(projectRoot, 'test', 'support', 'engineHost.ts'),
				fixture('killPoints.cjs'),
				process.execPath,
				'loop',
				stamps,
			],
			{ stdio: ['ignore', 'pipe', 'inherit'] },
		);
		const [chunk] = (await once(host.stdout, 'data')) as [Buffer];
		const [, , path = ''] = chunk.toString().trim().split('\n')[0]?.split(' ') ?? [];
		host.kill('SIGKILL');
		const killedAt = Date.now();
		await once(host, 'exit');
		const { model, damagedLines } = await readRecording(path);
		const missing = killedAt - model.header.originEpochMs - (model.latest?.t ?? 0);
		rmSync(path);
		rmSync(stamps, { force: true });
		assert.equal(damagedLines, 0);
		assert.ok(missing <= 250, `${missing} ms are missing`);
		if (process.env.MEMORY_MANAGER_SHOW !== undefined) console.log(`\t${missing.toFixed(0)} ms before the end`);
	});
});
