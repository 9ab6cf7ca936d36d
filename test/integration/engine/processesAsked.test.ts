import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onNode, ProfiledRun } from '../../support/engineRuns.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

for (const major of [20, 24] as const)
	onNode(major, 'a worker and a child that are asked', (_major, node) => {
		const folder = temporaryFolder('asked');
		after(() => folder.remove());

		it('answer for themselves, and are gone at their end', async () => {
			await using run = await ProfiledRun.start({ script: 'processes/asked.cjs', nodePath: node() });
			const { session } = run;
			for (const kind of ['worker', 'child'] as const) {
				const { process } = await run.entry('process', entry => entry.kind === kind);
				assert.ok(process !== undefined);
				await run.entry('sample', entry => entry.process === process);
				await session.refreshAllocations(process);
				await run.entry('allocations', entry => entry.process === process && entry.cause === 'request');
				await session.collectGarbage(process);
				await run.entry('gc', entry => entry.process === process && entry.forcedBy === 'command');
				assert.match((await session.command({ kind: 'clearCache', id: 77 }, process)).message, /gone/);
				const path = join(folder.path, `${kind}.heapsnapshot`);
				await session.takeHeapSnapshot(path, undefined, undefined, process);
				assert.match(await readFile(path, 'utf8'), new RegExp(`only in the ${kind} 999`));
				await run.entry('snapshot', entry => entry.process === process && entry.path === path);
			}
			await assert.rejects(session.collectGarbage(99), { code: 'notRunning' });
			session.stdin?.end();
			await run.finished();
			await assert.rejects(session.collectGarbage(2), { code: 'notRunning' });
		});
	});
