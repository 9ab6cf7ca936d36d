import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endStory } from '../../../src/analysis/endStory.ts';
import type { EndReason } from '../../../src/protocol/entries.ts';
import { entriesOfType, type FinishedRun, onOuterNodes, ProfiledRun } from '../../support/engineRuns.ts';

/** What a recording may lack of the end of a run, ms. */
const LEAST_RECORDED_MS = 250;

interface KillPoint {
	name: string;
	point: string;
	/** Brings the run to its end; gives the time of that where the script cannot tell it. */
	end(run: ProfiledRun): Promise<number | undefined>;
	reason: EndReason | ((reason: EndReason) => boolean);
	nodeArgs?: string[];
	/** Whether it got far enough to be asked anything. */
	reached?: boolean;
}

/** Waits until the target has answered some more. */
const answers = async (run: ProfiledRun): Promise<void> => {
	const from = run.session.model.now;
	await run.entry('sample', ({ t, heapUsedBytes }) => t > from + 150 && heapUsedBytes !== undefined);
};
const killed = (run: ProfiledRun, signal: NodeJS.Signals = 'SIGKILL'): number => {
	run.session.kill(signal);
	return Date.now();
};
const bySignal = (signal: string): EndReason => ({ kind: 'signal', signal });
const outOfMemory = (reason: EndReason): boolean =>
	reason.kind === 'outOfMemory' && reason.limitBytes === 64 * 2 ** 20 && reason.cause !== undefined;

/** Rejections are part of it: the process dies under the question. */
const underWay = (work: Promise<unknown>): void => void work.catch(() => {});

const killPoints: KillPoint[] = [
	{
		name: 'before it began',
		point: 'loop',
		end: async run => killed(run),
		reason: bySignal('SIGKILL'),
		reached: false,
	},
	{
		name: 'at its start',
		point: 'loop',
		end: async run => {
			await run.entry('process');
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
		reached: false,
	},
	...(['SIGKILL', 'SIGTERM', 'SIGABRT'] as const).map(
		(signal): KillPoint => ({
			name: `in a loop, by ${signal}`,
			point: 'loop',
			end: async run => {
				await run.printed('at loop');
				await answers(run);
				return killed(run, signal);
			},
			reason: bySignal(signal),
		}),
	),
	{
		name: 'in one native call',
		point: 'native',
		end: async run => {
			await run.printed('at native');
			const from = run.session.model.now;
			await run.entry('sample', ({ t, heapUsedBytes }) => t > from + 150 && heapUsedBytes === undefined);
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
	},
	{
		name: 'while it awaits',
		point: 'await',
		end: async run => {
			await run.printed('at await');
			await answers(run);
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
	},
	{
		name: 'while a profile is read',
		point: 'full',
		end: async run => {
			await run.printed('at full');
			await answers(run);
			underWay(run.session.refreshAllocations());
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
	},
	{
		name: 'while a snapshot is written',
		point: 'full',
		end: async run => {
			await run.printed('at full');
			await answers(run);
			const path = join(tmpdir(), `memory-manager-test-${process.pid}-${Math.random()}.heapsnapshot`);
			const from = run.session.model.now;
			underWay(run.session.takeHeapSnapshot(path).finally(() => rmSync(path, { force: true })));
			// V8 is in it once it answers nothing else.
			await run.entry('sample', ({ t, heapUsedBytes }) => t > from && heapUsedBytes === undefined);
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
	},
	{
		name: 'at its exit',
		point: 'exit',
		end: async run => {
			await run.printed('at exit');
			return killed(run);
		},
		reason: bySignal('SIGKILL'),
		// Its last readings were taken when the exit began.
		reached: false,
	},
	{ name: 'by process.abort', point: 'abort', end: async () => undefined, reason: bySignal('SIGABRT') },
];

/** Every Node comes to its heap limit in the tests of that; here it is how much is on disk by then. */
const fullHeaps = ['array', 'strings'].map(
	(point): KillPoint => ({
		name: `of ${point} on a full heap`,
		point,
		end: async () => undefined,
		reason: outOfMemory,
		nodeArgs: ['--max-old-space-size=64'],
	}),
);

describe('kill points', () => {
	onOuterNodes('a script that dies', (major, node) => {
		const points = major === 24 ? [...killPoints, ...fullHeaps] : killPoints;
		for (const { name, point, end, reason, nodeArgs = [], reached = true } of points) {
			// On a machine that is busy with other things a tick may come late: the bound is what it keeps when it gets its time.
			it(`${name} leaves a recording up to its end`, async function () {
				this.retries(2);
				const stamps = join(tmpdir(), `memory-manager-test-${process.pid}-${Math.random()}.stamps`);
				await using run = await ProfiledRun.start({
					script: 'killPoints.cjs',
					args: [point, stamps],
					nodeArgs,
					nodePath: node(),
					input: Buffer.alloc(0),
				});
				const endedAt = await end(run);
				const finished = await run.finished();
				const stampedAt = lastStamp(stamps);
				check(finished, reason);
				if (!reached) return;
				const died = (endedAt ?? stampedAt ?? 0) - finished.opened.model.header.originEpochMs;
				const samples = entriesOfType(finished.entries, 'sample');
				const missing = died - (samples.at(-1)?.t ?? 0);
				assert.ok(samples.length > 0 && missing <= LEAST_RECORDED_MS, `${missing} ms are missing`);
				if (process.env.MEMORY_MANAGER_SHOW !== undefined) console.log(`\t${missing.toFixed(0)} ms before the end`);
				if (finished.reason.kind !== 'outOfMemory') return;
				const story = endStory(finished.opened.model);
				assert.ok(story?.ofMemory);
				assert.match(story.sentence, /^\d.* of 64\.0 MB live, \d+ % from .*killPoints\.cjs:\d+$/);
			});
		}
	});
});

function check({ opened, reason, entries }: FinishedRun, expected: KillPoint['reason']): void {
	if (typeof expected === 'function') assert.ok(expected(reason), JSON.stringify(reason));
	else assert.deepEqual(reason, expected);
	assert.deepEqual(opened.model.state?.state, 'ended');
	assert.deepEqual(opened.model.state.reason, reason);
	assert.ok(entries.length > 0);
}

function lastStamp(path: string): number | undefined {
	try {
		const text = readFileSync(path, 'latin1');
		rmSync(path);
		return Number(text.trimEnd().split('\n').at(-1));
	} catch {
		// It ended before its first.
		return undefined;
	}
}
