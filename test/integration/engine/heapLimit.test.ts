import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/paths.ts';
import { endStory } from '../../../src/analysis/endStory.ts';
import { readRecording } from '../../../src/engine/recordingFile.ts';
import { cleanEnvironment, fixture, onEveryNode, ProfiledRun } from '../../support/engineRuns.ts';

const LIMIT_MB = 64;
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

/** What Node writes at such an end but for figures, addresses and the one of V8's two causes that came first. */
function skeleton(stderr: string): string[] {
	const text = stderr
		.replace(/(?<=<--- Last few GCs --->\n).*?(?=<--- JS stacktrace|FATAL ERROR)/s, '')
		.replace(/(?<=^FATAL ERROR: ).*(?= Allocation failed)/m, 'cause');
	const lines = text.split('\n').filter(Boolean);
	return lines
		.map(line => (/^ *\d+: 0x/.test(line) ? 'native frame' : line))
		.filter((line, i, all) => line !== all[i - 1]);
}

/** `awaits` fills the heap in microtasks, `leap` is over the limit in one call. */
const POINTS = ['awaits', 'leap'];

describe('the heap limit', () => {
	onEveryNode('a script that reaches it', (major, node) => {
		for (const point of major === 24 ? ['objects', ...POINTS] : POINTS) {
			it(`with ${point} dies by V8's own hand, as without us`, async function () {
				if (process.platform !== 'linux') this.skip();
				// Node 26 now and then writes its report twice before it is gone; why is not known.
				this.retries(3);
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
				const [, signal] = (await once(plain, 'close')) as [number | null, string | null];
				const withoutUs = plainPeak.stop();
				assert.equal(signal, 'SIGABRT');
				assert.match(words, FATAL);

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
				// With the cause it is an abort by V8: another signal is no `outOfMemory` with a cause.
				assert.ok(reason.kind === 'outOfMemory' && reason.cause !== undefined, JSON.stringify(reason));
				assert.equal(reason.limitBytes, LIMIT_MB * 2 ** 20);
				assert.deepEqual(skeleton(stderr.toString()), skeleton(words));
				const { latestProfile } = opened.model;
				assert.ok(latestProfile);
				const story = endStory(opened.model);
				assert.ok(story?.ofMemory);
				assert.match(story.sentence, /^\d.* of 64\.0 MB live, \d+ % from .*killPoints\.cjs:\d+$/);
				if (point === 'leap') assert.equal(latestProfile.cause, 'outOfMemory');
				if (process.env.MEMORY_MANAGER_SHOW !== undefined)
					console.log(
						`\t${(withoutUs / 2 ** 20).toFixed(0)} MB without us, ${(withUs / 2 ** 20).toFixed(0)} MB with us`,
					);
				// V8 raises its limit for a leap, which then needs what it needs.
				if (point !== 'leap') assert.ok(withUs < 2 * withoutUs, `${withUs} bytes with us, ${withoutUs} without`);
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
	it('leaves all but the last moment on disk', async () => {
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
		let seen = '';
		const said = new Promise<void>(done => {
			host.stdout.on('data', chunk => {
				seen += chunk;
				done();
			});
		});
		await said;
		host.kill('SIGKILL');
		await once(host, 'close');
		// Against the last that it knew: a machine that is busy may hold up both of us, but not what was read on its way to the disk.
		const [, , path = '', t] = seen.trimEnd().split('\n').at(-1)?.split(' ') ?? [];
		const { model, damagedLines } = await readRecording(path);
		const missing = Number(t) - (model.latest?.t ?? 0);
		rmSync(path);
		rmSync(stamps, { force: true });
		assert.equal(damagedLines, 0);
		assert.ok(missing <= 250, `${missing} ms are missing`);
		if (process.env.MEMORY_MANAGER_SHOW !== undefined) console.log(`\t${missing.toFixed(0)} ms before the end`);
	});
});
