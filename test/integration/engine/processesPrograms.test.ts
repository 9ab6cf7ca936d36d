import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportOf } from '../../../src/analysis/report.ts';
import { entriesOfType, onOuterNodes, ProfiledRun } from '../../support/engineRuns.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

/** Stands for ffprobe: tells of a film of two frames, the second when it is let. */
const PROGRAM = `#!/bin/sh
case "$*" in
*json*) echo '{"streams":[{"codec_type":"video","codec_name":"none","width":2,"height":2}],"format":{"format_name":"test"}}' ;;
*) echo 'pts_time=0|size=10|flags=K_|pos=0'
   while [ ! -e "$(dirname "$0")/go" ]; do sleep 0.05; done
   echo 'pts_time=1|size=10|flags=__|pos=10' ;;
esac
`;

onOuterNodes('programs of the runtime library', (_major, node) => {
	it('are children with their RSS, in the recording too; others are not', async function () {
		if (process.platform === 'win32') this.skip();
		const folder = temporaryFolder('programs');
		try {
			const [program, film] = [join(folder.path, 'ffprobe'), join(folder.path, 'film')];
			await writeFile(program, PROGRAM);
			await chmod(program, 0o755);
			await writeFile(film, 'no film');
			const options = { script: 'processes/program.mjs', args: [film, program], nodePath: node() };
			await using run = await ProfiledRun.start(options);
			const sample = await run.entry('sample', ({ process: number }) => number === 3);
			assert.ok((sample.rssBytes ?? 0) > 100_000, `${sample.rssBytes}`);
			await writeFile(join(folder.path, 'go'), '');
			const { entries, opened, stdout, stderr } = await run.finished();
			assert.equal(stdout.toString(), '2 none\n');
			assert.equal(stderr.toString(), '');
			const told = entriesOfType(entries, 'process').filter(({ kind }) => kind === 'child');
			assert.deepEqual(
				told.map(({ parent, title, nodeVersion, runtime }) => [parent, title, nodeVersion, runtime]),
				[
					[1, 'ffprobe', '', false],
					[1, 'ffprobe', '', false],
				],
			);
			const ends = entriesOfType(entries, 'state').filter(({ state, process: number }) => state === 'ended' && number);
			assert.deepEqual(
				ends.map(({ reason }) => reason),
				[
					{ kind: 'exit', code: 0 },
					{ kind: 'exit', code: 0 },
				],
			);
			assert.ok(entriesOfType(entries, 'notice').some(({ message }) => /no Node, but a program/.test(message)));
			const report = reportOf(opened.model);
			const inReport = report.processes?.find(({ process: number }) => number === 3);
			assert.equal(inReport?.title, 'ffprobe');
			assert.ok((inReport.peakRss?.bytes ?? 0) >= (sample.rssBytes ?? 0));
			// The script may hold most when the small program is gone again: then both are the same.
			assert.ok((report.memory.peakTotalRss?.bytes ?? 0) >= (report.memory.peakRss?.bytes ?? Number.POSITIVE_INFINITY));
		} finally {
			await folder.remove();
		}
	});
});
