import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { launchTarget, quoted, recordingPath } from '../../../src/cli/launchTarget.ts';
import { splitCommandLine } from '../../../src/engine/launch/commandLine.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

describe('launchTarget', () => {
	it('takes a script and its arguments as they are', () => {
		assert.deepEqual(launchTarget(['a.mjs', '--out', 'x y'], undefined, '/'), {
			kind: 'script',
			path: 'a.mjs',
			args: ['--out', 'x y'],
		});
	});

	it('takes a command line of node, by name or by path', () => {
		for (const node of ['node', '/usr/bin/node', 'C:\\node\\node.exe'])
			assert.equal(launchTarget([node, 'a.mjs'], undefined, '/')?.kind, 'command');
	});

	it('names nothing to run without words', () => assert.equal(launchTarget([], undefined, '/'), undefined));

	it('quotes every word so that the engine reads it back unchanged', () => {
		fc.assert(
			fc.property(fc.array(fc.string({ unit: 'binary' })), words => {
				assert.deepEqual(splitCommandLine(words.map(quoted).join(' ')), words);
			}),
		);
	});

	it('finds the nearest package.json for an npm script', async () => {
		const { path, remove } = temporaryFolder('cli');
		try {
			const inner = join(path, 'a', 'b');
			mkdirSync(inner, { recursive: true });
			writeFileSync(join(path, 'package.json'), '{}');
			assert.deepEqual(launchTarget(['--x'], 'crunch', inner), {
				kind: 'packageScript',
				packageJson: join(path, 'package.json'),
				name: 'crunch',
				args: ['--x'],
			});
		} finally {
			await remove();
		}
	});
});

describe('recordingPath', () => {
	const now = new Date(2026, 0, 31, 7, 5, 2);

	it('names script and time, and never an existing file', async () => {
		const { path, remove } = temporaryFolder('cli');
		try {
			const target = { kind: 'script', path: 'work/my data.mjs', args: [] } as const;
			const first = recordingPath(target, path, now);
			assert.equal(first, join(path, 'my-data-20260131-070502.memrec'));
			writeFileSync(first, '');
			assert.equal(recordingPath(target, path, now), join(path, 'my-data-20260131-070502-2.memrec'));
		} finally {
			await remove();
		}
	});

	it('keeps separators of a script name out of the file name', () => {
		const target = { kind: 'packageScript', packageJson: '', name: '../data:crunch', args: [] } as const;
		assert.equal(recordingPath(target, '/nowhere', now), join('/nowhere', '..-data-crunch-20260131-070502.memrec'));
	});
});
